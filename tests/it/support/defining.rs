//! Requests that define relationships, and what must hold after those that are refused.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Server;

/// What is read of every answer.
const PAYLOAD: &str = "{ schemaName ddl sdlDiff breakingChanges
    relationship { __typename metadataId schemaName kind isCustom description } relationships { schemaName } }";

/// One field that defines something.
#[derive(Debug, Clone)]
pub(crate) struct Defining {
    field: &'static str,
    schema_name: Option<String>,
    /// The argument's name, its type and its value.
    input: Option<(&'static str, &'static str, Value)>,
    dry_run: bool,
}

impl Defining {
    /// A lookup in a column of the one entity that points at records of the other.
    pub(crate) fn one_to_many(schema_name: &str, referencing: &str, referenced: &str, column: &str) -> Self {
        let input = json!({
            "schemaName": schema_name, "referencingEntity": referencing, "referencedEntity": referenced,
            "lookup": { "name": column },
        });
        Self::new("createOneToManyRelationship", None, Some(("input", "OneToManyRelationshipCreate", input)))
    }

    /// Pairs of records of two entities in a table.
    pub(crate) fn many_to_many(schema_name: &str, intersect: &str, entity1: &str, entity2: &str) -> Self {
        let input = json!({
            "schemaName": schema_name, "intersectEntityName": intersect,
            "entity1": { "entity": entity1 }, "entity2": { "entity": entity2 },
        });
        Self::new("createManyToManyRelationship", None, Some(("input", "ManyToManyRelationshipCreate", input)))
    }

    /// A lookup that points at records of several entities.
    pub(crate) fn multi_table(schema_name: &str, referencing: &str, column: &str, targets: &[&str]) -> Self {
        let targets: Vec<Value> = targets.iter().map(|target| json!({ "referencedEntity": target })).collect();
        let input = json!({
            "schemaName": schema_name, "referencingEntity": referencing,
            "lookup": { "name": column }, "targets": targets,
        });
        Self::new("createMultiTableLookup", None, Some(("input", "MultiTableLookupCreate", input)))
    }

    /// One more target of such a lookup.
    pub(crate) fn target(lookup: &str, referenced: &str) -> Self {
        let target = json!({ "referencedEntity": referenced });
        Self::new("addMultiTableLookupTarget", Some(lookup), Some(("target", "MultiTableLookupTarget", target)))
    }

    pub(crate) fn update(schema_name: &str, input: Value) -> Self {
        Self::new("updateRelationship", Some(schema_name), Some(("input", "RelationshipUpdate", input)))
    }

    pub(crate) fn delete(schema_name: &str) -> Self {
        Self::new("deleteRelationship", Some(schema_name), None)
    }

    fn new(field: &'static str, schema_name: Option<&str>, input: Option<(&'static str, &'static str, Value)>) -> Self {
        Self { field, schema_name: schema_name.map(str::to_owned), input, dry_run: false }
    }

    /// With a further value in the input, or another one; dots lead into nested inputs.
    pub(crate) fn with(mut self, path: &str, value: impl Into<Value>) -> Self {
        let (_, _, input) = self.input.as_mut().unwrap();
        let mut place = input;
        for step in path.split('.') {
            place = match step.parse::<usize>() {
                Ok(index) => &mut place[index],
                Err(_) => {
                    if place.is_null() {
                        *place = Value::Object(Map::new());
                    }
                    &mut place[step]
                }
            };
        }
        *place = value.into();
        self
    }

    /// The same, as a preview.
    pub(crate) fn dry(&self) -> Self {
        Self { dry_run: true, ..self.clone() }
    }

    /// The mutation under the response key `d`, and its variables.
    pub(crate) fn operation(&self) -> (String, Value) {
        let (mut declared, mut given, mut variables) = (Vec::new(), Vec::new(), Map::new());
        if let Some(schema_name) = &self.schema_name {
            declared.push("$schemaName: String!".to_owned());
            given.push("schemaName: $schemaName".to_owned());
            variables.insert("schemaName".to_owned(), schema_name.as_str().into());
        }
        if let Some((argument, ty, value)) = &self.input {
            declared.push(format!("${argument}: {ty}!"));
            given.push(format!("{argument}: ${argument}"));
            variables.insert((*argument).to_owned(), value.clone());
        }
        if self.dry_run {
            given.push("dryRun: true".to_owned());
        }
        let (declared, given) = (declared.join(", "), given.join(", "));
        (format!("mutation({declared}) {{ d: {}({given}) {PAYLOAD} }}", self.field), variables.into())
    }

    /// The same field with its input written out, under a response key.
    pub(crate) fn inline(&self, key: &str) -> String {
        let mut given = Vec::new();
        if let Some(schema_name) = &self.schema_name {
            given.push(format!("schemaName: {}", json!(schema_name)));
        }
        if let Some((argument, _, value)) = &self.input {
            given.push(format!("{argument}: {}", literal(value)));
        }
        if self.dry_run {
            given.push("dryRun: true".to_owned());
        }
        format!("{key}: {}({}) {PAYLOAD}", self.field, given.join(", "))
    }
}

/// A value as GraphQL writes it. Names in capitals are values of enums: no other text in these inputs looks like one.
fn literal(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{name}: {}", literal(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::String(text)
            if !text.is_empty() && text.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_') =>
        {
            text.clone()
        }
        other => other.to_string(),
    }
}

impl Server {
    /// Defines what must be possible; its payload.
    pub(crate) async fn define(&self, defining: &Defining) -> Value {
        let (mutation, variables) = defining.operation();
        self.data_with(&mutation, variables).await["d"].take()
    }

    /// Defines what may be refused: the payload, or the code of the only error.
    pub(crate) async fn try_define(&self, defining: &Defining) -> Result<Value, String> {
        let (mutation, variables) = defining.operation();
        let mut response = self.run(&mutation, variables).await;
        let Some(errors) = response["errors"].as_array() else { return Ok(response["data"]["d"].take()) };
        assert_eq!(errors.len(), 1, "{response:#}");
        Err(errors[0]["extensions"]["code"].as_str().unwrap().to_owned())
    }

    /// A definition that must be refused: no DDL was run, and data and schema are as they were. The extensions of the
    /// only error.
    pub(crate) async fn refuses_to_define(&self, defining: &Defining, code: &str) -> Value {
        let (mutation, variables) = defining.operation();
        self.undefined(&mutation, variables, code).await["extensions"].take()
    }

    /// The same for any operation; the only error.
    pub(crate) async fn undefined(&self, mutation: &str, variables: Value, code: &str) -> Value {
        let (mark, sdl) = (self.ddl_mark().await, self.sdl().await);
        let error = self.failed(mutation, variables.clone(), code).await;
        assert_eq!(self.ddl_mark().await, mark, "DDL was run by {mutation}\n{variables:#}");
        assert!(self.sdl().await == sdl, "the schema was changed by {mutation}\n{variables:#}");
        error
    }

    /// The schema as text.
    pub(crate) async fn sdl(&self) -> String {
        let response = self.client().get(self.url("/graphql/schema.graphql")).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.text().await.unwrap()
    }

    /// Every field of every type, with its type.
    pub(crate) async fn fields(&self) -> BTreeSet<String> {
        let ty = "type { ...T ofType { ...T ofType { ...T ofType { ...T } } } }";
        let query = format!(
            "{{ __schema {{ types {{ name fields {{ name {ty} }} inputFields {{ name {ty} }} }} }} }}
             fragment T on __Type {{ kind name }}"
        );
        let data = self.data(&query).await;
        let types = data["__schema"]["types"].as_array().unwrap().iter();
        types
            .flat_map(|ty| {
                let fields = [&ty["fields"], &ty["inputFields"]].into_iter().filter_map(Value::as_array).flatten();
                fields.map(move |field| format!("{}.{}: {}", ty["name"], field["name"], field["type"]))
            })
            .collect()
    }

    /// A member of the definition of a relationship between two entities.
    pub(crate) async fn one_to_many(&self, schema_name: &str) -> Value {
        let query = "query($name: String!) { relationshipDefinition(schemaName: $name) { ... on OneToManyRelationship {
            metadataId schemaName kind description isCustom referencedEntity referencedAttribute
            referencedEntityNavigationPropertyName referencingEntity referencingAttribute
            referencingEntityNavigationPropertyName isHierarchical lookupName behavior multiTableLookup
            cascadeConfiguration { delete assign merge reparent rollupView share unshare } } } }";
        let data = self.data_with(query, json!({ "name": schema_name })).await;
        data["relationshipDefinition"].clone()
    }

    /// The definition of a relationship between collections.
    pub(crate) async fn many_to_many(&self, schema_name: &str) -> Value {
        let query =
            "query($name: String!) { relationshipDefinition(schemaName: $name) { ... on ManyToManyRelationship {
            metadataId schemaName kind description isCustom intersectEntityName
            entity1LogicalName entity1IntersectAttribute entity1NavigationPropertyName
            entity2LogicalName entity2IntersectAttribute entity2NavigationPropertyName } } }";
        let data = self.data_with(query, json!({ "name": schema_name })).await;
        data["relationshipDefinition"].clone()
    }

    /// A query that a schema does not fit any more, or not yet.
    pub(crate) async fn lacks(&self, query: &str) {
        let response = self.run(query, json!({})).await;
        let code = &response["errors"][0]["extensions"]["code"];
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{query}\n{response:#}");
    }
}
