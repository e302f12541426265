//! Filters: comparisons on columns, and `EXISTS` over links.

use sea_orm::sea_query::{Cond, Condition, DynIden, Expr, ExprTrait, IntoCondition, Query, SelectStatement, Value};

use crate::{
    catalog::{EntityId, RelationshipKind},
    plan::{Filter, Hop, Operand, Quantifier, operator::Operator},
};

use super::{
    dialect::{Pattern, Typed},
    join,
    scope::Scope,
    slot::Form,
};

/// The condition that a filter puts on the records of an entity under an alias.
pub(super) fn compile(scope: &mut Scope<'_>, filter: &Filter, entity: EntityId, alias: &DynIden) -> Condition {
    match filter {
        Filter::All(parts) => parts.iter().fold(Cond::all(), |all, part| all.add(compile(scope, part, entity, alias))),
        Filter::Any(parts) => parts.iter().fold(Cond::any(), |any, part| any.add(compile(scope, part, entity, alias))),
        Filter::Not(part) => compile(scope, part, entity, alias).not(),
        Filter::Null { attribute, is_null } => {
            let column = scope.column(entity, *attribute, alias).expr;
            (if *is_null { column.is_null() } else { column.is_not_null() }).into_condition()
        }
        Filter::Compare { attribute, operator, operands } => {
            let column = scope.column(entity, *attribute, alias);
            compare(scope, &column, *operator, operands).into_condition()
        }
        Filter::Related { hop, quantifier, filter } => {
            related(scope, *hop, *quantifier, filter, alias).into_condition()
        }
    }
}

fn compare(scope: &mut Scope<'_>, column: &Typed<'_>, operator: Operator, operands: &[Operand]) -> Expr {
    let dialect = scope.dialect;
    let left = dialect.comparable(column);
    let mut operand = |index: usize| operands.get(index).map_or_else(null, |operand| scope.operand(operand, column));
    match operator {
        Operator::Equal => left.eq(operand(0)),
        Operator::NotEqual => left.ne(operand(0)),
        Operator::Less => left.lt(operand(0)),
        Operator::LessOrEqual => left.lte(operand(0)),
        Operator::Greater => left.gt(operand(0)),
        Operator::GreaterOrEqual => left.gte(operand(0)),
        Operator::Between => left.between(operand(0), operand(1)),
        Operator::In => is_in(scope, column, operands),
        Operator::NotIn => is_in(scope, column, operands).not(),
        Operator::IsNull => column.expr.clone().is_null(),
        Operator::Contains => matches(scope, column, operands, Pattern::Anywhere, false),
        Operator::StartsWith => matches(scope, column, operands, Pattern::Start, false),
        Operator::EndsWith => matches(scope, column, operands, Pattern::End, false),
        Operator::EqualIgnoreCase => matches(scope, column, operands, Pattern::Whole, true),
        Operator::ContainsIgnoreCase => matches(scope, column, operands, Pattern::Anywhere, true),
        Operator::StartsWithIgnoreCase => matches(scope, column, operands, Pattern::Start, true),
        Operator::EndsWithIgnoreCase => matches(scope, column, operands, Pattern::End, true),
    }
}

fn is_in(scope: &mut Scope<'_>, column: &Typed<'_>, operands: &[Operand]) -> Expr {
    let Some(operand) = operands.first() else { return null() };
    let list = scope.slot(operand, column, Form::List);
    scope.dialect.is_in(column, Expr::val(list), &operand.literals)
}

fn matches(
    scope: &mut Scope<'_>,
    column: &Typed<'_>,
    operands: &[Operand],
    pattern: Pattern,
    ignore_case: bool,
) -> Expr {
    let Some(operand) = operands.first() else { return null() };
    // Patterns are texts, and so is what stands for one.
    let pattern = match scope.slot(operand, column, Form::Pattern(pattern, ignore_case)) {
        Value::String(Some(pattern)) => pattern,
        _ => String::new(),
    };
    scope.dialect.matches(column.expr.clone(), pattern, ignore_case)
}

fn null() -> Expr {
    Expr::Keyword(sea_orm::sea_query::Keyword::Null)
}

fn related(scope: &mut Scope<'_>, hop: Hop, quantifier: Quantifier, filter: &Filter, start: &DynIden) -> Expr {
    let target = scope.alias();
    let mut exists = reach(scope, hop, start, &target);
    let condition = compile(scope, filter, hop.target, &target);
    match quantifier {
        Quantifier::Some => scope.dialect.exists(exists.cond_where(condition).take()),
        Quantifier::None => Expr::exists(exists.cond_where(condition).take()).not(),
        // A record whose condition is unknown does not fulfil it.
        Quantifier::Every => {
            let fails = Expr::case(condition, 0).finally(1).eq(1);
            Expr::exists(exists.and_where(fails).take()).not()
        }
    }
}

/// The records that a step over a relationship reaches from one record, as a sub-select without columns of its own.
fn reach(scope: &mut Scope<'_>, hop: Hop, start: &DynIden, target: &DynIden) -> SelectStatement {
    let mut select = Query::select();
    select.expr(Expr::cust("1")).from(scope.table(hop.target, target));
    let catalog = scope.catalog;
    match &catalog.relationship(hop.relationship).kind {
        RelationshipKind::OneToMany(one) => {
            select.cond_where(join::one_to_many(scope, hop, one, start, target));
        }
        RelationshipKind::ManyToMany(many) => {
            let row = scope.alias();
            let to_target = join::intersect(scope, many, 1 - hop.role(), &row, target);
            select.inner_join(scope.table(many.intersect, &row), to_target);
            select.cond_where(join::intersect(scope, many, hop.role(), &row, start));
        }
    }
    select
}
