//! Constant conditions, held against the columns that they speak of.

use crate::catalog::{AttributeType, ColumnDraft, Comparison, ConditionDraft, Constant, EntityDraft};

use super::{
    error::Mistakes,
    relationship::{ConditionSection, Test},
    tables::{column, type_word},
    text::Said,
};

/// All conditions of a relationship as one; nothing where there is none, or one that is wrong.
pub(super) fn condition(
    sections: &[ConditionSection],
    from: &EntityDraft,
    to: &EntityDraft,
    mistakes: &Mistakes,
) -> Option<ConditionDraft> {
    let parts = sections.iter().map(|section| one(section, from, to, mistakes));
    let mut parts: Vec<ConditionDraft> = parts.collect::<Option<_>>()?;
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(ConditionDraft::All(parts)),
    }
}

fn one(
    section: &ConditionSection,
    from: &EntityDraft,
    to: &EntityDraft,
    mistakes: &Mistakes,
) -> Option<ConditionDraft> {
    let is_own = !section.is_other;
    let found = column(if is_own { from } else { to }, &section.column, mistakes)?;
    let column = found.name.clone();
    let compare = |comparison, values: &[Constant]| {
        let fits = values.iter().all(|value| fits(found, value, section, mistakes));
        fits.then(|| ConditionDraft::Compare { is_own, column: column.clone(), comparison, values: values.to_vec() })
    };
    match &section.test.value {
        Test::Equals(value) => compare(Comparison::Equal, std::slice::from_ref(value)),
        Test::In(values) => compare(Comparison::In, values),
        Test::IsNull(true) => Some(ConditionDraft::IsNull { is_own, column }),
        Test::IsNull(false) => Some(ConditionDraft::Not(Box::new(ConditionDraft::IsNull { is_own, column }))),
    }
}

fn fits(found: &ColumnDraft, value: &Constant, section: &ConditionSection, mistakes: &Mistakes) -> bool {
    check(found, &Said { value: value.clone(), span: section.test.span.clone() }, mistakes)
}

/// Whether a column can hold a constant. Where it cannot, that is noted.
pub(super) fn check(found: &ColumnDraft, value: &Said<Constant>, mistakes: &Mistakes) -> bool {
    let fits = match (&found.ty, &value.value) {
        (Some(AttributeType::Int | AttributeType::BigInt), Constant::Integer(_))
        | (Some(AttributeType::Float | AttributeType::Decimal { .. }), Constant::Integer(_) | Constant::Float(_))
        | (Some(AttributeType::Boolean), Constant::Boolean(_)) => true,
        (
            Some(
                AttributeType::Int
                | AttributeType::BigInt
                | AttributeType::Float
                | AttributeType::Decimal { .. }
                | AttributeType::Boolean
                | AttributeType::Bytes
                | AttributeType::Json,
            )
            | None,
            _,
        ) => false,
        (Some(_), value) => matches!(value, Constant::Text(_)),
    };
    if !fits {
        let what = match &value.value {
            Constant::Boolean(_) => "true or false",
            Constant::Integer(_) => "a whole number",
            Constant::Float(_) => "a number",
            Constant::Text(_) => "a text",
        };
        mistakes.add(&value.span, format!("`{}` is {}, which is never equal to {what}", found.name, type_word(found)));
    }
    fits
}
