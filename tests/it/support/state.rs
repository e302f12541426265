//! What a database holds, read by plain SQL and, from both ends of every link, through the gateway.

use std::collections::{BTreeMap, BTreeSet};

use relata::catalog::{Entity, EntityKind};
use serde_json::{Value, json};

use super::{Backend, Server, text};

/// Every row of every table, and every link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// The rows of each table as text.
    pub(crate) tables: BTreeMap<String, BTreeSet<String>>,
    links: BTreeSet<Link>,
}

/// What a link looks like from one end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    entity: String,
    navigation: String,
    from: String,
    to: String,
}

impl State {
    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> usize {
        self.tables[table].len()
    }
}

impl Server {
    /// Everything as it is now. Both ends of every link must agree.
    pub(crate) async fn state(&self) -> State {
        let mut tables = BTreeMap::new();
        for table in self.texts(self.tables()).await {
            let row = self.row(&table).await;
            let rows = self.texts(&format!("select {row} as v from \"{table}\" t")).await;
            tables.insert(table, rows.into_iter().collect());
        }
        State { tables, links: self.links().await }
    }

    /// The data of a mutation that must succeed; afterwards both ends of every link agree.
    pub(crate) async fn write(&self, mutation: &str) -> Value {
        self.write_with(mutation, json!({})).await
    }

    /// The same with variables.
    pub(crate) async fn write_with(&self, mutation: &str, variables: Value) -> Value {
        let data = self.data_with(mutation, variables).await;
        self.links().await;
        data
    }

    /// The extensions of the only error of a mutation that must fail, and after which everything is as it was.
    pub(crate) async fn refuses(&self, mutation: &str, code: &str) -> Value {
        self.refuses_with(mutation, json!({}), code).await
    }

    /// The same with variables.
    pub(crate) async fn refuses_with(&self, mutation: &str, variables: Value, code: &str) -> Value {
        let error = self.failed(mutation, variables, code).await;
        error["extensions"].clone()
    }

    /// The only error of a mutation that must fail, and after which everything is as it was.
    pub(crate) async fn failed(&self, mutation: &str, variables: Value, code: &str) -> Value {
        let before = self.state().await;
        let response = self.run(mutation, variables).await;
        let shown: String = mutation.chars().take(500).collect();
        let errors = response["errors"].as_array().unwrap_or_else(|| panic!("no error: {shown}\n{response:#}"));
        assert_eq!(errors.len(), 1, "{shown}\n{response:#}");
        let error = &errors[0];
        assert_eq!(error["extensions"]["code"], code, "{shown}\n{response:#}");
        assert_eq!(response.get("data"), Some(&Value::Null), "{shown}\n{response:#}");
        let path = error["path"].as_array().unwrap_or_else(|| panic!("no path: {shown}\n{response:#}"));
        assert!(path.len() == 1 && path[0].is_string(), "{shown}\n{response:#}");
        let message = error["message"].as_str().unwrap();
        assert!(!message.is_empty() && !message.ends_with('.'), "{shown}\n{message}");
        let whole = error.to_string().to_lowercase();
        for word in
            ["select ", "insert into", "sqlite", "postgres", "syntax", "sqlx", "violates", "_fkey", "duplicate key"]
        {
            assert!(!whole.contains(word), "{word} in {whole}");
        }
        assert_eq!(self.state().await, before, "{shown}");
        error.clone()
    }

    /// An operation that the schema does not offer: refused by validation, and everything is as it was.
    pub(crate) async fn not_offered(&self, mutation: &str) {
        self.not_offered_with(mutation, json!({})).await;
    }

    /// The same with variables.
    pub(crate) async fn not_offered_with(&self, mutation: &str, variables: Value) {
        let before = self.state().await;
        let response = self.run(mutation, variables).await;
        let errors = response["errors"].as_array().unwrap_or_else(|| panic!("no error: {mutation}\n{response:#}"));
        for error in errors {
            assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{mutation}\n{response:#}");
        }
        assert_eq!(self.state().await, before, "{mutation}");
    }

    /// An operation that does not fit the schema, whoever notices it first: refused, and everything is as it was.
    pub(crate) async fn rejects(&self, mutation: &str, variables: Value) {
        let before = self.state().await;
        let response = self.run(mutation, variables).await;
        let code = response["errors"][0]["extensions"]["code"].as_str();
        assert!(matches!(code, Some("GRAPHQL_VALIDATION_FAILED" | "INVALID")), "{mutation}\n{response:#}");
        assert_eq!(response.get("data").unwrap_or(&Value::Null), &Value::Null, "{mutation}");
        assert_eq!(self.state().await, before, "{mutation}");
    }

    /// Whether the schema has a mutation.
    pub(crate) async fn offers(&self, mutation: &str) -> bool {
        self.type_of("Mutation", mutation).await.is_some()
    }

    fn tables(&self) -> &'static str {
        match self.backend() {
            Backend::Sqlite => "select name as v from sqlite_master where type = 'table' and name not like 'sqlite_%'",
            Backend::Postgres => {
                "select table_name::text as v from information_schema.tables
                 where table_schema = 'public' and table_type = 'BASE TABLE'"
            }
            Backend::MariaDb => {
                "select table_name as v from information_schema.tables
                 where table_schema = database() and table_type = 'BASE TABLE'"
            }
        }
    }

    /// SQL for the text of a whole row.
    async fn row(&self, table: &str) -> String {
        let columns = match self.backend() {
            Backend::Postgres => return "t::text".to_owned(),
            Backend::Sqlite => format!("select 'quote(\"' || name || '\")' as v from pragma_table_info('{table}')"),
            Backend::MariaDb => format!(
                "select concat('convert(quote(', if(data_type like '%blob' or data_type like '%binary', 'hex', ''), '(\"',
                    column_name, '\")) using utf8mb4) collate utf8mb4_bin') as v
                 from information_schema.columns where table_schema = database() and table_name = '{table}'"
            ),
        };
        self.texts(&columns).await.join(" || ',' || ")
    }

    /// Every link from both of its ends.
    async fn links(&self) -> BTreeSet<Link> {
        let catalog = self.catalog();
        let mut links = BTreeSet::new();
        for (_, entity) in catalog.entities().filter(|(_, entity)| is_linked(entity)) {
            self.links_of(entity, &mut links).await;
        }
        let by_name = |link: &Link| {
            let id = catalog.find_entity(&link.entity).unwrap();
            let entity = catalog.entity(id);
            let navigation = entity.navigation.iter().find(|known| known.name == link.navigation).unwrap();
            (catalog.entity(navigation.target).logical_name.clone(), navigation.partner.clone())
        };
        for link in &links {
            if let (entity, Some(navigation)) = by_name(link) {
                let other = Link { entity, navigation, from: link.to.clone(), to: link.from.clone() };
                assert!(links.contains(&other), "only one end has {link:?}");
            }
        }
        links
    }

    async fn links_of(&self, entity: &Entity, links: &mut BTreeSet<Link>) {
        let fields = entity.navigation.iter().map(|navigation| {
            let page = if navigation.collection { "(first: 5000)" } else { "" };
            format!("{}{page} {{ ref }}", navigation.name)
        });
        let set = &entity.set_name;
        let query = format!("{{ {set}(first: 5000) {{ ref {} }} }}", fields.collect::<Vec<_>>().join(" "));
        for record in self.data(&query).await[set].as_array().unwrap() {
            for navigation in &entity.navigation {
                let one = [record[&navigation.name].clone()];
                let related = record[&navigation.name].as_array().map_or(&one[..], Vec::as_slice);
                for other in related.iter().filter(|other| !other.is_null()) {
                    let is_new = links.insert(Link {
                        entity: entity.logical_name.clone(),
                        navigation: navigation.name.clone(),
                        from: text(&record["ref"]),
                        to: text(&other["ref"]),
                    });
                    assert!(is_new, "{} has {} twice in {}", record["ref"], other["ref"], navigation.name);
                }
            }
        }
    }
}

fn is_linked(entity: &Entity) -> bool {
    entity.kind == EntityKind::Table && !entity.navigation.is_empty()
}
