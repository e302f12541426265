//! What a field of a mutation answers: what became of it, and the records as they are read from the same transaction.

use crate::{
    execute::{Error, Fragment, json, read},
    plan::write::{Payload, PayloadPart, ResultPart},
};

use super::{
    Write,
    link::{RefOutcome, RefStatus},
    record::Record,
    store::keys,
    writer::{Key, Writer},
};

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Created,
    Updated,
    Unchanged,
    Deleted,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Updated => "UPDATED",
            Self::Unchanged => "UNCHANGED",
            Self::Deleted => "DELETED",
        }
    }
}

/// What a field has written.
#[derive(Debug)]
pub(super) struct Written {
    /// The records that it is about.
    pub(super) keys: Vec<Key>,
    outcome: Outcome,
    results: Vec<RefOutcome>,
}

impl Written {
    pub(super) fn created(records: &[Record]) -> Self {
        Self::with_outcome(records, Outcome::Created)
    }

    pub(super) fn deleted(records: &[Record]) -> Self {
        Self::with_outcome(records, Outcome::Deleted)
    }

    pub(super) fn with_outcome(records: &[Record], outcome: Outcome) -> Self {
        Self { keys: keys(records), outcome, results: Vec::new() }
    }

    pub(super) fn linked(record: &Record, results: Vec<RefOutcome>) -> Self {
        let keys = vec![record.key.clone()];
        Self { keys, outcome: Outcome::Updated, results }
    }

    /// What is left behind for no later field.
    pub(super) fn alone(results: Vec<RefOutcome>) -> Self {
        Self { keys: Vec::new(), outcome: Outcome::Updated, results }
    }
}

impl Writer<'_> {
    /// Answers a field: a member of a JSON object, `"key":value`.
    pub(super) async fn answer(&mut self, field: &Write, written: &Written) -> Result<Fragment, Error> {
        let reads = field.reads(self.catalog, self.dialect);
        let mut records = Vec::with_capacity(reads.len());
        for read in reads {
            self.statements += read.statements.len();
            let types = read.statements.first().map_or(&[][..], |statement| &statement.parent_key);
            let keys = match (&field.plan.is_one, written.keys.as_slice()) {
                (true, [key]) => self.dialect.key(key, types),
                (_, keys) => self.dialect.keys(keys, types),
            };
            records.push(read::answer(self.transaction, read, &[], &keys, self.max_answer, None).await?);
        }
        Ok(payload(&field.plan.response_key, &field.plan.payload, written, &records))
    }
}

/// A field's answer: a member of a JSON object. `records` are the members that hold records, in their order.
pub(super) fn payload(response_key: &str, parts: &Payload, written: &Written, records: &[Fragment]) -> Fragment {
    let mut out = Vec::with_capacity(512);
    open(response_key, &mut out);
    out.push(b'{');
    let mut records = records.iter();
    for (index, (key, part)) in parts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        if let PayloadPart::Records(_) = part {
            out.extend_from_slice(records.next().map_or(&[], Vec::as_slice));
            continue;
        }
        open(key, &mut out);
        match part {
            PayloadPart::Text(text) => json::string(text, &mut out),
            PayloadPart::Outcome => json::string(written.outcome.word(), &mut out),
            PayloadPart::Count => out.extend_from_slice(written.keys.len().to_string().as_bytes()),
            PayloadPart::Changed => {
                let changed = written.results.iter().any(|result| result.status.is_change());
                out.extend_from_slice(if changed { b"true" } else { b"false" });
            }
            PayloadPart::Results(parts) => results(&written.results, parts, &mut out),
            PayloadPart::Records(_) => {}
        }
    }
    out.push(b'}');
    out
}

fn results(results: &[RefOutcome], parts: &[(String, ResultPart)], out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, RefOutcome { reference, status }) in results.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.push(b'{');
        for (index, (key, part)) in parts.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            open(key, out);
            json::string(
                match part {
                    ResultPart::Reference => reference,
                    ResultPart::Status => RefStatus::word(*status),
                    ResultPart::Text(text) => text,
                },
                out,
            );
        }
        out.push(b'}');
    }
    out.push(b']');
}

fn open(key: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}
