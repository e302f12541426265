//! Tables and columns of any names, keys and foreign keys: there is always a catalog, and its schema is valid.

use std::sync::Arc;

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use relata::{
    catalog::{
        self, AttributeType, CascadeDelete, ColumnDraft, EntityDraft, EntityKind, EnumType, EnumValue, KeyDraft,
        RelationDraft, StoredValue, Table,
    },
    graphql,
    plan::{Limits, MutationKind, Mutations},
};

use super::sdl;

/// Words that mean something to GraphQL, to SQL or to the gateway, that become the same name, or no name at all.
const WORDS: &str = "Query Mutation Subscription Node Int String Float Boolean ID UUID JSON Date PageInfo page_info Sort ref \
    refs etag and or not some every none __typename __schema __type id Id ID _id null true false on fragment input type enum \
    ? 🦀 🦀🦀 ÄÖÜ äöü größe Größe a_b aB A_B a-b a__b ab 1 1a 2nd _ __ __a select table order group user users account \
    accounts accounts_connection accountConnection account_where AccountKey account_edge account_aggregate accounts_where \
    account_create account_bind accounts_bind account_payload account_ref_payload account_change create_account createAccount \
    delete_accounts lookup look relationship relationship_definition many_to_many one_to_many sort mutation_payload payload \
    data datum sheep sheeps news people person status outcome count changed results first key keys input definition \
    definitions entity entities entity_definition attribute cascade_configuration where order_by min max sum avg account_sum \
    account_min account_group_key account_aggregate_group account_attribute string_filter int_filter JSON_filter text_filter \
    account_exists accountsAggregate account_id accountId account_account record value values_2 accountValue andValue and_value \
    refValue ref_value orEntity nodeEntity node_entity node_entities mood Mood moods mood_filter account_name name rowid ord k0 t0";

fn word() -> impl Strategy<Value = String> {
    let known: Vec<String> = WORDS.split_whitespace().map(str::to_owned).collect();
    prop_oneof![
        12 => select(known),
        1 => Just(String::new()),
        1 => Just(" ".to_owned()),
        1 => Just("x".repeat(63)),
        2 => "\\PC{1,12}",
        2 => "[a-cA-C_0-2 ]{1,4}",
    ]
}

fn mood(type_name: &str) -> AttributeType {
    let values = ["A", "B"].map(|name| EnumValue { name: name.to_owned(), stored: StoredValue::Text(name.to_owned()) });
    AttributeType::Enum(Arc::new(EnumType { type_name: catalog::name::pascal(type_name), values: values.into() }))
}

fn column() -> impl Strategy<Value = ColumnDraft> {
    let ty = prop_oneof![
        6 => Just(Some(AttributeType::Int)),
        3 => Just(Some(AttributeType::String { max_length: Some(9) })),
        1 => Just(Some(AttributeType::Json)),
        1 => Just(Some(AttributeType::Text)),
        2 => word().prop_map(|name| Some(mood(&name))),
        1 => Just(None),
    ];
    (word(), ty, any::<[bool; 3]>()).prop_map(|(name, ty, [nullable, has_default, generated])| ColumnDraft {
        name,
        ty,
        database_type: None,
        nullable,
        has_default,
        generated,
        description: None,
    })
}

/// A foreign key before the tables are known: where from, where to, how many columns, and what a delete does.
type Link = (Index, Index, Index, Index, bool, Option<CascadeDelete>);

fn link() -> impl Strategy<Value = Link> {
    let delete = select(vec![None, Some(CascadeDelete::Cascade), Some(CascadeDelete::RemoveLink)]);
    (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>(), any::<bool>(), delete)
}

fn draft() -> impl Strategy<Value = EntityDraft> {
    let columns = vec(column(), 0..6);
    (word(), any::<Option<bool>>(), columns, vec(any::<Index>(), 0..3), vec(any::<Index>(), 0..3), 0..8).prop_map(
        |(name, namespace, mut columns, key, unique, kind)| {
            let mut known = std::collections::HashSet::new();
            columns.retain(|column| known.insert(column.name.clone()));
            let named = |places: &[Index]| -> Vec<String> {
                let places = places.iter().filter(|_| !columns.is_empty());
                let mut names: Vec<String> =
                    places.map(|place| columns[place.index(columns.len())].name.clone()).collect();
                names.sort();
                names.dedup();
                names
            };
            let (key, unique) = (named(&key), named(&unique));
            let namespace = namespace.map(|is_public| if is_public { "public" } else { "other" }.to_owned());
            EntityDraft {
                is_discovered: true,
                table: Some(Table { namespace, name }),
                is_view: kind == 0,
                primary_key: if kind == 1 { Vec::new() } else { key },
                unique_keys: if unique.is_empty() { Vec::new() } else { vec![KeyDraft { columns: unique }] },
                columns,
                ..EntityDraft::default()
            }
        },
    )
}

fn drafts() -> impl Strategy<Value = Vec<EntityDraft>> {
    (vec(draft(), 1..7), vec(link(), 0..8)).prop_map(|(mut drafts, links)| {
        let mut known = std::collections::HashSet::new();
        drafts.retain(|draft| known.insert(draft.table.clone()));
        for (from, to, first, second, is_composite, delete) in links {
            let (from, to) = (from.index(drafts.len()), to.index(drafts.len()));
            let target = drafts[to].clone();
            let own = &drafts[from].columns;
            if own.is_empty() {
                continue;
            }
            let mut columns: Vec<String> =
                [first, second].map(|place| own[place.index(own.len())].name.clone()).into_iter().collect();
            columns.dedup();
            let keys: Vec<Vec<String>> = std::iter::once(target.primary_key.clone())
                .chain(target.unique_keys.iter().map(|key| key.columns.clone()))
                .collect();
            let mut target_columns = keys[second.index(keys.len())].clone();
            if !is_composite {
                columns.truncate(target_columns.len());
                target_columns.truncate(columns.len());
            }
            drafts[from].relations.push(RelationDraft {
                name: None,
                is_referencing: true,
                is_single: false,
                columns,
                target: target.table.unwrap(),
                target_columns,
                hierarchical: false,
                delete,
                condition: Ok(None),
                constraint: None,
                is_assumed: false,
            });
        }
        drafts
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn there_is_always_a_valid_schema(drafts in drafts()) {
        let count = drafts.iter().filter(|draft| draft.columns.iter().any(|column| column.ty.is_some())).count();
        let catalog = catalog::build(drafts.clone(), &[], &[]).map_err(|problems| TestCaseError::fail(problems.to_string()))?;
        prop_assert_eq!(catalog.entities.len(), count);
        let catalog = Arc::new(catalog);
        let mutations = Mutations::of(&catalog);
        for definable in [false, true] {
            let schema = graphql::schema(&catalog, &mutations, Limits::default(), definable);
            let schema = schema.map_err(|error| TestCaseError::fail(error.to_string()))?;
            let problems = sdl::problems(&graphql::sdl(&schema));
            prop_assert!(problems.is_empty(), "{problems:#?}");
        }
        for (id, entity) in catalog.entities() {
            let kinds = mutations.iter().filter(|(_, mutation)| mutation.entity == id).map(|(_, mutation)| mutation.kind);
            let deletes = kinds.filter(|kind| matches!(kind, MutationKind::Delete | MutationKind::DeleteMany)).count();
            let is_writable = entity.kind == EntityKind::Table && entity.has_key();
            prop_assert_eq!(deletes, if is_writable { 2 } else { 0 }, "{}", entity.type_name);
            for name in [&entity.logical_name, &entity.set_name, &entity.type_name] {
                prop_assert_eq!(catalog.find_entity(name), Some(id), "{}", name);
            }
        }
        let names: Vec<&str> = catalog.relationships.iter().map(|known| known.schema_name.as_str()).collect();
        let distinct: std::collections::HashSet<&&str> = names.iter().collect();
        prop_assert_eq!(distinct.len(), names.len(), "{:?}", names);
    }
}
