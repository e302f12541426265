//! Runs sequences through a gateway and compares what comes of each step with the model.

use std::cell::RefCell;

use relata::{Gateway, gateway::Request};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::Value;

use crate::support::{Backend, quick_connection, run_sql};

use super::{
    graph::{EVERYTHING, Entity, RESET, Relationship, TABLES},
    model::{Done, State, Verdict},
    step::{self, Operation, Payload, Step},
};

/// A gateway over the graph's tables.
pub(super) struct Run {
    gateway: Gateway,
    connection: DatabaseConnection,
    tally: RefCell<Tally>,
}

/// How many steps came to what, so that a generator that only makes refused ones is seen.
#[derive(Debug, Default)]
struct Tally {
    done: usize,
    refused: usize,
    unsaid: usize,
}

/// What the tables hold: the model's part, and the versions of the children.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tables {
    state: State,
    versions: Vec<(i32, i32)>,
}

type Checked<T = ()> = Result<T, String>;

/// The codes that an operation may have that the model says nothing of.
const UNSAID: [&str; 10] = [
    "CONFLICT",
    "CYCLE",
    "INVALID",
    "LIMIT_EXCEEDED",
    "NOT_ASSOCIATED",
    "NOT_FOUND",
    "REQUIRED_RELATIONSHIP",
    "RESTRICTED",
    "TARGET_NOT_FOUND",
    "TYPE_MISMATCH",
];

impl Run {
    pub(super) async fn start(backend: Backend) -> Option<Self> {
        let connection = quick_connection(backend, "links_model", 2).await?;
        run_sql(&connection, TABLES).await;
        let builder = Gateway::builder(connection.clone()).discover(&[]);
        let gateway = builder.hierarchical_lookup("folder", "parent_id").build().await.unwrap();
        Some(Self { gateway, connection, tally: RefCell::default() })
    }

    /// Runs a sequence on fresh tables.
    pub(super) async fn sequence(&self, operations: &[Operation]) -> Checked {
        self.connection.execute_unprepared(RESET).await.map_err(|error| error.to_string())?;
        let mut before = self.tables().await?;
        self.compare_ends(&before.state).await?;
        for operation in operations {
            let done = self.operation(before, operation).await;
            before = done.map_err(|problem| format!("{operation:?}\n{problem}"))?;
        }
        Ok(())
    }

    async fn operation(&self, before: Tables, operation: &Operation) -> Checked<Tables> {
        let verdict = before.state.operation(operation);
        let answer = self.answer(operation.graphql()).await;
        let after = self.tables().await?;
        let context = |problem: String| format!("{problem}\nanswer: {answer:#}\nbefore: {before:?}\nafter: {after:?}");
        match verdict {
            Verdict::Done(all) => {
                self.tally.borrow_mut().done += 1;
                succeeded(operation, &answer, &before, &after, &all).map_err(context)?;
                self.compare_ends(&after.state).await?;
            }
            Verdict::Refused(expected) => {
                self.tally.borrow_mut().refused += 1;
                let (key, code) = refusal(&answer).map_err(context)?;
                let is_told =
                    |(position, known): &(usize, &str)| Operation::response_key(*position) == key && *known == code;
                if !expected.iter().any(is_told) {
                    return Err(context(format!("{code} in {key} instead of one of {expected:?}")));
                }
                same(&after, &before, "the tables after a refusal").map_err(context)?;
            }
            // Whatever comes of it, it is one or the other in full, and no reason for a fault.
            Verdict::Unsaid => {
                self.tally.borrow_mut().unsaid += 1;
                if answer.get("errors").is_some() {
                    let (_, code) = refusal(&answer).map_err(context)?;
                    same(&UNSAID.contains(&code.as_str()), &true, "a code for what contradicts itself")
                        .map_err(context)?;
                    same(&after, &before, "the tables after a refusal").map_err(context)?;
                } else {
                    same(&after.state.cycle(), &None, "a cycle").map_err(context)?;
                    self.compare_ends(&after.state).await?;
                }
            }
        }
        Ok(after)
    }

    async fn answer(&self, query: String) -> Value {
        let response = self.gateway.execute(Request { query, ..Request::default() }).await;
        serde_json::from_slice(&response.body).unwrap()
    }

    async fn tables(&self) -> Checked<Tables> {
        let statement = Statement::from_string(self.connection.get_database_backend(), EVERYTHING);
        let rows = self.connection.query_all_raw(statement).await.map_err(|error| error.to_string())?;
        let mut tables = Tables::default();
        for row in rows {
            let read =
                || Ok((row.try_get("", "t")?, row.try_get("", "a")?, row.try_get("", "b")?, row.try_get("", "c")?));
            let (kind, a, b, c): (String, i32, i32, i32) = read().map_err(|error: sea_orm::DbErr| error.to_string())?;
            if let Some(entity) = Entity::ALL.into_iter().find(|entity| entity.type_name() == kind) {
                tables.state.records.insert((entity, a), b);
                if entity == Entity::Child {
                    tables.versions.push((a, c));
                }
                continue;
            }
            let lookup = Relationship::LOOKUPS.into_iter().find(|(lookup, _)| format!("{lookup:?}") == kind);
            match lookup {
                Some((lookup, _)) => {
                    tables.state.lookups.insert((lookup, a), b);
                }
                None if kind == "Follow" => {
                    tables.state.pairs.insert((Relationship::Follow, a, b));
                }
                None => {
                    tables.state.pairs.insert((Relationship::TeamMember, a, b));
                }
            }
        }
        tables.versions.sort_unstable();
        Ok(tables)
    }

    /// Every record with its links, asked from both ends.
    async fn compare_ends(&self, state: &State) -> Checked {
        let fields = Entity::ALL
            .map(|entity| format!("{}(orderBy: [{{id: ASC}}]) {}", entity.set_name(), step::selection(entity)));
        let answer = self.answer(format!("{{ {} }}", fields.join(" "))).await;
        for entity in Entity::ALL {
            same(&answer["data"][entity.set_name()], &state.all(entity), "read from both ends")?;
        }
        Ok(())
    }

    /// Fails where too little of what was made up succeeded or was refused.
    pub(super) fn report(&self) {
        let tally = self.tally.borrow();
        let all = tally.done + tally.refused + tally.unsaid;
        assert!(tally.done * 3 > all && tally.refused * 6 > all, "{tally:?}");
    }
}

/// The response key of the field that failed, and the code.
fn refusal(answer: &Value) -> Checked<(String, String)> {
    same(&answer["data"], &Value::Null, "data of a refusal")?;
    let errors = answer["errors"].as_array().filter(|errors| errors.len() == 1).ok_or("one error was expected")?;
    let path = errors[0]["path"].as_array().filter(|path| path.len() == 1).ok_or("a path was expected")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok((text(&path[0]), text(&errors[0]["extensions"]["code"])))
}

fn succeeded(operation: &Operation, answer: &Value, before: &Tables, after: &Tables, all: &[Done]) -> Checked {
    if answer.get("errors").is_some() {
        return Err("success was expected".to_owned());
    }
    let mut state = &before.state;
    for (position, (step, done)) in operation.0.iter().zip(all).enumerate() {
        let payload = &answer["data"][Operation::response_key(position)];
        payload_of(step, payload, state, done).map_err(|problem| format!("field {position}: {problem}"))?;
        state = &done.state;
    }
    same(&after.state, state, "the tables")?;
    versions(operation, before, after)
}

fn payload_of(step: &Step, payload: &Value, before: &State, done: &Done) -> Checked {
    let entity = step.entity();
    let of = if matches!(step, Step::Delete { .. } | Step::DeleteMany { .. }) { before } else { &done.state };
    let records: Vec<Value> = done.keys.iter().map(|key| of.payload(entity, *key)).collect();
    if step.payload() == Payload::Records {
        same(&payload["count"], &Value::from(records.len()), "count")?;
        let mut answered = payload[entity.set_name()].as_array().cloned().unwrap_or_default();
        if !matches!(step, Step::CreateMany { .. }) {
            answered.sort_by_key(|record| record["id"].as_i64());
        }
        return same(&answered, &records, "the records in the payload");
    }
    same(&payload[entity.logical_name()], &records[0], "the record in the payload")?;
    if step.payload() == Payload::Links {
        return results(step, payload, done);
    }
    let outcome = match step {
        Step::Delete { .. } => "DELETED",
        _ if before.records.contains_key(&(entity, done.keys[0])) => "UPDATED",
        _ => "CREATED",
    };
    same(&payload["outcome"], &Value::from(outcome), "outcome")
}

fn results(step: &Step, payload: &Value, done: &Done) -> Checked {
    let (Step::Associate { property, .. }
    | Step::Disassociate { property, .. }
    | Step::Replace { property, .. }
    | Step::Clear { property, .. }) = step
    else {
        return Ok(());
    };
    let text = |key: &i32, status: &str| format!("{}({key}) {status}", property.target.set_name());
    let named: Vec<String> = done.results.iter().map(|(key, status)| text(key, status.graphql())).collect();
    let mut removed: Vec<String> = done.removed.iter().map(|key| text(key, "DISASSOCIATED")).collect();
    let mut answered: Vec<String> = payload["results"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|result| [&result["ref"], &result["status"]].map(|text| text.as_str().unwrap_or_default()).join(" "))
        .collect();
    let mut others = answered.split_off(named.len().min(answered.len()));
    same(&answered, &named, "results")?;
    removed.sort();
    others.sort();
    same(&others, &removed, "what lost its link")?;
    let changed = !done.removed.is_empty() || done.results.iter().any(|(_, status)| status.is_change());
    same(&payload["changed"], &Value::from(changed), "changed")
}

/// The version of a child counts each change of the child, and only those.
fn versions(operation: &Operation, before: &Tables, after: &Tables) -> Checked {
    let is_delete = |step: &Step| matches!(step, Step::Delete { .. } | Step::DeleteMany { .. });
    let is_new = |key: i32| {
        // What is deleted and created again begins to count anew.
        operation.0.iter().any(is_delete)
            && operation.0.iter().any(|step| step.created().contains(&(Entity::Child, key)))
    };
    for (key, version) in before.versions.iter().filter(|(key, _)| !is_new(*key)) {
        let Some((_, now)) = after.versions.iter().find(|(other, _)| other == key) else { continue };
        let row = |tables: &Tables| {
            let of = &tables.state;
            (
                of.records.get(&(Entity::Child, *key)).copied(),
                of.lookups.get(&(Relationship::ChildParent, *key)).copied(),
            )
        };
        let is_changed = row(before) != row(after);
        // One part of an operation may undo what another wrote.
        let is_one = matches!(operation.0.as_slice(), [step] if step.payload() == Payload::Links);
        if is_changed != (now > version) && (is_changed || is_one) {
            return Err(format!("children({key}) has version {now} after {version}"));
        }
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(is: &T, expected: &T, what: &str) -> Checked {
    if is == expected { Ok(()) } else { Err(format!("{what}: {is:?} instead of {expected:?}")) }
}
