//! The children of all parents, before anybody counts them into pages.

use std::mem::discriminant;

use sea_orm::sea_query::{DynIden, Expr, Query, SelectStatement};

use crate::{
    catalog::{AttributeType, Catalog},
    plan::{Hop, Parent, Rows},
};

use super::{
    alias::iden,
    dialect::Paging,
    join, read,
    scope::{Parents, Scope},
};

/// A step that reads the children of all parents at once.
pub(super) struct Whole {
    pub(super) select: SelectStatement,
    /// Whether the first column of its rows is the key of the row's parent, and not the parent's position.
    pub(super) is_by_key: bool,
}

/// Compiles a step that reads children as if no page were full: it answers the children of all parents, and ends with one
/// more than a page where these are more than that. Parents whose key is a whole number are compared with as `parents`
/// says. Nothing where a page does not begin with the first child, or the database gains nothing by it.
pub(super) fn compile_whole(scope: &mut Scope<'_>, parent: &Parent, rows: &Rows, parents: Parents) -> Option<Whole> {
    let is_bounded = rows.offset > 0 || rows.after.is_some() || rows.before.is_some();
    if is_bounded || scope.dialect.paging() != Paging::Lateral {
        return None;
    }
    let is_by_key = is_found_by_number(scope.catalog, parent.hop);
    scope.parents = if is_by_key { parents } else { Parents::Table };
    let mut select = Query::select();
    let Children { select: mut inner, aliases, ordinal, .. } = Children::of_all(scope, parent.hop, rows, 0);
    read::restrict(scope, rows, &aliases, &mut inner);
    inner.limit(rows.limit.saturating_add(1));
    let base = scope.alias();
    select.from_subquery(inner, base.clone());
    read::in_order(scope, rows, (base.clone(), (base, ordinal)), &mut select);
    Some(Whole { select, is_by_key })
}

/// Whether the key of a parent is one whole number, which children have as it is.
fn is_found_by_number(catalog: &Catalog, hop: Hop) -> bool {
    let (id, lookups) = hop.lookups(catalog);
    let start = catalog.entity(hop.start_entity(catalog));
    // A condition may speak of the parent itself.
    let has_condition =
        catalog.relationship(hop.relationship).as_one_to_many().is_some_and(|one| one.condition.is_some());
    match (hop.start_attributes(catalog), lookups) {
        ([key], [lookup]) if !has_condition => {
            let (key, lookup) = (&start.attribute(*key).ty, &catalog.entity(id).attribute(*lookup).ty);
            matches!(key, AttributeType::Int | AttributeType::BigInt) && discriminant(key) == discriminant(lookup)
        }
        _ => false,
    }
}

/// The records of all parents.
pub(super) struct Children {
    pub(super) select: SelectStatement,
    /// The aliases of the records and of what is joined to them.
    pub(super) aliases: Vec<DynIden>,
    /// The position of each record's parent, or its key where parents are a list, and the name of either.
    pub(super) parent: Expr,
    pub(super) ordinal: DynIden,
}

impl Children {
    /// All that is read of the records of all parents, which `sources` hops are joined to.
    pub(super) fn of_all(scope: &mut Scope<'_>, hop: Hop, rows: &Rows, sources: usize) -> Self {
        let (parents, found) = (scope.alias(), scope.alias());
        let ordinal = read::free_column(scope, rows.entity, "ord");
        let mut select = Query::select();
        let parent = if scope.parents == Parents::Table {
            select.from_subquery(read::parent_keys(scope, hop, &parents), parents.clone());
            for (table, on) in join::members(scope, hop, &found, &parents) {
                select.inner_join(table, on);
            }
            Expr::col((parents, iden("ord")))
        } else {
            let first = read::reach(scope, hop, &parents, &found, &mut select);
            let (id, lookups) = hop.lookups(scope.catalog);
            scope.column(id, lookups[0], &first).expr
        };
        select.expr_as(parent.clone(), ordinal.clone());
        for id in read::attributes_in_use(scope.catalog, rows) {
            let column = scope.column(rows.entity, id, &found).expr;
            select.expr_as(column, iden(&scope.catalog.entity(rows.entity).attribute(id).column));
        }
        let aliases = read::joins(scope, rows, found, sources, &mut select);
        Self { select, aliases, parent, ordinal }
    }
}
