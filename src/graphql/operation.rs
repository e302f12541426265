//! One operation from request to response: validated, planned, compiled, executed, written.

mod mutation;
mod prepared;
mod query;

use std::sync::Arc;

use async_graphql::{
    dynamic::Schema,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};

use crate::{
    catalog::Catalog,
    error::Code,
    execute::{self, Behaviors, Database, Outlet},
    plan::{self, Leaf, Limits, Members, Mutations, Selection, collect},
};

use super::{
    define::Definitions,
    document,
    engine::{self, Validated},
    error::{self, Error},
    given::{self, Given},
    request::{Outcome, Request, Response},
    schema, variable,
};

use mutation::{AtOnce, Mutation};
use prepared::{Known, Operation, Plan, Variant};
use query::Query;

pub use prepared::{Operations, Statistics};

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
    /// The operations that were asked before.
    pub operations: &'a Operations,
    /// Where the data is.
    pub database: &'a Database,
    /// The generation of definitions that these are of.
    pub generation: i64,
    /// What an operation may ask for.
    pub limits: Limits,
    /// The way out for an answer that is larger than a buffer, where there is one.
    pub outlet: Option<&'a Outlet>,
}

/// What comes of a request.
#[derive(Debug)]
pub enum Reply {
    /// Its answer.
    Answer(Response),
    /// It changes definitions, which takes more than a context.
    Define(Box<Definitions>),
}

/// Answers a request. One whose operation was asked before, with variables of the same shape, is neither parsed nor
/// validated nor, for most queries, planned again.
pub async fn execute(context: Context<'_>, request: &Request) -> Reply {
    let known = context.operations.find(request);
    if let Some(known) = &known
        && let Some(response) = again(context, request, known).await
    {
        context.operations.count(true);
        return Reply::Answer(response);
    }
    context.operations.count(false);
    // Apart from what is known, which is to stay small.
    Box::pin(anew(context, request, known)).await
}

/// Runs an operation that was not asked before.
async fn anew(context: Context<'_>, request: &Request, known: Option<Arc<Operation>>) -> Reply {
    let document = match validated(context.schema, context.limits, request).await {
        Ok(document) => document,
        Err(response) => return Reply::Answer(response),
    };
    let reply = first(context, request, known, document).await;
    reply.unwrap_or_else(|error| Reply::Answer(refused(vec![Error::from(&error)])))
}

/// What a request selects, once it is parsed and found valid: the stage before planning on its own.
///
/// # Errors
/// The response that refuses it.
pub async fn select(schema: &Schema, limits: Limits, request: &Request) -> Result<Selection, Response> {
    let document = validated(schema, limits, request).await?;
    let selected = document::operation(&document, request.operation_name.as_deref()).and_then(|operation| {
        let (variables, _) = given::variables(&operation.node, &request.variables)?;
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

/// An operation with the values of its variables.
#[derive(Clone, Copy)]
struct Source<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Members,
}

/// What is done for an operation.
enum Planned {
    Query(Query),
    Mutation(Mutation),
    Define(Box<Definitions>),
    /// It changes definitions, and asks for something that cannot be.
    Refused(Box<plan::Error>),
}

fn plan(context: Context<'_>, source: Source<'_>) -> Planned {
    let Source { document, operation, variables } = source;
    let selection = document::selection(document, operation, variables);
    if operation.ty != OperationType::Mutation {
        return Planned::Query(Query::plan(context, &collect(&[&selection], &|condition| condition == schema::QUERY)));
    }
    let fields = collect(&[&selection], &|condition| condition == schema::MUTATION);
    match Definitions::parse(document, operation, variables, &fields) {
        Ok(Some(definitions)) => Planned::Define(Box::new(definitions)),
        Ok(None) => Planned::Mutation(Mutation::plan(context, &fields)),
        Err(error) => Planned::Refused(Box::new(error)),
    }
}

/// Plans and runs an operation that was validated for this request, and keeps what holds for others.
async fn first(
    context: Context<'_>,
    request: &Request,
    known: Option<Arc<Operation>>,
    document: ExecutableDocument,
) -> plan::Result<Reply> {
    let known = known.unwrap_or_else(|| Operation::new(document));
    let operation = known.definition(request)?;
    variable::check(context.schema.registry(), known.document(), operation)?;
    let given = Given::of(operation, &request.variables);
    let (variables, leaves) = given::variables(operation, &request.variables)?;
    let source = Source { document: known.document(), operation, variables: &variables };
    Ok(Reply::Answer(match plan(context, source) {
        Planned::Define(definitions) => return Ok(Reply::Define(definitions)),
        Planned::Refused(error) => mutation::failed(Error::from(error.as_ref()), Outcome::Executed, false),
        Planned::Mutation(mutation) => write(context, request, &known, mutation, given, &leaves).await,
        Planned::Query(query) => {
            let answer = query.run(context, Some(source), &given.leaves).await;
            if query.is_sound() {
                context.operations.keep(request, &known, Variant::of(given, &leaves, Plan::of(query)));
            }
            answer.unwrap_or_else(Response::internal)
        }
    }))
}

/// Runs an operation that was valid before with variables of the same shape; nothing where it has to be validated again:
/// whatever is wrong with the values of its variables is the engine's to say.
async fn again(context: Context<'_>, request: &Request, known: &Operation) -> Option<Response> {
    let operation = known.definition(request).ok()?;
    if request.queries_only && operation.ty != OperationType::Query {
        return None;
    }
    let given = Given::of(operation, &request.variables);
    let mut is_tried = false;
    if let Known::Variant(variant) = known.variant(&given)? {
        let response = match variant.plan()? {
            Plan::Query(query) => query.run(context, None, &given.leaves).await,
            Plan::Mutation(mutation) => {
                is_tried = true;
                mutation.run(context, &given.leaves).await
            }
        };
        if response.is_some() {
            return response;
        }
    }
    let (variables, leaves) = given::variables(operation, &request.variables).ok()?;
    let source = Source { document: known.document(), operation, variables: &variables };
    match plan(context, source) {
        Planned::Mutation(mutation) if mutation.is_sound() && is_tried => Some(mutation.run(context).await),
        Planned::Mutation(mutation) if mutation.is_sound() => {
            Some(Box::pin(write(context, request, known, mutation, given, &leaves)).await)
        }
        Planned::Query(query) if query.is_sound() => {
            let response = query.run(context, Some(source), &given.leaves).await;
            context.operations.keep(request, known, Variant::of(given, &leaves, Plan::of(query)));
            response
        }
        _ => None,
    }
}

/// Runs a mutation that was planned for this request, and keeps what holds for others.
async fn write(
    context: Context<'_>,
    request: &Request,
    known: &Operation,
    mutation: Mutation,
    given: Given<'_>,
    leaves: &[Leaf],
) -> Response {
    let at_once = mutation.at_once(context);
    let response = match &at_once {
        Some(at_once) => at_once.run(context, &given.leaves).await,
        None => None,
    };
    if mutation.is_sound() && (at_once.is_some() || known.variant(&given).is_none()) {
        context.operations.keep(request, known, Variant::of(given, leaves, at_once.map(Box::new).map(Plan::Mutation)));
    }
    match response {
        Some(response) => response,
        None => mutation.run(context).await,
    }
}

/// What a client can bring about is not worth an operator's attention.
fn log(error: &execute::Error, key: &str) {
    match error.code() {
        Code::Internal | Code::Unavailable => tracing::error!(%error, key, "a field could not be answered"),
        Code::Forbidden => tracing::warn!(%error, key, "a field could not be answered"),
        _ => tracing::debug!(%error, key, "a field could not be answered"),
    }
}
