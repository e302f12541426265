//! One operation from request to response: validated, planned, compiled, executed, written.

use async_graphql::{
    Response as EngineResponse, Value as Data,
    dynamic::Schema,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};

use crate::{
    catalog::Catalog,
    error::Code,
    execute::{self, Answer, Behaviors, Database, Failure, Fragment, Read, Surroundings, Write},
    plan::{
        self, Limits, Merged, Mutations, Selection, collect, plan_read,
        write::{self, Earlier, WritePlan},
    },
};

use super::{
    define::Definitions,
    document,
    engine::{self, Validated},
    error::{self, Error},
    request::{Outcome, Request, Response},
    schema, variable,
};

/// What an operation runs against.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What exists.
    pub catalog: &'a Catalog,
    /// What can be written.
    pub mutations: &'a Mutations,
    /// What SeaORM entities do around writes.
    pub behaviors: &'a Behaviors,
    /// The contract.
    pub schema: &'a Schema,
    /// Where the data is.
    pub database: &'a Database,
    /// The generation of definitions that these are of.
    pub generation: i64,
    /// What an operation may ask for.
    pub limits: Limits,
}

/// What comes of a request.
#[derive(Debug)]
pub enum Reply {
    /// Its answer.
    Answer(Response),
    /// It changes definitions, which takes more than a context.
    Define(Box<Definitions>),
}

/// Answers a request.
pub async fn execute(context: Context<'_>, request: &Request) -> Reply {
    let document = match validated(context.schema, context.limits, request).await {
        Ok(document) => document,
        Err(response) => return Reply::Answer(response),
    };
    let reply = run(context, request, &document).await;
    reply.unwrap_or_else(|error| Reply::Answer(refused(vec![Error::from(&error)])))
}

/// What a request selects, once it is parsed and found valid: the stage before planning on its own.
///
/// # Errors
/// The response that refuses it.
pub async fn select(schema: &Schema, limits: Limits, request: &Request) -> Result<Selection, Response> {
    let document = validated(schema, limits, request).await?;
    let selected = document::operation(&document, request.operation_name.as_deref()).and_then(|operation| {
        let variables = document::variables(&operation.node, &request.variables)?;
        Ok(document::selection(&document, &operation.node, &variables))
    });
    selected.map_err(|error| refused(vec![Error::from(&error)]))
}

async fn validated(schema: &Schema, limits: Limits, request: &Request) -> Result<ExecutableDocument, Response> {
    match engine::validate(schema, request, limits).await {
        Validated::Document(document) => Ok(document),
        Validated::Refused(errors) => Err(refused(errors)),
        Validated::NotAQuery => {
            let body = error::error_body(Code::Invalid, "only queries are allowed over this transport");
            Err(Response { outcome: Outcome::NotAQuery, body, statements: 0, is_doubtful: false })
        }
    }
}

fn refused(errors: Vec<Error>) -> Response {
    Response { outcome: Outcome::Refused, body: error::body(errors), statements: 0, is_doubtful: true }
}

/// A field of the root on its way to the response.
enum Root {
    /// Known without any data.
    Text(String),
    /// Resolved by the engine.
    Engine,
    /// Read from the database.
    Read(Box<Read>),
    /// Refused.
    Failed(Box<plan::Error>),
}

async fn run(context: Context<'_>, request: &Request, document: &ExecutableDocument) -> plan::Result<Reply> {
    let operation = &document::operation(document, request.operation_name.as_deref())?.node;
    variable::check(context.schema.registry(), document, operation)?;
    let variables = document::variables(operation, &request.variables)?;
    let selection = document::selection(document, operation, &variables);
    if operation.ty != OperationType::Mutation {
        return Ok(Reply::Answer(query(context, document, operation, &variables, &selection).await));
    }
    let fields = collect(&[&selection], &|condition| condition == schema::MUTATION);
    match Definitions::parse(document, operation, &variables, &fields) {
        Ok(Some(definitions)) => Ok(Reply::Define(Box::new(definitions))),
        Ok(None) => Ok(Reply::Answer(mutation(context, &fields).await)),
        Err(error) => Ok(Reply::Answer(failed(Error::from(&error), Outcome::Executed, false))),
    }
}

/// All fields of a mutation, or none: the first that is refused makes data null, and its error says which it was.
async fn mutation(context: Context<'_>, fields: &[Merged<'_>]) -> Response {
    let key = |index: usize| fields[index].field.response_key.as_str();
    let is_name = |field: &Merged<'_>| field.field.name == "__typename";
    let profile = context.catalog.profile;
    let mut plans: Vec<WritePlan> = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate().filter(|(_, field)| !is_name(field)) {
        let earlier: Vec<Earlier<'_>> = plans.iter().map(Earlier::of).collect();
        match write::plan(context.catalog, context.mutations, context.limits, &earlier, field) {
            Ok(plan) => plans.push(plan),
            Err(error) => return failed(Error::of_data(&error, profile).at(key(index)), Outcome::Executed, false),
        }
    }
    let dialect = context.database.dialect();
    let writes: Vec<Write> = plans.into_iter().map(|plan| Write::new(context.catalog, dialect, plan)).collect();
    let surroundings = Surroundings {
        catalog: context.catalog,
        behaviors: context.behaviors,
        generation: context.generation,
        max_answer: context.limits.max_answer,
    };
    let answer =
        if writes.is_empty() { Ok(Answer::default()) } else { context.database.write(surroundings, &writes).await };
    match answer {
        Err(Failure { field, error }) => {
            let failed_field = fields.iter().filter(|field| !is_name(field)).nth(field);
            let key = failed_field.map_or("", |field| field.field.response_key.as_str());
            log(&error, key);
            let is_away = error.code() == Code::Unavailable;
            let mut refusal = Error::of_data(&error, profile).at(key);
            if let Some(field) = failed_field {
                refusal = refusal.located(field.field.position);
            }
            // Nothing was written: it may be put to a newer generation.
            let is_doubtful = !is_away || error.is_outdated();
            failed(refusal, if is_away { Outcome::Unavailable } else { Outcome::Executed }, is_doubtful)
        }
        Ok(Answer { fragments, statements }) => {
            let mut fragments = fragments.into_iter();
            let mut body = b"{\"data\":{".to_vec();
            for (index, field) in fields.iter().enumerate() {
                body.extend((index > 0).then_some(b','));
                if is_name(field) {
                    body.extend_from_slice(format!("\"{}\":\"{}\"", key(index), schema::MUTATION).as_bytes());
                } else {
                    body.extend(fragments.next().unwrap_or_default());
                }
            }
            body.extend_from_slice(b"}}");
            Response { outcome: Outcome::Executed, body, statements, is_doubtful: false }
        }
    }
}

fn failed(error: Error, outcome: Outcome, is_doubtful: bool) -> Response {
    let mut body = b"{\"data\":null".to_vec();
    error::append(vec![error], &mut body);
    body.push(b'}');
    Response { outcome, body, statements: 0, is_doubtful }
}

async fn query(
    context: Context<'_>,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &document::Variables,
    selection: &Selection,
) -> Response {
    let fields = collect(&[selection], &|condition| condition == schema::QUERY);
    let roots: Vec<Root> = fields.iter().map(|field| root(context, field)).collect();

    let mut engine = Vec::new();
    for (field, _) in fields.iter().zip(&roots).filter(|(_, root)| matches!(root, Root::Engine)) {
        // One by one, so that a field that is refused leaves the others alone.
        let key = field.field.response_key.as_str();
        let is_it = |name: &str, response_key: &str| schema::is_engine_field(name) && response_key == key;
        let response = engine::execute(context.schema, document, operation, variables, is_it, |it| it).await;
        engine.push(response);
    }
    // Where a refused field makes all data null, there is no use in reading the rest.
    let is_lost = roots.iter().zip(&fields).any(|(root, field)| {
        matches!(root, Root::Failed(_)) && !schema::is_nullable_root(context.catalog, &field.field.name)
    });
    let reads: Vec<&Read> = roots
        .iter()
        .filter(|_| !is_lost)
        .filter_map(|root| if let Root::Read(read) = root { Some(read.as_ref()) } else { None })
        .collect();
    let statements = reads.iter().map(|read| read.statements.len()).sum();
    let fragments =
        if reads.is_empty() { Ok(Vec::new()) } else { context.database.read(&reads, context.limits.max_answer).await };
    respond(context.catalog, &fields, roots, engine, fragments, statements)
}

fn root(context: Context<'_>, field: &Merged<'_>) -> Root {
    match field.field.name.as_str() {
        "__typename" => Root::Text(schema::QUERY.to_owned()),
        name if schema::is_engine_field(name) => Root::Engine,
        _ => match plan_read(context.catalog, context.limits, field) {
            Ok(plan) => Root::Read(Box::new(Read::new(context.catalog, context.database.dialect(), plan))),
            Err(error) => Root::Failed(Box::new(error)),
        },
    }
}

fn respond(
    catalog: &Catalog,
    fields: &[Merged<'_>],
    roots: Vec<Root>,
    engine: Vec<EngineResponse>,
    fragments: Result<Vec<Result<Fragment, execute::Error>>, execute::Failure>,
    statements: usize,
) -> Response {
    let mut errors = Vec::new();
    let mut outcome = Outcome::Executed;
    // What definitions are is asked of the newest generation only.
    let mut is_doubtful = !engine.is_empty();
    let mut is_null = false;
    let mut fragments = match fragments {
        Ok(fragments) => fragments.into_iter(),
        Err(Failure { field, error }) => {
            if error.code() == Code::Unavailable {
                outcome = Outcome::Unavailable;
            }
            let reads = fields.iter().zip(&roots).filter(|(_, root)| matches!(root, Root::Read(_)));
            let key = reads.map(|(field, _)| field.field.response_key.as_str()).nth(field).unwrap_or_default();
            log(&error, key);
            is_doubtful |= error.is_undefined();
            errors.push(Error::from(&error).at(key));
            is_null = true;
            Vec::new().into_iter()
        }
    };
    let mut engine = engine.into_iter();
    let mut data = Vec::new();
    for (field, root) in fields.iter().zip(roots) {
        let key = field.field.response_key.as_str();
        data.push(if data.is_empty() { b'{' } else { b',' });
        match root {
            Root::Read(_) => match fragments.next() {
                Some(Ok(fragment)) => data.extend(fragment),
                Some(Err(error)) => {
                    log(&error, key);
                    errors.push(Error::of_data(&error, catalog.profile).at(key).located(field.field.position));
                    data.extend_from_slice(format!("\"{key}\":null").as_bytes());
                    is_null |= !schema::is_nullable_root(catalog, &field.field.name);
                }
                None => is_null = true,
            },
            Root::Text(text) => data.extend_from_slice(format!("\"{key}\":\"{text}\"").as_bytes()),
            Root::Engine => {
                let response = engine.next().unwrap_or_default();
                errors.extend(response.errors.iter().map(|error| Error::engine(error, Code::Internal).within(key)));
                let value = engine_value(&response.data, key);
                is_null |= value.is_none() && !schema::is_nullable_root(catalog, &field.field.name);
                data.extend_from_slice(format!("\"{key}\":{}", value.as_deref().unwrap_or("null")).as_bytes());
            }
            Root::Failed(error) => {
                errors.push(Error::of_data(error.as_ref(), catalog.profile).at(key));
                data.extend_from_slice(format!("\"{key}\":null").as_bytes());
                is_null |= !schema::is_nullable_root(catalog, &field.field.name);
            }
        }
    }
    if data.is_empty() {
        data.push(b'{');
    }
    data.push(b'}');

    let mut body = Vec::with_capacity(data.len() + 16);
    body.extend_from_slice(b"{\"data\":");
    body.extend_from_slice(if is_null { b"null" } else { &data });
    if !errors.is_empty() {
        error::append(errors, &mut body);
    }
    body.push(b'}');
    Response { outcome, body, statements, is_doubtful }
}

/// What a client can bring about is not worth an operator's attention.
fn log(error: &execute::Error, key: &str) {
    match error.code() {
        Code::Internal | Code::Unavailable => tracing::error!(%error, key, "a field could not be answered"),
        Code::Forbidden => tracing::warn!(%error, key, "a field could not be answered"),
        _ => tracing::debug!(%error, key, "a field could not be answered"),
    }
}

fn engine_value(data: &Data, key: &str) -> Option<String> {
    match data {
        Data::Object(members) => members.get(key).and_then(|value| serde_json::to_string(value).ok()),
        _ => None,
    }
}
