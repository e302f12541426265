//! How an operation names the records that it writes and links: by a key, or as what an earlier field wrote.

use crate::{
    catalog::{AttributeId, Catalog, Entity, EntityId},
    error::Code,
    plan::{Error, Input, Literal, MAX_LIST, Operand, Result, key, literal::shorten, reference_quotes},
};

use super::Action;

/// A record, named by a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// What names it.
    pub target: Target,
    /// The same as the client spelled it, for messages.
    pub spelled: String,
    /// Which leaf of the request's variables gives each value of the key.
    pub leaves: Vec<Option<usize>>,
}

/// What names a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A whole key: the primary key or an alternate key.
    Key(Vec<(AttributeId, Literal)>),
    /// The record that an earlier field of the operation wrote: the field's position.
    Earlier(usize),
}

/// An earlier field of the same operation, as later ones may refer to it.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a> {
    /// Its response key.
    pub response_key: &'a str,
    /// The entity that it writes.
    pub entity: EntityId,
    /// Whether it leaves exactly one record behind.
    pub is_one: bool,
}

impl<'a> Earlier<'a> {
    /// How later fields see a planned one.
    #[must_use]
    pub fn of(plan: &'a super::WritePlan) -> Self {
        let is_one = match &plan.action {
            Action::Create(records) => records.len() == 1,
            Action::Update { which, .. } => matches!(which, super::Which::One { .. }),
            Action::Upsert { .. } | Action::Link { .. } => true,
            Action::Delete(_) => false,
        };
        Self { response_key: &plan.response_key, entity: plan.entity, is_one }
    }
}

impl Address {
    /// Parses a key input: of an entity, or `{ref: "$field"}` for what the field with that response key wrote.
    ///
    /// # Errors
    /// `INVALID` for anything but exactly one whole key or one earlier field, `TYPE_MISMATCH` for another entity.
    pub(super) fn parse(
        catalog: &Catalog,
        earlier: &[Earlier<'_>],
        id: EntityId,
        value: Option<&Input>,
    ) -> Result<Self> {
        let entity = catalog.entity(id);
        let member = catalog.profile.reference();
        let name =
            value.and_then(|key| key.get(member)).and_then(Input::as_str).and_then(|text| text.strip_prefix('$'));
        let Some(name) = name else {
            let spelled = spell(entity, member, value);
            let is_reference = value.is_some_and(|key| key.get(member).and_then(Input::as_str).is_some());
            let operands = key::operands(catalog, id, value)
                .map_err(|error| if is_reference { error.with("ref", spelled.as_str()) } else { error })?;
            let leaves = operands.iter().map(|(_, operand)| operand.leaf).collect();
            let literal = |(id, operand): (AttributeId, Operand)| Some((id, operand.literals.into_iter().next()?));
            let key = operands.into_iter().filter_map(literal).collect();
            return Ok(Self { target: Target::Key(key), spelled, leaves });
        };
        let known = earlier.iter().position(|field| field.response_key == name && field.is_one);
        let index = known.ok_or_else(|| {
            Error::invalid(format!("${name} is no earlier field of this operation that writes one record"))
                .entity(&entity.logical_name)
                .hint("A field may refer by $ and its response key to the record that a field before it wrote.")
        })?;
        if earlier[index].entity != id {
            let message = format!("${name} is a record of another entity than {}", entity.logical_name);
            return Err(Error::new(Code::TypeMismatch, message)
                .entity(&entity.logical_name)
                .with("ref", format!("${name}")));
        }
        Ok(Self { target: Target::Earlier(index), spelled: format!("${name}"), leaves: Vec::new() })
    }

    /// Parses a key input that says what a record is linked to.
    ///
    /// # Errors
    /// As for any; they concern who refers.
    pub(super) fn parse_target(
        catalog: &Catalog,
        earlier: &[Earlier<'_>],
        id: EntityId,
        value: Option<&Input>,
    ) -> Result<Self> {
        Self::parse(catalog, earlier, id, value).map_err(Error::of_reference)
    }

    /// Parses a list of key inputs that say what a record is linked to.
    ///
    /// # Errors
    /// As for one, and `LIMIT_EXCEEDED` for too many.
    pub(super) fn parse_list(
        catalog: &Catalog,
        earlier: &[Earlier<'_>],
        id: EntityId,
        value: &Input,
    ) -> Result<Vec<Self>> {
        list(value, "references")?.iter().map(|value| Self::parse_target(catalog, earlier, id, Some(value))).collect()
    }
}

/// The values of a list argument.
pub(super) fn list<'v>(value: &'v Input, what: &str) -> Result<&'v [Input]> {
    let values = value.as_list();
    if values.len() > MAX_LIST {
        let message = format!("a list may hold {MAX_LIST} {what}");
        return Err(Error::new(Code::LimitExceeded, message));
    }
    Ok(values)
}

/// A reference as it was given; another key in the same form, `contacts(emailaddress='a@b.c')`.
fn spell(entity: &Entity, reference: &str, value: Option<&Input>) -> String {
    let Some((name, value)) = value.and_then(Input::as_object).and_then(|members| members.iter().next()) else {
        return entity.set_name.clone();
    };
    // Only messages have it, so that nothing is decided by it.
    if let Some(text) = value.value().as_str().filter(|_| name == reference) {
        return text.to_owned();
    }
    let spelled = |name: &str, value: &Input| match value.value().as_str() {
        Some(text) if is_quoted(entity, name) => format!("'{}'", text.replace('\'', "''")),
        Some(text) => text.to_owned(),
        None => shorten(value),
    };
    // The primary key of one attribute goes without saying.
    let is_primary = matches!(entity.primary_key.as_slice(), [only] if entity.attribute(*only).name == *name);
    let parts: Vec<String> = match value {
        Input::Object(parts) => parts.iter().map(|(name, value)| format!("{name}={}", spelled(name, value))).collect(),
        single if is_primary => vec![spelled(name, single)],
        single => vec![format!("{name}={}", spelled(name, single))],
    };
    format!("{}({})", entity.set_name, parts.join(","))
}

fn is_quoted(entity: &Entity, attribute: &str) -> bool {
    entity.find_attribute(attribute).is_some_and(|id| reference_quotes(&entity.attribute(id).ty))
}
