//! One statement per level: an entity's records, the single-valued hops below them as joins, and for children
//! the records of all parents at once, each parent with its own page.

use sea_orm::sea_query::{
    Asterisk, Cond, DynIden, Expr, ExprTrait, Func, JoinType, Order, OverStatement, Query, SelectStatement, TableRef,
    WindowStatement,
};

use crate::{
    catalog::{
        AttributeId, AttributeType, Catalog, EntityId, ManyToMany, ManyToManyEnd, RelationshipKind, UuidStorage,
    },
    plan::{Hop, OrderTerm, Parent, Rows},
};

use super::{alias::iden, children::Children, dialect::Paging, filter, join, order, scope::Scope};

/// Compiles a step that reads records.
pub(super) fn compile(scope: &mut Scope<'_>, parent: Option<&Parent>, rows: &Rows) -> SelectStatement {
    match parent {
        None => root(scope, rows),
        Some(parent) => children(scope, parent.hop, rows),
    }
}

fn root(scope: &mut Scope<'_>, rows: &Rows) -> SelectStatement {
    let mut select = Query::select();
    let base = scope.alias();
    if rows.by_key {
        by_key(scope, rows, &base, &mut select);
        let aliases = joins(scope, rows, base, rows.joins.len(), &mut select);
        columns(scope, rows, &aliases, &mut select);
        return select;
    }
    select.from(scope.table(rows.entity, &base));
    let aliases = joins(scope, rows, base, rows.joins.len(), &mut select);
    columns(scope, rows, &aliases, &mut select);
    restrict(scope, rows, &aliases, &mut select);
    page(scope, rows, &aliases, &mut select);
    select
}

/// The records of the keys that the statement is run with, in their order; of one key, where only one is asked for.
fn by_key(scope: &mut Scope<'_>, rows: &Rows, base: &DynIden, select: &mut SelectStatement) {
    let primary_key = &scope.catalog.entity(rows.entity).primary_key;
    if rows.limit == 1 {
        select.from(scope.table(rows.entity, base));
        for (part, id) in primary_key.iter().enumerate() {
            let column = scope.column(rows.entity, *id, base);
            let key = scope.dialect.key_parameter(part, &column);
            select.and_where(scope.dialect.key_column(&column).eq(key));
        }
        return;
    }
    let keys = scope.alias();
    let typed: Vec<_> = primary_key.iter().map(|id| scope.column(rows.entity, *id, &keys)).collect();
    select.from_subquery(scope.dialect.parents(&typed), keys.clone());
    let on = join::keys(scope, rows.entity, primary_key, base, &keys);
    select.inner_join(scope.table(rows.entity, base), on);
    select.order_by((keys, iden("ord")), Order::Asc);
}

fn children(scope: &mut Scope<'_>, hop: Hop, rows: &Rows) -> SelectStatement {
    let mut select = Query::select();
    let pages = match scope.dialect.paging() {
        Paging::Lateral if !in_intersect_alone(scope, hop, rows) => pages_of_records(scope, hop, rows, &mut select),
        // Without a key a page can name no records.
        Paging::Correlated if !scope.catalog.entity(rows.entity).has_key() => {
            ranked_records(scope, hop, rows, &mut select)
        }
        Paging::Lateral | Paging::Correlated => pages_of_keys(scope, hop, rows, &mut select),
        Paging::Ranked => ranked_records(scope, hop, rows, &mut select),
    };
    in_order(scope, rows, pages, &mut select);
    select
}

/// Selects what is read of the records on pages, parent by parent.
pub(super) fn in_order(scope: &mut Scope<'_>, rows: &Rows, (base, ordinal): Pages, select: &mut SelectStatement) {
    select.expr(Expr::col(ordinal.clone()));
    let aliases = joins(scope, rows, base, rows.joins.len(), select);
    columns(scope, rows, &aliases, select);
    select.order_by(ordinal, Order::Asc);
    order::apply(scope, rows, &aliases, select);
}

/// A table's alias, and the column with the position of each row's parent.
pub(super) type Pages = (DynIden, (DynIden, DynIden));

/// The pages of all parents with all that is read of their records, as one sub-select that stands for the entity's
/// table. Its `OFFSET 0` keeps PostgreSQL from joining the hops once per parent instead of once for all.
fn pages_of_records(scope: &mut Scope<'_>, hop: Hop, rows: &Rows, select: &mut SelectStatement) -> Pages {
    let (parents, page, base) = (scope.alias(), scope.alias(), scope.alias());
    let name = free_column(scope, rows.entity, "ord");
    let inner = page_of_one_parent(scope, hop, rows, &parents, &attributes_in_use(scope.catalog, rows));
    let mut pages = Query::select();
    pages.expr_as(Expr::col((parents.clone(), iden("ord"))), name.clone()).column((page.clone(), Asterisk));
    pages.from_subquery(parent_keys(scope, hop, &parents), parents);
    pages.join_lateral(JoinType::InnerJoin, inner, page, Expr::cust("true")).offset(0);
    select.from_subquery(pages, base.clone());
    (base.clone(), (base, name))
}

/// A name that no column of an entity has.
pub(super) fn free_column(scope: &Scope<'_>, id: EntityId, wanted: &str) -> DynIden {
    let mut name = wanted.to_owned();
    while scope.catalog.entity(id).attributes.iter().any(|known| known.column.eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    iden(&name)
}

/// The records of all parents, numbered parent by parent, of which the outer statement keeps the pages.
fn ranked_records(scope: &mut Scope<'_>, hop: Hop, rows: &Rows, select: &mut SelectStatement) -> Pages {
    let (base, rank) = (scope.alias(), free_column(scope, rows.entity, "rank"));
    let Children { select: mut inner, aliases, parent, ordinal } =
        Children::of_all(scope, hop, rows, ordering_sources(rows));
    let mut numbered = WindowStatement::new();
    numbered.add_partition_by(parent);
    order::apply(scope, rows, &aliases, &mut numbered);
    inner.expr_window_as(Func::cust(iden("ROW_NUMBER")), numbered, rank.clone());
    restrict(scope, rows, &aliases, &mut inner);
    select.from_subquery(inner, base.clone());
    let rank = Expr::col((base.clone(), rank));
    // Page sizes stand in the text of a statement, as limits do.
    if rows.offset > 0 {
        select.and_where(rank.clone().gt(Expr::cust(rows.offset.to_string())));
    }
    select.and_where(rank.lte(Expr::cust(rows.offset.saturating_add(rows.limit).to_string())));
    (base.clone(), (base, ordinal))
}

/// How many of the hops an order asks for.
pub(super) fn ordering_sources(rows: &Rows) -> usize {
    rows.order.iter().map(|term| term.source).max().unwrap_or(0)
}

/// The keys of the records on the pages of all parents, and the entity's table joined to them.
fn pages_of_keys(scope: &mut Scope<'_>, hop: Hop, rows: &Rows, select: &mut SelectStatement) -> Pages {
    let (parents, base) = (scope.alias(), scope.alias());
    select.from_subquery(parent_keys(scope, hop, &parents), parents.clone());
    let target = page_target(scope, hop, rows);
    let inner = page_of_one_parent(scope, hop, rows, &parents, &target);
    if scope.dialect.paging() == Paging::Lateral {
        let page = scope.alias();
        let entity = scope.catalog.entity(rows.entity);
        let on = target.iter().fold(Cond::all(), |all, id| {
            let key = Expr::col((page.clone(), iden(&entity.attribute(*id).column)));
            all.add(scope.column(rows.entity, *id, &base).expr.eq(key))
        });
        select.join_lateral(JoinType::InnerJoin, inner, page, Expr::cust("true"));
        select.inner_join(scope.table(rows.entity, &base), on);
    } else {
        let on = tuple(scope, rows.entity, &target, &base).in_subquery(inner);
        select.join(JoinType::CrossJoin, scope.table(rows.entity, &base), Cond::all());
        select.cond_where(on);
    }
    (base, (parents, iden("ord")))
}

pub(super) fn parent_keys(scope: &Scope<'_>, hop: Hop, parents: &DynIden) -> SelectStatement {
    let start = hop.start_entity(scope.catalog);
    let key = hop.start_attributes(scope.catalog).iter().map(|id| scope.column(start, *id, parents));
    scope.dialect.parents(&key.collect::<Vec<_>>())
}

/// What is read of the step's own entity once its pages are found.
pub(super) fn attributes_in_use(catalog: &Catalog, rows: &Rows) -> Vec<AttributeId> {
    let by_join = |hop: Hop, id: AttributeId| {
        let one = catalog.relationship(hop.relationship).as_one_to_many();
        // A condition may speak of any attribute.
        hop.start_attributes(catalog).contains(&id) || one.is_some_and(|one| one.condition.is_some())
    };
    let is_used = |id: &AttributeId| {
        rows.columns.iter().any(|column| (column.source, column.attribute) == (0, *id))
            || rows.order.iter().any(|term| (term.source, term.attribute) == (0, *id))
            || rows.joins.iter().any(|join| join.source == 0 && by_join(join.hop, *id))
    };
    (0..catalog.entity(rows.entity).attributes.len()).map(AttributeId).filter(is_used).collect()
}

/// The attributes by which the page of a parent names its records: the primary key, or on a many-to-many
/// relationship what the intersect points at, because then the page can be found in the intersect alone.
pub(super) fn page_target(scope: &Scope<'_>, hop: Hop, rows: &Rows) -> Vec<AttributeId> {
    if in_intersect_alone(scope, hop, rows) {
        hop.target_attributes(scope.catalog).to_vec()
    } else {
        scope.catalog.entity(rows.entity).primary_key.clone()
    }
}

/// Whether filter, order and page can be decided from the intersect without its target: not where a row of it may
/// point at a record that is gone.
fn in_intersect_alone(scope: &Scope<'_>, hop: Hop, rows: &Rows) -> bool {
    let target = hop.target_attributes(scope.catalog);
    let is_kept = |many: &ManyToMany| scope.dialect.enforces_foreign_keys() && !many.ends[1 - hop.role()].is_assumed;
    hop.many_to_many(scope.catalog).is_some_and(is_kept)
        && rows.filter.is_none()
        && rows.after.is_none()
        && rows.before.is_none()
        && rows.order.iter().all(|term| term.source == 0 && target.contains(&term.attribute))
}

/// The page of one parent, as a sub-select that refers to the parent's key.
pub(super) fn page_of_one_parent(
    scope: &mut Scope<'_>,
    hop: Hop,
    rows: &Rows,
    parents: &DynIden,
    target: &[AttributeId],
) -> SelectStatement {
    let catalog = scope.catalog;
    let mut select = Query::select();
    let base = scope.alias();
    if let Some(many) = hop.many_to_many(catalog).filter(|_| in_intersect_alone(scope, hop, rows)) {
        let own = &many.ends[hop.role()].intersect_attributes;
        select.from(scope.table(many.intersect, &base));
        select.cond_where(join::keys(scope, many.intersect, own, &base, parents));
        intersect_page(scope, rows, many, 1 - hop.role(), &base, &mut select);
        return select;
    }
    let first = reach(scope, hop, parents, &base, &mut select);
    for id in target {
        let column = scope.column(rows.entity, *id, &base).expr;
        select.expr_as(column, iden(&catalog.entity(rows.entity).attribute(*id).column));
    }
    let aliases = joins(scope, rows, base, ordering_sources(rows), &mut select);
    page_by(scope, hop, rows, &first, &aliases, &mut select);
    select
}

/// The tables through which a parent reaches its records under `base`; answers the alias of the first of them.
pub(super) fn reach(
    scope: &mut Scope<'_>,
    hop: Hop,
    parents: &DynIden,
    base: &DynIden,
    select: &mut SelectStatement,
) -> DynIden {
    let mut first = base.clone();
    for (index, (table, on)) in join::members(scope, hop, base, parents).into_iter().enumerate() {
        if let (0, TableRef::Table(_, Some(alias))) = (index, &table) {
            first = alias.clone();
            select.from(table).cond_where(on);
        } else {
            select.inner_join(table, on);
        }
    }
    first
}

/// Which of the records that a parent reaches through the table `first`, in their order.
pub(super) fn page_by(
    scope: &mut Scope<'_>,
    hop: Hop,
    rows: &Rows,
    first: &DynIden,
    aliases: &[DynIden],
    select: &mut SelectStatement,
) {
    restrict(scope, rows, aliases, select);
    let catalog = scope.catalog;
    let column = |term: &OrderTerm| {
        let mirror = hop.many_to_many(catalog).and_then(|many| mirror(catalog, many, hop, term));
        match mirror {
            Some((intersect, lookup)) => scope.column(intersect, lookup, first),
            None => order::column(scope, rows, term, aliases),
        }
    };
    order::apply_by(scope, rows, column, select);
    limit(rows, select);
}

/// The attribute of the intersect that holds the same value as an attribute of the target, in the same order. By it, a database finds the
/// page of a parent in the order of an index over both lookups, without a look at all its records.
fn mirror(catalog: &Catalog, many: &ManyToMany, hop: Hop, term: &OrderTerm) -> Option<(EntityId, AttributeId)> {
    let far = &many.ends[1 - hop.role()];
    let position = far.attributes.iter().position(|id| *id == term.attribute).filter(|_| term.source == 0)?;
    let lookup = *far.intersect_attributes.get(position)?;
    let ty = |id: EntityId, attribute: AttributeId| &catalog.entity(id).attribute(attribute).ty;
    // Of texts, two that are equal may have different places.
    let has_one_order = |ty: &AttributeType| {
        matches!(ty, AttributeType::Int | AttributeType::BigInt | AttributeType::Uuid(UuidStorage::Native))
    };
    let (own, other) = (ty(far.entity, term.attribute), ty(many.intersect, lookup));
    (own == other && has_one_order(own)).then_some((many.intersect, lookup))
}

/// The page of one parent from the intersect: its lookups stand for the target's attributes.
fn intersect_page(
    scope: &Scope<'_>,
    rows: &Rows,
    many: &ManyToMany,
    role: usize,
    row: &DynIden,
    select: &mut SelectStatement,
) {
    let ManyToManyEnd { attributes, intersect_attributes: lookups, .. } = &many.ends[role];
    let intersect = many.intersect;
    let entity = scope.catalog.entity(rows.entity);
    for (attribute, lookup) in attributes.iter().zip(lookups) {
        let column = scope.column(intersect, *lookup, row).expr;
        select.expr_as(column, iden(&entity.attribute(*attribute).column));
    }
    for term in &rows.order {
        let lookup = attributes.iter().position(|id| *id == term.attribute).map(|index| lookups[index]);
        if let Some(lookup) = lookup {
            let descending = term.sort.descending != rows.backward;
            let order = if descending { Order::Desc } else { Order::Asc };
            select.order_by_expr(scope.dialect.comparable(&scope.column(intersect, lookup, row)), order);
        }
    }
    limit(rows, select);
}

/// Joins the first `count` hops; answers the alias of every source.
pub(super) fn joins(
    scope: &mut Scope<'_>,
    rows: &Rows,
    base: DynIden,
    count: usize,
    select: &mut SelectStatement,
) -> Vec<DynIden> {
    let mut aliases = vec![base];
    for hop in &rows.joins[..count] {
        let alias = scope.alias();
        let catalog = scope.catalog;
        if let RelationshipKind::OneToMany(one) = &catalog.relationship(hop.hop.relationship).kind {
            let on = join::one_to_many(scope, hop.hop, one, &aliases[hop.source], &alias);
            select.left_join(scope.table(hop.hop.target, &alias), on);
        }
        aliases.push(alias);
    }
    aliases
}

pub(super) fn columns(scope: &Scope<'_>, rows: &Rows, aliases: &[DynIden], select: &mut SelectStatement) {
    for column in &rows.columns {
        let typed = scope.column(rows.source(column.source), column.attribute, &aliases[column.source]);
        select.expr(scope.dialect.readable(&typed));
    }
    if rows.columns.is_empty() {
        select.expr(Expr::cust("1"));
    }
}

pub(super) fn restrict(scope: &mut Scope<'_>, rows: &Rows, aliases: &[DynIden], select: &mut SelectStatement) {
    if let Some(filter) = &rows.filter {
        select.cond_where(filter::compile(scope, filter, rows.entity, &aliases[0]));
    }
    if let Some(bounds) = order::bounds(scope, rows, aliases) {
        select.cond_where(bounds);
    }
}

fn page(scope: &Scope<'_>, rows: &Rows, aliases: &[DynIden], select: &mut SelectStatement) {
    order::apply(scope, rows, aliases, select);
    limit(rows, select);
}

pub(super) fn limit(rows: &Rows, select: &mut SelectStatement) {
    select.limit(rows.limit);
    if rows.offset > 0 {
        select.offset(rows.offset);
    }
}

pub(super) fn tuple(scope: &Scope<'_>, id: EntityId, attributes: &[AttributeId], alias: &DynIden) -> Expr {
    let mut columns: Vec<Expr> = attributes.iter().map(|attribute| scope.column(id, *attribute, alias).expr).collect();
    if columns.len() == 1 { columns.remove(0) } else { Expr::tuple(columns) }
}
