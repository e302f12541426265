//! Operations that write: all fields of one, or none.

use crate::{
    error::Code,
    execute::{Answer, Failure, Surroundings, Write},
    plan::{
        self, Merged, Position,
        write::{self, Earlier, WritePlan},
    },
};

use super::{Context, Error, Outcome, Response, error, log, schema};

/// A planned and compiled mutation.
pub(super) struct Mutation {
    fields: Vec<Field>,
    /// What is written: a plan for each field but names, or why the first that is refused is.
    writes: Result<Vec<Write>, Box<Refusal>>,
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
        for (merged, field) in fields.iter().zip(&this.fields).filter(|(_, field)| !field.is_name) {
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

    /// Writes. The first field that is refused makes data null, and its error says which it was.
    pub(super) async fn run(self, context: Context<'_>) -> Response {
        let profile = context.catalog.profile;
        let writes = match self.writes {
            Ok(writes) => writes,
            Err(refusal) => {
                let error = Error::of_data(&refusal.error, profile).at(&refusal.key);
                return failed(error, Outcome::Executed, false);
            }
        };
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
                let failed_field = self.fields.iter().filter(|field| !field.is_name).nth(field);
                let key = failed_field.map_or("", |field| field.key.as_str());
                log(&error, key);
                let is_away = error.code() == Code::Unavailable;
                let mut refusal = Error::of_data(&error, profile).at(key);
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
                for (index, field) in self.fields.iter().enumerate() {
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
}

/// The answer to a mutation that did nothing.
pub(super) fn failed(error: Error, outcome: Outcome, is_doubtful: bool) -> Response {
    let mut body = b"{\"data\":null".to_vec();
    error::append(vec![error], &mut body);
    body.push(b'}');
    Response { outcome, body, statements: 0, is_doubtful }
}
