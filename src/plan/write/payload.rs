//! Payloads: what became of a write, and the records as they are after it, to any depth.

use crate::{
    catalog::{Catalog, EntityId},
    plan::{Limits, Member, Merged, Object, Output, Query, ReadPlan, Result, Step, collect, read::Planner},
};

use super::{Payload, PayloadPart, RESULT, ResultPart};

/// Plans what is selected of a payload.
pub(super) fn plan(
    catalog: &Catalog,
    limits: Limits,
    id: EntityId,
    type_name: &str,
    is_one: bool,
    merged: &Merged<'_>,
) -> Result<Payload> {
    let mut payload = Vec::new();
    for part in collect(&merged.selections, &|condition| condition == type_name) {
        let key = part.field.response_key.clone();
        let value = match part.field.name.as_str() {
            "__typename" => PayloadPart::Text(type_name.to_owned()),
            "outcome" => PayloadPart::Outcome,
            "count" => PayloadPart::Count,
            "changed" => PayloadPart::Changed,
            "results" if is_one => PayloadPart::Results(results(catalog, &part)),
            _ => PayloadPart::Records(records(catalog, limits, id, is_one, &part)?),
        };
        payload.push((key, value));
    }
    Ok(payload)
}

fn results(catalog: &Catalog, merged: &Merged<'_>) -> Vec<(String, ResultPart)> {
    let parts = collect(&merged.selections, &|condition| condition == RESULT).into_iter().map(|part| {
        let value = match part.field.name.as_str() {
            name if name == catalog.profile.reference() => ResultPart::Reference,
            "status" => ResultPart::Status,
            _ => ResultPart::Text(RESULT.to_owned()),
        };
        (part.field.response_key.clone(), value)
    });
    parts.collect()
}

fn records(catalog: &Catalog, limits: Limits, id: EntityId, is_one: bool, merged: &Merged<'_>) -> Result<ReadPlan> {
    let mut planner = Planner::new(catalog, limits);
    let mut rows = planner.rows(id);
    rows.by_key = true;
    if is_one {
        rows.limit = 1;
    }
    let step = planner.push(Step { parent: None, query: Query::Rows(rows) });
    let object = planner.entity_object(step, 0, id, &merged.selections)?;
    let value = if is_one { Output::First { step, object } } else { Output::Many { step, object } };
    let members = vec![Member { key: merged.field.response_key.clone(), value }];
    planner.finish(Object { members })
}
