//! Counts and aggregates: one grouped statement for all parents at once.

use sea_orm::sea_query::{Expr, ExprTrait, Func, NullOrdering, Order, Query, SelectStatement};

use crate::plan::{Aggregate, AggregateColumn, AggregateFunction, Parent};

use super::{alias::iden, filter, join, scope::Scope};

/// Compiles a step that counts, sums and compares.
pub(super) fn compile(scope: &mut Scope<'_>, parent: Option<&Parent>, aggregate: &Aggregate) -> SelectStatement {
    let (catalog, dialect) = (scope.catalog, scope.dialect);
    let base = scope.alias();
    let mut select = Query::select();
    if let Some(parent) = parent {
        let parents = scope.alias();
        let hop = parent.hop;
        let start = hop.start_entity(catalog);
        let key: Vec<_> = hop.start_attributes(catalog).iter().map(|id| scope.column(start, *id, &parents)).collect();
        let ordinal = (parents.clone(), iden("ord"));
        select.expr(Expr::col(ordinal.clone())).add_group_by([Expr::col(ordinal.clone())]);
        select.from_subquery(dialect.parents(&key), parents.clone());
        for (table, on) in join::members(scope, hop, &base, &parents) {
            select.inner_join(table, on);
        }
        select.order_by(ordinal, Order::Asc);
    } else {
        select.from(scope.table(aggregate.entity, &base));
    }
    for column in &aggregate.columns {
        select.expr(expr(scope, aggregate, column, &base));
    }
    if aggregate.columns.is_empty() {
        select.expr(Func::count(Expr::cust("*")));
    }
    for attribute in &aggregate.group_by {
        let column = scope.dialect.comparable(&scope.column(aggregate.entity, *attribute, &base));
        select.add_group_by([column.clone()]);
        if catalog.entity(aggregate.entity).attribute(*attribute).nullable {
            select.order_by_expr_with_nulls(column, Order::Asc, NullOrdering::Last);
        } else {
            select.order_by_expr(column, Order::Asc);
        }
    }
    if let Some(filter) = &aggregate.filter {
        select.cond_where(filter::compile(scope, filter, aggregate.entity, &base));
    }
    if let Some(limit) = aggregate.limit.filter(|_| parent.is_none()) {
        select.limit(limit);
    }
    select
}

fn expr(
    scope: &Scope<'_>,
    aggregate: &Aggregate,
    column: &AggregateColumn,
    alias: &sea_orm::sea_query::DynIden,
) -> Expr {
    let Some(attribute) = column.attribute else { return Func::count(Expr::cust("*")).into() };
    let mut typed = scope.column(aggregate.entity, attribute, alias);
    match column.function {
        AggregateFunction::Count => Func::count(typed.expr).into(),
        AggregateFunction::Key => scope.dialect.readable(&typed),
        AggregateFunction::Sum => scope.dialect.sum(typed.expr, typed.ty),
        AggregateFunction::Avg => scope.dialect.avg(typed.expr, typed.ty),
        AggregateFunction::Min | AggregateFunction::Max => {
            let column_expr = scope.dialect.comparable(&typed);
            typed.expr = if column.function == AggregateFunction::Min { column_expr.min() } else { column_expr.max() };
            scope.dialect.readable(&typed)
        }
    }
}
