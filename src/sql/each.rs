//! The children of one parent: where the database is in the same process, a statement for each parent costs less than one
//! that finds the pages of all of them.

use std::mem::discriminant;

use sea_orm::sea_query::{ExprTrait, Query, SelectStatement};

use crate::{
    catalog::{AttributeId, AttributeType, Catalog, EntityId},
    plan::{Hop, OrderTerm, Rows},
};

use super::{
    order, read,
    scope::{Parents, Scope},
};

/// Whether the key of a parent is of the type of what it is compared with. Of different ones, SQLite converts a value that
/// stands by itself in another way than one of a list.
pub(super) fn is_comparable(catalog: &Catalog, hop: Hop) -> bool {
    let start = (hop.start_entity(catalog), hop.start_attributes(catalog));
    let types = |(id, attributes): (EntityId, &[AttributeId])| {
        let ty = |attribute: &AttributeId| match &catalog.entity(id).attribute(*attribute).ty {
            AttributeType::String { .. } => discriminant(&AttributeType::Text),
            ty => discriminant(ty),
        };
        attributes.iter().map(ty).collect::<Vec<_>>()
    };
    types(start) == types(hop.lookups(catalog))
}

/// The page of the parent whose key the statement is run with.
pub(super) fn compile(scope: &mut Scope<'_>, hop: Hop, rows: &Rows) -> SelectStatement {
    scope.parents = Parents::One;
    // Stands in no statement: its columns are parameters.
    let (parents, base) = (scope.alias(), scope.alias());
    let mut select = Query::select();
    if is_sorted_apart(scope, rows) {
        let target = read::page_target(scope, hop, rows);
        let page = read::page_of_one_parent(scope, hop, rows, &parents, &target);
        select.from(scope.table(rows.entity, &base));
        select.cond_where(read::tuple(scope, rows.entity, &target, &base).in_subquery(page));
        let aliases = read::joins(scope, rows, base, rows.joins.len(), &mut select);
        read::columns(scope, rows, &aliases, &mut select);
        order::apply(scope, rows, &aliases, &mut select);
    } else {
        let first = read::reach(scope, hop, &parents, &base, &mut select);
        let aliases = read::joins(scope, rows, base, rows.joins.len(), &mut select);
        read::columns(scope, rows, &aliases, &mut select);
        read::page_by(scope, hop, rows, &first, &aliases, &mut select);
    }
    select
}

/// Whether a page is found before anything is joined to its records: where all records of the parent may have to be sorted
/// for it, which their key alone does not ask for.
fn is_sorted_apart(scope: &Scope<'_>, rows: &Rows) -> bool {
    let entity = scope.catalog.entity(rows.entity);
    let is_key = |term: &OrderTerm| term.source == 0 && entity.primary_key.contains(&term.attribute);
    entity.has_key() && rows.joins.len() > read::ordering_sources(rows) && !rows.order.iter().all(is_key)
}
