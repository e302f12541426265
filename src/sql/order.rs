//! Orders, and pages that start or end at a place in an order.

use sea_orm::sea_query::{Cond, Condition, DynIden, ExprTrait, IntoCondition, NullOrdering, Order, OrderedStatement};

use crate::plan::{Literal, OrderTerm, Rows, Sort};

use super::{dialect::Typed, scope::Scope};

/// Adds the order of a step to a statement, or a window of one, in which each source has an alias.
pub(super) fn apply(scope: &Scope<'_>, rows: &Rows, aliases: &[DynIden], statement: &mut impl OrderedStatement) {
    apply_by(scope, rows, |term| column(scope, rows, term, aliases), statement);
}

/// The same by other columns that hold the same values.
pub(super) fn apply_by<'a>(
    scope: &Scope<'a>,
    rows: &Rows,
    column: impl Fn(&OrderTerm) -> Typed<'a>,
    statement: &mut impl OrderedStatement,
) {
    for term in &rows.order {
        let column = column(term);
        let sort = effective(term.sort, rows.backward);
        let order = if sort.descending { Order::Desc } else { Order::Asc };
        let expr = scope.dialect.comparable(&column);
        // Every database puts nulls at one end by itself; saying so where nothing is null would only keep it from an index.
        let natural = scope.dialect.puts_nulls_first(sort.descending) == sort.nulls_first;
        if natural || !is_nullable(scope, rows, term) {
            statement.order_by_expr(expr, order);
        } else {
            let nulls = if sort.nulls_first { NullOrdering::First } else { NullOrdering::Last };
            statement.order_by_expr_with_nulls(expr, order, nulls);
        }
    }
}

/// The condition that keeps a page between its bounds.
pub(super) fn bounds(scope: &Scope<'_>, rows: &Rows, aliases: &[DynIden]) -> Option<Condition> {
    let after = rows.after.as_ref().map(|bound| beyond(scope, rows, bound, aliases, false));
    let before = rows.before.as_ref().map(|bound| beyond(scope, rows, bound, aliases, true));
    match (after, before) {
        (None, None) => None,
        (after, before) => Some(Cond::all().add_option(after).add_option(before)),
    }
}

/// The rows beyond a place: the first key lies beyond, or it is equal and the next one lies beyond, and so on.
fn beyond(scope: &Scope<'_>, rows: &Rows, bound: &[Option<Literal>], aliases: &[DynIden], reversed: bool) -> Condition {
    let mut any = Cond::any();
    for (index, (term, value)) in rows.order.iter().zip(bound).enumerate() {
        let mut all = Cond::all();
        for (term, value) in rows.order.iter().zip(bound).take(index) {
            all = all.add(equal(scope, &column(scope, rows, term, aliases), value.as_ref()));
        }
        let typed = column(scope, rows, term, aliases);
        let nullable = is_nullable(scope, rows, term);
        if let Some(last) = further(scope, &typed, value.as_ref(), effective(term.sort, reversed), nullable) {
            any = any.add(all.add(last));
        }
    }
    any
}

fn equal(scope: &Scope<'_>, column: &Typed<'_>, value: Option<&Literal>) -> Condition {
    match value {
        Some(value) => scope.dialect.comparable(column).eq(scope.dialect.parameter(value, column)).into_condition(),
        None => column.expr.clone().is_null().into_condition(),
    }
}

/// Nothing where no value lies further.
fn further(
    scope: &Scope<'_>,
    column: &Typed<'_>,
    value: Option<&Literal>,
    sort: Sort,
    nullable: bool,
) -> Option<Condition> {
    let Some(value) = value else {
        return sort.nulls_first.then(|| column.expr.clone().is_not_null().into_condition());
    };
    let (left, right) = scope.dialect.ordered(column, value);
    let beyond = if sort.descending { left.lt(right) } else { left.gt(right) };
    Some(if nullable && !sort.nulls_first {
        Cond::any().add(beyond).add(column.expr.clone().is_null())
    } else {
        beyond.into_condition()
    })
}

fn effective(sort: Sort, reversed: bool) -> Sort {
    if reversed { sort.reversed() } else { sort }
}

fn is_nullable(scope: &Scope<'_>, rows: &Rows, term: &OrderTerm) -> bool {
    // A joined record may be missing altogether.
    term.source > 0 || scope.catalog.entity(rows.entity).attribute(term.attribute).nullable
}

pub(super) fn column<'a>(scope: &Scope<'a>, rows: &Rows, term: &OrderTerm, aliases: &[DynIden]) -> Typed<'a> {
    scope.column(rows.source(term.source), term.attribute, &aliases[term.source])
}
