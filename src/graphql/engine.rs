//! The engine: parses, validates and introspects. Entity data never passes through its executor: an extension keeps
//! the validated document and answers in its place.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    Name, Positioned, Response, ServerError, ServerResult, Variables,
    dynamic::Schema,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery},
    parser::{
        Error as ParseError, parse_query,
        types::{
            Directive, DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType,
            Selection, SelectionSet,
        },
    },
};

use async_graphql_value::Value as Input;

use crate::{
    error::Code,
    plan::{self, Limits, Members},
};

use super::{document, error::Error, limits, request::Request};

/// What the engine makes of a request.
pub(super) enum Validated {
    /// A document that is valid for the schema.
    Document(ExecutableDocument),
    /// Why it is not.
    Refused(Vec<Error>),
    /// Not a query, although only queries are allowed.
    NotAQuery,
}

/// What the extension and its caller tell each other about one request.
#[derive(Debug, Default)]
struct Capture {
    operation_name: Option<String>,
    queries_only: bool,
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    document: Option<ExecutableDocument>,
    is_valid: bool,
    not_a_query: bool,
    refused: Option<plan::Error>,
}

impl Capture {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Parses and validates a request.
pub(super) async fn validate(schema: &Schema, request: &Request, limits: Limits) -> Validated {
    let capture = Arc::new(Capture {
        operation_name: request.operation_name.clone(),
        queries_only: request.queries_only,
        limits,
        state: Mutex::default(),
    });
    let variables = Variables::from_json(serde_json::Value::Object(request.variables.clone()));
    let mut engine_request =
        async_graphql::Request::new(request.query.as_str()).variables(variables).data(Arc::clone(&capture));
    engine_request.operation_name.clone_from(&request.operation_name);
    let response = schema.execute(engine_request).await;

    let mut state = capture.state();
    if state.not_a_query {
        return Validated::NotAQuery;
    }
    if let Some(refused) = state.refused.take() {
        return Validated::Refused(vec![Error::from(&refused)]);
    }
    let code = if state.document.is_some() { Code::GraphqlValidationFailed } else { Code::GraphqlParseFailed };
    match state.document.take() {
        Some(document) if state.is_valid => Validated::Document(document),
        _ => {
            let mut errors: Vec<Error> = response.errors.iter().map(|error| Error::engine(error, code)).collect();
            // The engine may come by the same fault twice.
            errors.dedup();
            Validated::Refused(errors)
        }
    }
}

/// The extension that keeps the document of each request that carries a [`Capture`].
#[derive(Debug)]
pub(super) struct Intercept;

impl ExtensionFactory for Intercept {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Intercept {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let Some(capture) = ctx.data_opt::<Arc<Capture>>() else { return next.run(ctx, query, variables).await };
        let mut state = capture.state();
        let stop = || Err(ServerError::new("", None));
        // Parsed here, because the engine would go on to walk through fragments as often as they are spread.
        let document = match parse_query(query) {
            Err(ParseError::RecursionLimitExceeded) => {
                state.refused = Some(limits::too_deep());
                return stop();
            }
            parsed => parsed?,
        };
        let operation = document::operation(&document, capture.operation_name.as_deref());
        let is_query = operation.is_ok_and(|operation| operation.node.ty == OperationType::Query);
        if capture.queries_only
            && !is_query
            && document.operations.iter().any(|(_, any)| any.node.ty != OperationType::Query)
        {
            state.not_a_query = true;
            return stop();
        }
        if let Err(error) = limits::check(&document, capture.limits) {
            state.refused = Some(error);
            return stop();
        }
        state.document = Some(document.clone());
        Ok(document)
    }

    async fn execute(&self, ctx: &ExtensionContext<'_>, name: Option<&str>, next: NextExecute<'_>) -> Response {
        match ctx.data_opt::<Arc<Capture>>() {
            Some(capture) => {
                capture.state().is_valid = true;
                Response::default()
            }
            None => next.run(ctx, name).await,
        }
    }
}

/// Runs those fields of a validated operation that are chosen by name and response key, in the request that `prepare`
/// makes of them. Introspection of a thousand tables takes seconds without ever waiting for anything, so that it has a
/// thread of its own: requests for data go on beside it.
pub(super) async fn execute(
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Members,
    is_engine_field: impl Fn(&str, &str) -> bool,
    prepare: impl FnOnce(async_graphql::Request) -> async_graphql::Request,
) -> Response {
    let mut items = Vec::new();
    flatten(document, variables, &operation.selection_set.node, &is_engine_field, &mut items);
    let mut used = Used { document, fragments: HashSet::new(), variables: HashSet::new() };
    used.items(&items);
    let fragments: HashMap<Name, Positioned<FragmentDefinition>> = document
        .fragments
        .iter()
        .filter(|(name, _)| used.fragments.contains(name.as_str()))
        .map(|(name, fragment)| (name.clone(), fragment.clone()))
        .collect();
    let mut operation = operation.clone();
    operation.variable_definitions.retain(|definition| used.variables.contains(definition.node.name.node.as_str()));
    operation.selection_set.node.items = items;
    let operation = Positioned::new(operation, async_graphql::Pos::default());

    let variables = variables.iter().map(|(name, value)| (name.clone(), value.value().into_owned()));
    let variables = Variables::from_json(serde_json::Value::Object(variables.collect()));
    let mut request = async_graphql::Request::new("").variables(variables);
    request.set_parsed_query(ExecutableDocument { operations: DocumentOperations::Single(operation), fragments });
    let (schema, request, runtime) = (schema.clone(), prepare(request), tokio::runtime::Handle::current());
    let answer = tokio::task::spawn_blocking(move || runtime.block_on(schema.execute(request))).await;
    answer.unwrap_or_else(|error| {
        tracing::error!(%error, "the engine gave up");
        Response::from_errors(vec![ServerError::new("the engine gave up", None)])
    })
}

/// The engine's own fields of the root, wherever fragments hide them.
fn flatten(
    document: &ExecutableDocument,
    variables: &Members,
    set: &SelectionSet,
    is_engine_field: &dyn Fn(&str, &str) -> bool,
    items: &mut Vec<Positioned<Selection>>,
) {
    for item in &set.items {
        if document::is_skipped(item.node.directives(), variables) {
            continue;
        }
        match &item.node {
            Selection::Field(field) => {
                if is_engine_field(&field.node.name.node, &field.node.response_key().node) {
                    let mut field = field.clone();
                    field.node.directives.clear();
                    items.push(Positioned::new(Selection::Field(field), item.pos));
                }
            }
            Selection::InlineFragment(fragment) => {
                flatten(document, variables, &fragment.node.selection_set.node, is_engine_field, items);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    flatten(document, variables, &fragment.node.selection_set.node, is_engine_field, items);
                }
            }
        }
    }
}

/// What of a document a selection still uses.
struct Used<'a> {
    document: &'a ExecutableDocument,
    fragments: HashSet<String>,
    variables: HashSet<String>,
}

impl Used<'_> {
    fn items(&mut self, items: &[Positioned<Selection>]) {
        for item in items {
            self.directives(item.node.directives());
            match &item.node {
                Selection::Field(field) => {
                    for (_, value) in &field.node.arguments {
                        self.value(&value.node);
                    }
                    self.items(&field.node.selection_set.node.items);
                }
                Selection::InlineFragment(fragment) => self.items(&fragment.node.selection_set.node.items),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let document = self.document;
                    if let Some(fragment) = document.fragments.get(name)
                        && self.fragments.insert(name.to_string())
                    {
                        self.items(&fragment.node.selection_set.node.items);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        for (_, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
            self.value(&value.node);
        }
    }

    fn value(&mut self, value: &Input) {
        match value {
            Input::Variable(name) => {
                self.variables.insert(name.to_string());
            }
            Input::List(values) => values.iter().for_each(|value| self.value(value)),
            Input::Object(members) => members.values().for_each(|value| self.value(value)),
            _ => {}
        }
    }
}
