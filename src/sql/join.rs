//! How two ends of a relationship meet in SQL. The two ends and the intersect meet here and nowhere else.

use sea_orm::sea_query::{Cond, Condition as SqlCondition, DynIden, Expr, ExprTrait, IntoCondition, TableRef};

use crate::{
    catalog::{
        Attribute, AttributeId, AttributeType, Comparison, Condition, ConditionSide, Constant, End, EntityId,
        ManyToMany, OneToMany, RelationshipKind,
    },
    plan::{Hop, Literal},
};

use super::scope::{Parents, Scope};

/// The condition under which a record at the start and a record at the target of a one-to-many step are related.
pub(super) fn one_to_many(
    scope: &Scope<'_>,
    hop: Hop,
    one: &OneToMany,
    start: &DynIden,
    target: &DynIden,
) -> SqlCondition {
    let (referencing, referenced) = if hop.end == End::Referencing { (start, target) } else { (target, start) };
    let pairs = one.referencing_attributes.iter().zip(&one.referenced_attributes).map(|(lookup, key)| {
        let lookup = scope.column(one.referencing, *lookup, referencing);
        let key = scope.column(one.referenced, *key, referenced);
        key.expr.eq(lookup.expr)
    });
    let keys = pairs.fold(Cond::all(), Cond::add);
    match &one.condition {
        Some(constant) => keys.add(condition(scope, one, constant, referencing, referenced)),
        None => keys,
    }
}

/// The tables through which parents reach their related records, each with the condition that joins it:
/// the target under its alias is among them.
pub(super) fn members(
    scope: &mut Scope<'_>,
    hop: Hop,
    target: &DynIden,
    parents: &DynIden,
) -> Vec<(TableRef, SqlCondition)> {
    let catalog = scope.catalog;
    match &catalog.relationship(hop.relationship).kind {
        RelationshipKind::ManyToMany(many) => {
            let row = scope.alias();
            let own = &many.ends[hop.role()].intersect_attributes;
            vec![
                (scope.table(many.intersect, &row), keys(scope, many.intersect, own, &row, parents)),
                (scope.table(hop.target, target), intersect(scope, many, 1 - hop.role(), &row, target)),
            ]
        }
        RelationshipKind::OneToMany(one) => {
            let on = keys(scope, hop.target, hop.target_attributes(catalog), target, parents);
            let mut members = vec![(scope.table(hop.target, target), on)];
            if let Some(constant) = &one.condition {
                let own = match hop.end {
                    End::Referencing => ConditionSide::Referencing,
                    End::Referenced | End::Role(_) => ConditionSide::Referenced,
                };
                // Of the parent only the key is at hand: a condition that speaks of it needs its table.
                let start = constant.mentions(own).then(|| scope.alias());
                let sides = [start.as_ref().unwrap_or(target), target];
                let [referencing, referenced] = if hop.end == End::Referencing { sides } else { [sides[1], sides[0]] };
                let holds = condition(scope, one, constant, referencing, referenced);
                if let Some(start) = &start {
                    let id = hop.start_entity(catalog);
                    let on = keys(scope, id, hop.start_attributes(catalog), start, parents);
                    members.push((scope.table(id, start), on.add(holds)));
                } else if let Some((_, on)) = members.first_mut() {
                    *on = on.clone().add(holds);
                }
            }
            members
        }
    }
}

/// The condition under which a row of the intersect belongs to a record of one of its ends.
pub(super) fn intersect(
    scope: &Scope<'_>,
    many: &ManyToMany,
    role: usize,
    row: &DynIden,
    record: &DynIden,
) -> SqlCondition {
    let end = &many.ends[role];
    let pairs = end.intersect_attributes.iter().zip(&end.attributes).map(|(lookup, key)| {
        let lookup = scope.column(many.intersect, *lookup, row);
        let key = scope.column(end.entity, *key, record);
        key.expr.eq(lookup.expr)
    });
    pairs.fold(Cond::all(), Cond::add)
}

/// Attributes of one table against the columns `k0`, `k1`, … of the parents, or against their list, or the key of the only one.
pub(super) fn keys(
    scope: &Scope<'_>,
    id: EntityId,
    attributes: &[AttributeId],
    table: &DynIden,
    parents: &DynIden,
) -> SqlCondition {
    let pairs = attributes.iter().enumerate().map(|(part, attribute)| {
        let column = scope.column(id, *attribute, table);
        let key = match scope.parents {
            Parents::Table => None,
            Parents::List => scope.dialect.any_parent(part, &column),
            Parents::Level { level, column } => scope.dialect.any_of_level(level, column),
            Parents::One => scope.dialect.only_parent(part),
        };
        column.expr.eq(key.unwrap_or_else(|| Expr::col((parents.clone(), super::alias::iden(&format!("k{part}"))))))
    });
    pairs.fold(Cond::all(), Cond::add)
}

fn condition(
    scope: &Scope<'_>,
    one: &OneToMany,
    condition: &Condition,
    referencing: &DynIden,
    referenced: &DynIden,
) -> SqlCondition {
    let each = |parts: &[Condition], all: SqlCondition| {
        parts.iter().fold(all, |all, part| all.add(self::condition(scope, one, part, referencing, referenced)))
    };
    let side = |side: ConditionSide| match side {
        ConditionSide::Referencing => (one.referencing, referencing),
        ConditionSide::Referenced => (one.referenced, referenced),
    };
    match condition {
        Condition::All(parts) => each(parts, Cond::all()),
        Condition::Any(parts) => each(parts, Cond::any()),
        Condition::Not(part) => self::condition(scope, one, part, referencing, referenced).not(),
        Condition::IsNull { side: whose, attribute } => {
            let (id, alias) = side(*whose);
            scope.column(id, *attribute, alias).expr.is_null().into_condition()
        }
        Condition::Compare { side: whose, attribute, comparison, values } => {
            let (id, alias) = side(*whose);
            let column = scope.column(id, *attribute, alias);
            let attribute = scope.catalog.entity(id).attribute(*attribute);
            let literals: Vec<Literal> = values.iter().map(|value| literal(value, attribute)).collect();
            let left = scope.dialect.comparable(&column);
            if *comparison == Comparison::In {
                let list = Expr::val(scope.dialect.list(&literals));
                return scope.dialect.is_in(&column, list, &literals).into_condition();
            }
            let Some(right) = literals.first().map(|value| scope.dialect.parameter(value, &column)) else {
                return Cond::any();
            };
            let expr = match comparison {
                Comparison::Equal | Comparison::In => left.eq(right),
                Comparison::NotEqual => left.ne(right),
                Comparison::Less => left.lt(right),
                Comparison::LessOrEqual => left.lte(right),
                Comparison::Greater => left.gt(right),
                Comparison::GreaterOrEqual => left.gte(right),
            };
            expr.into_condition()
        }
    }
}

/// A constant as the attribute's type has it; text where it is not of that type.
#[must_use]
pub fn literal(value: &Constant, attribute: &Attribute) -> Literal {
    match (value, &attribute.ty) {
        (Constant::Boolean(value), _) => Literal::Boolean(*value),
        (Constant::Integer(value), _) => Literal::Integer(*value),
        (Constant::Float(value), _) => Literal::Float(*value),
        (Constant::Text(value), AttributeType::Enum(_)) => Literal::Text(value.clone()),
        (Constant::Text(value), ty) => {
            Literal::parse(&value.as_str().into(), ty).unwrap_or_else(|_| Literal::Text(value.clone()))
        }
    }
}
