//! Connections: pages with cursors, by Relay's specification.

use crate::catalog::EntityId;

use super::{
    ConnectionPart, ConnectionTemplate, EdgePart, Error, Members, Merged, Output, PageInfoPart, Parent, Query, Result,
    Rows, Step, aggregate, cursor, order, page, read::Planner, selection::collect,
};

/// Plans a connection: one step for its page, one for its count, each only where selected.
pub(super) fn plan(
    planner: &mut Planner<'_>,
    parent: Option<&Parent>,
    id: EntityId,
    merged: &Merged<'_>,
) -> Result<ConnectionTemplate> {
    let entity = planner.catalog.entity(id);
    let filter = super::filter::plan(planner.catalog, id, merged.field.arguments.get("where"))?;
    let (rows, limit) = page_rows(planner, id, &merged.field.arguments)?;
    let mut template = ConnectionTemplate {
        step: None,
        limit,
        backward: rows.backward,
        bounded: if rows.backward { rows.before.is_some() } else { rows.after.is_some() },
        cursor: Vec::new(),
        signature: cursor::signature(planner.catalog, &rows),
        parts: Vec::new(),
    };
    let mut page = Page { rows: Some(Rows { filter: filter.clone(), ..rows }), parent, id };
    let type_name = format!("{}Connection", entity.type_name);
    for part in collect(&merged.selections, &|condition| condition == type_name) {
        let value = match part.field.name.as_str() {
            "__typename" => ConnectionPart::Value(Output::Text(type_name.clone())),
            "totalCount" => ConnectionPart::Value(aggregate::count(planner, parent, id, filter.as_ref())),
            "nodes" => {
                let step = page.step(planner, &mut template);
                ConnectionPart::Nodes(planner.entity_object(step, 0, id, &part.selections)?)
            }
            "edges" => {
                page.step(planner, &mut template);
                ConnectionPart::Edges(page.edges(planner, &mut template, &part)?)
            }
            _ => {
                page.step(planner, &mut template);
                ConnectionPart::PageInfo(page_info(&part))
            }
        };
        template.parts.push((part.field.response_key.clone(), value));
    }
    Ok(template)
}

struct Page<'a> {
    rows: Option<Rows>,
    parent: Option<&'a Parent>,
    id: EntityId,
}

impl Page<'_> {
    /// The step with the page's rows, made on first need, with the columns that cursors hold.
    fn step(&mut self, planner: &mut Planner<'_>, template: &mut ConnectionTemplate) -> usize {
        if let Some(rows) = self.rows.take() {
            let order = rows.order.clone();
            let step = planner.push(Step { parent: self.parent.cloned(), query: Query::Rows(rows) });
            template.cursor = order.iter().map(|term| planner.column(step, term.source, term.attribute)).collect();
            template.step = Some(step);
        }
        template.step.unwrap_or_default()
    }

    fn edges(
        &mut self,
        planner: &mut Planner<'_>,
        template: &mut ConnectionTemplate,
        merged: &Merged<'_>,
    ) -> Result<Vec<(String, EdgePart)>> {
        let step = self.step(planner, template);
        let type_name = format!("{}Edge", planner.catalog.entity(self.id).type_name);
        let mut parts = Vec::new();
        for part in collect(&merged.selections, &|condition| condition == type_name) {
            let value = match part.field.name.as_str() {
                "__typename" => EdgePart::Text(type_name.clone()),
                "cursor" => EdgePart::Cursor,
                _ => EdgePart::Node(planner.entity_object(step, 0, self.id, &part.selections)?),
            };
            parts.push((part.field.response_key.clone(), value));
        }
        Ok(parts)
    }
}

fn page_info(merged: &Merged<'_>) -> Vec<(String, PageInfoPart)> {
    collect(&merged.selections, &|condition| condition == "PageInfo")
        .into_iter()
        .map(|part| {
            let value = match part.field.name.as_str() {
                "hasNextPage" => PageInfoPart::HasNext,
                "hasPreviousPage" => PageInfoPart::HasPrevious,
                "startCursor" => PageInfoPart::Start,
                "endCursor" => PageInfoPart::End,
                _ => PageInfoPart::Text("PageInfo".to_owned()),
            };
            (part.field.response_key.clone(), value)
        })
        .collect()
}

fn page_rows(planner: &Planner<'_>, id: EntityId, arguments: &Members) -> Result<(Rows, usize)> {
    let first = page::count(planner.limits, "first", arguments)?;
    let last = page::count(planner.limits, "last", arguments)?;
    if first.is_some() && last.is_some() {
        return Err(Error::invalid("first and last cannot be given together"));
    }
    let limit = first.or(last).unwrap_or(planner.limits.default_page);
    let mut rows = planner.rows(id);
    order::plan(planner.catalog, &mut rows, arguments.get("orderBy"))?;
    rows.after = cursor::parse(planner.catalog, &rows, "after", arguments.get("after"))?;
    rows.before = cursor::parse(planner.catalog, &rows, "before", arguments.get("before"))?;
    rows.backward = last.is_some();
    // One more row than the page has says whether there is a next page.
    rows.limit = limit.saturating_add(1);
    Ok((rows, usize::try_from(limit).unwrap_or(usize::MAX)))
}
