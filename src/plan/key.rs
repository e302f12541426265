//! `key` arguments: exactly one way to address one record.

use crate::{
    catalog::{AttributeId, Catalog, Entity, EntityId, name},
    error::Code,
};

use super::{Error, Filter, Input, Members, Operand, Reference, Result, literal::shorten, operator::Operator};

/// A way to address a record: the primary key or an alternate key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The input field's name.
    pub name: String,
    /// The attributes.
    pub attributes: Vec<AttributeId>,
}

impl Key {
    /// All keys of an entity, the primary key first.
    #[must_use]
    pub fn all(entity: &Entity) -> Vec<Self> {
        let words: Vec<&str> = entity.primary_key.iter().map(|id| entity.attribute(*id).name.as_str()).collect();
        let primary =
            entity.has_key().then(|| Self { name: name::joined(&words), attributes: entity.primary_key.clone() });
        let alternate = entity
            .alternate_keys
            .iter()
            .filter(|key| key.attributes.iter().all(|id| entity.attribute(*id).ty.is_comparable()))
            .map(|key| Self { name: key.name.clone(), attributes: key.attributes.clone() });
        primary.into_iter().chain(alternate).collect()
    }
}

/// Plans a `key` argument as a filter that at most one record fulfils.
///
/// # Errors
/// `INVALID` for anything but exactly one whole key, `TYPE_MISMATCH` for a reference to another entity.
pub(super) fn plan(catalog: &Catalog, id: EntityId, value: Option<&Input>) -> Result<Filter> {
    operands(catalog, id, value).map(equals)
}

/// The attributes and values of a `key` argument.
///
/// # Errors
/// As for [`plan`].
pub(super) fn operands(catalog: &Catalog, id: EntityId, value: Option<&Input>) -> Result<Vec<(AttributeId, Operand)>> {
    let entity = catalog.entity(id);
    let one =
        || Error::invalid(format!("key takes exactly one key of {}", entity.logical_name)).entity(&entity.logical_name);
    let members = value.and_then(Input::as_object).ok_or_else(one)?;
    let mut given = members.iter().filter(|(_, value)| !value.is_null());
    let (Some((name, value)), None) = (given.next(), given.next()) else { return Err(one()) };
    if name == catalog.profile.reference() {
        let text = value.as_str().ok_or_else(one)?;
        let reference = Reference::parse(catalog, text)?;
        if reference.entity != id {
            let message = format!("{} is a reference to another entity than {}", shorten(value), entity.logical_name);
            return Err(Error::new(Code::TypeMismatch, message).entity(&entity.logical_name));
        }
        return Ok(reference.key.into_iter().map(|(attribute, value)| (attribute, value.into())).collect());
    }
    let key = Key::all(entity).into_iter().find(|key| key.name == *name).ok_or_else(one)?;
    let parse = |attribute: &AttributeId, value: &Input| {
        let parsed = Operand::one(value, &entity.attribute(*attribute).ty)?;
        Ok((*attribute, parsed))
    };
    match (key.attributes.as_slice(), value) {
        ([only], value) => Ok(vec![parse(only, value)?]),
        (several, Input::Object(parts)) => {
            several.iter().map(|attribute| parse(attribute, part(entity, *attribute, parts)?)).collect()
        }
        _ => Err(one()),
    }
}

fn part<'a>(entity: &Entity, id: AttributeId, parts: &'a Members) -> Result<&'a Input> {
    let name = &entity.attribute(id).name;
    parts.get(name).filter(|value| !value.is_null()).ok_or_else(|| {
        Error::invalid(format!("the key lacks {name}: a key is given whole")).entity(&entity.logical_name)
    })
}

/// The filter that a reference's key amounts to.
pub(super) fn equals<O: Into<Operand>>(key: Vec<(AttributeId, O)>) -> Filter {
    let compare = |(attribute, value): (AttributeId, O)| Filter::Compare {
        attribute,
        operator: Operator::Equal,
        operands: vec![value.into()],
    };
    Filter::All(key.into_iter().map(compare).collect())
}
