//! Operations that read: each field of the root by itself.

use async_graphql::{Response as EngineResponse, Value as Data};
use serde_json::Value;

use crate::{
    error::Code,
    execute::{self, Bound, Failure, Fragment, Outgoing, Outlet, Read},
    plan::{self, Merged, Position, plan_read},
};

use super::{Context, Error, Outcome, Response, Source, engine, error, log, schema};

/// How a response begins.
const DATA: &[u8] = b"{\"data\":";

/// A planned and compiled query.
pub(super) struct Query {
    roots: Vec<Root>,
}

/// A field of the root on its way to the response.
struct Root {
    key: String,
    position: Position,
    /// Whether it may be null by itself, so that an error in it leaves the others alone.
    is_nullable: bool,
    kind: Kind,
}

enum Kind {
    /// Known without any data.
    Text(String),
    /// Resolved by the engine.
    Engine,
    /// Read from the database.
    Read(Box<Read>),
    /// Refused.
    Failed(Box<plan::Error>),
}

impl Query {
    pub(super) fn plan(context: Context<'_>, fields: &[Merged<'_>]) -> Self {
        let root = |merged: &Merged<'_>| Root {
            key: merged.field.response_key.clone(),
            position: merged.field.position,
            is_nullable: schema::is_nullable_root(context.catalog, &merged.field.name),
            kind: kind(context, merged),
        };
        Self { roots: fields.iter().map(root).collect() }
    }

    /// Whether no field was refused.
    pub(super) fn is_sound(&self) -> bool {
        !self.roots.iter().any(|root| matches!(root.kind, Kind::Failed(_)))
    }

    /// What is read from the database, where that is all there is to it.
    pub(super) fn reads(&self) -> Option<impl Iterator<Item = &Read>> {
        let is_data = self.roots.iter().all(|root| matches!(root.kind, Kind::Read(_) | Kind::Text(_)));
        is_data.then(|| self.roots.iter().filter_map(Root::read))
    }

    /// Lets go of the values that it was planned with and that come with each request.
    pub(super) fn forget(&mut self) {
        for root in &mut self.roots {
            if let Kind::Read(read) = &mut root.kind {
                read.forget();
            }
        }
    }

    /// Reads with the values that leaves of the variables give. Fields of the engine need the operation that they stand
    /// in. Nothing where a value needs another plan.
    pub(super) async fn run(
        &self,
        context: Context<'_>,
        source: Option<Source<'_>>,
        leaves: &[&Value],
    ) -> Option<Response> {
        // Where a refused field makes all data null, there is no use in reading the rest.
        let is_lost = self.roots.iter().any(|root| matches!(root.kind, Kind::Failed(_)) && !root.is_nullable);
        let dialect = context.database.dialect();
        let reads = self.roots.iter().filter(|_| !is_lost).filter_map(Root::read);
        let reads = reads.map(|read| read.bind(dialect, leaves)).collect::<Option<Vec<_>>>()?;
        let mut engine = Vec::new();
        for root in self.roots.iter().filter(|root| matches!(root.kind, Kind::Engine)) {
            // One by one, so that a field that is refused leaves the others alone.
            let Source { document, operation, variables } = source?;
            let is_it = |name: &str, key: &str| schema::is_engine_field(name) && key == root.key;
            let response = engine::execute(context.schema, document, operation, variables, is_it, |it| it).await;
            engine.push(response);
        }
        let statements = reads.iter().map(Bound::statements).sum();
        // What another generation might answer otherwise is not sent before that is known.
        let outlet = context.outlet.filter(|_| engine.is_empty());
        let head = |earlier: &[Result<Fragment, execute::Error>]| self.head(earlier);
        let outgoing = outlet.map(|outlet| Outgoing { outlet, head: &head });
        let fragments = match reads.as_slice() {
            [] => Ok(Vec::new()),
            reads => context.database.read(reads, context.limits.max_answer, outgoing).await,
        };
        Some(match outlet.filter(|outlet| outlet.is_open()) {
            Some(outlet) => self.rest(context, outlet, fragments, statements),
            None => self.respond(context, engine, fragments, statements),
        })
    }

    /// What a response begins with before its last field that is read, by what was read before; nothing where a field
    /// that was refused makes all data null.
    fn head(&self, earlier: &[Result<Fragment, execute::Error>]) -> Option<Vec<u8>> {
        if self.roots.iter().any(|root| matches!(root.kind, Kind::Failed(_)) && !root.is_nullable) {
            return None;
        }
        let mut earlier = earlier.iter();
        let mut head = DATA.to_vec();
        for root in &self.roots {
            let key = root.key.as_str();
            head.push(if head.len() == DATA.len() { b'{' } else { b',' });
            match &root.kind {
                Kind::Read(_) => match earlier.next() {
                    None => break,
                    Some(Ok(fragment)) => head.extend_from_slice(fragment),
                    Some(Err(_)) if !root.is_nullable => return None,
                    Some(Err(_)) => member(key, "null", &mut head),
                },
                Kind::Text(text) => member(key, &format!("\"{text}\""), &mut head),
                Kind::Failed(_) => member(key, "null", &mut head),
                Kind::Engine => return None,
            }
        }
        Some(head)
    }

    /// The end of a response whose beginning was sent.
    fn rest(
        &self,
        context: Context<'_>,
        outlet: &Outlet,
        fragments: Result<Vec<Result<Fragment, execute::Error>>, Failure>,
        statements: usize,
    ) -> Response {
        let broken = match &fragments {
            Err(failure) => Some(&failure.error),
            Ok(fragments) => fragments.last().and_then(|fragment| fragment.as_ref().err()),
        };
        if let Some(error) = broken {
            tracing::warn!(%error, "an answer breaks off");
            outlet.break_off();
            return Response { outcome: Outcome::Executed, body: Vec::new(), statements, is_doubtful: false };
        }
        // As if it were answered whole, without what was sent.
        let earlier = fragments.as_deref().ok().and_then(<[_]>::split_last).map_or(&[][..], |(_, earlier)| earlier);
        let sent = self.head(earlier).map_or(0, |head| head.len());
        let mut response = self.respond(context, Vec::new(), fragments, statements);
        response.body.drain(..sent);
        Response { is_doubtful: false, ..response }
    }

    fn respond(
        &self,
        context: Context<'_>,
        engine: Vec<EngineResponse>,
        fragments: Result<Vec<Result<Fragment, execute::Error>>, Failure>,
        statements: usize,
    ) -> Response {
        let profile = context.catalog.profile;
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
                let key = self.roots.iter().filter(|root| root.read().is_some()).nth(field);
                let key = key.map_or("", |root| root.key.as_str());
                log(&error, key);
                is_doubtful |= error.is_undefined();
                errors.push(Error::from(&error).at(key));
                is_null = true;
                Vec::new().into_iter()
            }
        };
        let mut engine = engine.into_iter();
        let length: usize = fragments.as_slice().iter().flatten().map(Vec::len).sum();
        let mut body = Vec::with_capacity(length + 64);
        body.extend_from_slice(DATA);
        for root in &self.roots {
            let key = root.key.as_str();
            body.push(if body.len() == DATA.len() { b'{' } else { b',' });
            match &root.kind {
                Kind::Read(_) => match fragments.next() {
                    Some(Ok(fragment)) => body.extend(fragment),
                    Some(Err(error)) => {
                        log(&error, key);
                        errors.push(Error::of_data(&error, profile).at(key).located(root.position));
                        member(key, "null", &mut body);
                        is_null |= !root.is_nullable;
                    }
                    None => is_null = true,
                },
                Kind::Text(text) => member(key, &format!("\"{text}\""), &mut body),
                Kind::Engine => {
                    let response = engine.next().unwrap_or_default();
                    errors.extend(response.errors.iter().map(|error| Error::engine(error, Code::Internal).within(key)));
                    let value = engine_value(&response.data, key);
                    is_null |= value.is_none() && !root.is_nullable;
                    member(key, value.as_deref().unwrap_or("null"), &mut body);
                }
                Kind::Failed(error) => {
                    errors.push(Error::of_data(error.as_ref(), profile).at(key));
                    member(key, "null", &mut body);
                    is_null |= !root.is_nullable;
                }
            }
        }
        if is_null {
            body.truncate(DATA.len());
            body.extend_from_slice(b"null");
        } else {
            body.extend_from_slice(if self.roots.is_empty() { b"{}" } else { b"}" });
        }
        if !errors.is_empty() {
            error::append(errors, &mut body);
        }
        body.push(b'}');
        Response { outcome, body, statements, is_doubtful }
    }
}

impl Root {
    fn read(&self) -> Option<&Read> {
        match &self.kind {
            Kind::Read(read) => Some(read),
            _ => None,
        }
    }
}

fn kind(context: Context<'_>, field: &Merged<'_>) -> Kind {
    match field.field.name.as_str() {
        "__typename" => Kind::Text(schema::QUERY.to_owned()),
        name if schema::is_engine_field(name) => Kind::Engine,
        _ => match plan_read(context.catalog, context.limits, field) {
            Ok(plan) => Kind::Read(Box::new(Read::new(context.catalog, context.database.dialect(), plan))),
            Err(error) => Kind::Failed(Box::new(error)),
        },
    }
}

/// A member of a JSON object. GraphQL names need no escaping.
fn member(key: &str, value: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
    out.extend_from_slice(value.as_bytes());
}

fn engine_value(data: &Data, key: &str) -> Option<String> {
    match data {
        Data::Object(members) => members.get(key).and_then(|value| serde_json::to_string(value).ok()),
        _ => None,
    }
}
