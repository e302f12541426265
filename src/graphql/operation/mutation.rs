//! Operations that write: all fields of one, or none.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    error::Code,
    execute::{Answer, Failure, Single, Surroundings, Write},
    plan::{
        self, Merged, Position,
        write::{self, Earlier, WritePlan},
    },
};

use super::{Context, Error, Outcome, Response, error, log, schema};

/// A planned and compiled mutation.
pub(super) struct Mutation {
    fields: Arc<[Field]>,
    /// What is written: a plan for each field but names, or why the first that is refused is.
    writes: Result<Vec<Write>, Box<Refusal>>,
}

/// A mutation that is one statement, for all requests that have the values it was planned for.
pub(super) struct AtOnce {
    fields: Arc<[Field]>,
    pub(super) single: Single,
}

/// A field of the response.
struct Field {
    key: String,
    position: Position,
    /// Whether it is `__typename`.
    is_name: bool,
}

struct Refusal {
    key: String,
    error: plan::Error,
}

impl Mutation {
    /// Plans all fields, each knowing those before it.
    pub(super) fn plan(context: Context<'_>, fields: &[Merged<'_>]) -> Self {
        let field = |merged: &Merged<'_>| Field {
            key: merged.field.response_key.clone(),
            position: merged.field.position,
            is_name: merged.field.name == "__typename",
        };
        let this = Self { fields: fields.iter().map(field).collect(), writes: Ok(Vec::new()) };
        let mut plans: Vec<WritePlan> = Vec::with_capacity(fields.len());
        for (merged, field) in fields.iter().zip(this.fields.iter()).filter(|(_, field)| !field.is_name) {
            let earlier: Vec<Earlier<'_>> = plans.iter().map(Earlier::of).collect();
            match write::plan(context.catalog, context.mutations, context.limits, &earlier, merged) {
                Ok(plan) => plans.push(plan),
                Err(error) => {
                    let refusal = Refusal { key: field.key.clone(), error };
                    return Self { writes: Err(Box::new(refusal)), ..this };
                }
            }
        }
        Self { writes: Ok(plans.into_iter().map(Write::new).collect()), ..this }
    }

    /// Whether nothing was refused.
    pub(super) fn is_sound(&self) -> bool {
        self.writes.is_ok()
    }

    /// The same as one statement, if it can be.
    pub(super) fn at_once(&self, context: Context<'_>) -> Option<AtOnce> {
        let single = context.database.single(surroundings(context), self.writes.as_deref().ok()?)?;
        Some(AtOnce { fields: Arc::clone(&self.fields), single })
    }

    /// Writes in a transaction. The first field that is refused makes data null, and its error says which it was.
    pub(super) async fn run(self, context: Context<'_>) -> Response {
        let profile = context.catalog.profile;
        let writes = match self.writes {
            Ok(writes) => writes,
            Err(refusal) => {
                let error = Error::of_data(&refusal.error, profile).at(&refusal.key);
                return failed(error, Outcome::Executed, false);
            }
        };
        let answer = match writes.as_slice() {
            [] => Ok(Answer::default()),
            writes => context.database.write(surroundings(context), writes).await,
        };
        respond(context, &self.fields, answer)
    }
}

impl AtOnce {
    /// Writes, with the values that leaves of the variables give; nothing where nothing was done, and a transaction has to
    /// say why.
    pub(super) async fn run(&self, context: Context<'_>, leaves: &[&Value]) -> Option<Response> {
        let done = context.database.write_single(surroundings(context), &self.single, leaves).await;
        done.transpose().map(|answer| respond(context, &self.fields, answer))
    }
}

fn surroundings(context: Context<'_>) -> Surroundings<'_> {
    Surroundings {
        catalog: context.catalog,
        behaviors: context.behaviors,
        generation: context.generation,
        max_answer: context.limits.max_answer,
    }
}

fn respond(context: Context<'_>, fields: &[Field], answer: Result<Answer, Failure>) -> Response {
    match answer {
        Err(Failure { field, error }) => {
            let failed_field = fields.iter().filter(|field| !field.is_name).nth(field);
            let key = failed_field.map_or("", |field| field.key.as_str());
            log(&error, key);
            let is_away = error.code() == Code::Unavailable;
            let mut refusal = Error::of_data(&error, context.catalog.profile).at(key);
            if let Some(field) = failed_field {
                refusal = refusal.located(field.position);
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
                if field.is_name {
                    body.extend_from_slice(format!("\"{}\":\"{}\"", field.key, schema::MUTATION).as_bytes());
                } else {
                    body.extend(fragments.next().unwrap_or_default());
                }
            }
            body.extend_from_slice(b"}}");
            Response { outcome: Outcome::Executed, body, statements, is_doubtful: false }
        }
    }
}

/// The answer to a mutation that did nothing.
pub(super) fn failed(error: Error, outcome: Outcome, is_doubtful: bool) -> Response {
    let mut body = b"{\"data\":null".to_vec();
    error::append(vec![error], &mut body);
    body.push(b'}');
    Response { outcome, body, statements: 0, is_doubtful }
}
