//! Operations that change definitions: what they ask for, and the answer once it is done.

use std::sync::Arc;

use async_graphql::{
    Value as Data,
    dynamic::Schema,
    parser::types::{ExecutableDocument, OperationDefinition},
};

use crate::{
    catalog::Catalog,
    define::Change,
    error::Code,
    plan::{self, Members, Merged, Position},
};

use super::{
    Defined,
    definition::mutation,
    engine,
    error::{self, Error},
    request::{Outcome, Response},
    schema,
};

/// How many definitions one operation may change: a schema is built for each.
const MAX_FIELDS: usize = 20;

/// An operation that changes definitions, in order and as a whole.
#[derive(Debug, Clone)]
pub struct Definitions {
    /// Its fields.
    pub fields: Vec<DefinitionField>,
    /// The response keys of `__typename`, and where they stand among the fields.
    names: Vec<(usize, String)>,
    document: ExecutableDocument,
    operation: OperationDefinition,
    variables: Members,
}

/// One field of such an operation.
#[derive(Debug, Clone)]
pub struct DefinitionField {
    /// What it asks for.
    pub change: Change,
    /// Whether nothing is to be done.
    pub dry_run: bool,
    response_key: String,
    position: Position,
}

impl Definitions {
    /// The definitions that an operation changes; nothing where it changes none.
    pub(super) fn parse(
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Members,
        fields: &[Merged<'_>],
    ) -> plan::Result<Option<Self>> {
        let is_definition = |field: &&Merged<'_>| mutation::is_definition_field(&field.field.name);
        if !fields.iter().any(|field| is_definition(&field)) {
            return Ok(None);
        }
        let (mut parsed, mut names) = (Vec::new(), Vec::new());
        for merged in fields {
            let field = merged.field;
            if field.name == "__typename" {
                names.push((parsed.len(), field.response_key.clone()));
                continue;
            }
            let at = |error: plan::Error| error.at(field.position);
            if !is_definition(&merged) {
                let message = "definitions change in operations of their own: records are written in another";
                return Err(at(plan::Error::invalid(message)));
            }
            parsed.push(DefinitionField {
                change: mutation::change(&field.name, &field.arguments).map_err(at)?,
                dry_run: mutation::is_dry_run(&field.arguments).map_err(at)?,
                response_key: field.response_key.clone(),
                position: field.position,
            });
        }
        if parsed.len() > MAX_FIELDS {
            let message = format!("an operation changes {MAX_FIELDS} definitions at most");
            return Err(plan::Error::new(Code::LimitExceeded, message));
        }
        Ok(Some(Self {
            fields: parsed,
            names,
            document: document.clone(),
            operation: operation.clone(),
            variables: variables.clone(),
        }))
    }

    /// The answer to a field that was refused: nothing of the operation was done.
    #[must_use]
    pub fn refused(&self, field: usize, error: &plan::Error) -> Response {
        let mut refusal = Error::from(error);
        if let Some(field) = self.fields.get(field) {
            refusal = refusal.at(&field.response_key).located(field.position);
        }
        let mut body = b"{\"data\":null".to_vec();
        error::append(vec![refusal], &mut body);
        body.push(b'}');
        let outcome = if error.code == Code::Unavailable { Outcome::Unavailable } else { Outcome::Executed };
        Response { outcome, body, statements: 0, is_doubtful: false }
    }

    /// The answer once everything is done, with what each field did.
    pub async fn done(&self, schema: &Schema, done: Vec<Defined>) -> Response {
        let (mut members, mut errors) = (Vec::new(), Vec::new());
        for (field, done) in self.fields.iter().zip(done) {
            let catalog: Arc<Catalog> = Arc::clone(&done.catalog);
            let key = &field.response_key;
            let response = engine::execute(
                schema,
                &self.document,
                &self.operation,
                &self.variables,
                |name, response_key| mutation::is_definition_field(name) && response_key == key,
                |request| request.data(catalog).data(Arc::new(done)),
            )
            .await;
            errors.extend(response.errors.iter().map(|error| Error::engine(error, Code::Internal)));
            let value = match response.data {
                Data::Object(mut members) => members.swap_remove(key.as_str()),
                _ => None,
            };
            let value = value.and_then(|value| serde_json::to_string(&value).ok()).unwrap_or_else(|| "null".to_owned());
            members.push(format!("\"{key}\":{value}"));
        }
        for (position, key) in self.names.iter().rev() {
            members.insert(*position, format!("\"{key}\":\"{}\"", schema::MUTATION));
        }
        let mut body = format!("{{\"data\":{{{}}}", members.join(",")).into_bytes();
        if !errors.is_empty() {
            error::append(errors, &mut body);
        }
        body.push(b'}');
        Response { outcome: Outcome::Executed, body, statements: 0, is_doubtful: false }
    }
}
