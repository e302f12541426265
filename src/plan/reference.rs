//! References: what OData calls `@odata.id`, a record's entity set and key in one readable text,
//! such as `contacts(cf9eaaef-f718-ed11-b83e-00224837179f)` or `orderlines(salesorderid=1,line=2)`.

use serde_json::Value;

use crate::catalog::{AttributeId, AttributeType, Catalog, EntityId};

use super::{Error, Literal, Result};

/// A parsed reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The entity.
    pub entity: EntityId,
    /// The primary key's attributes and values, in the key's order.
    pub key: Vec<(AttributeId, Literal)>,
}

/// Whether values of a type stand in quotes in a reference (OData 4.01 ABNF: strings do, numbers, UUIDs and dates do not).
#[must_use]
pub fn quotes(ty: &AttributeType) -> bool {
    matches!(
        ty,
        AttributeType::String { .. }
            | AttributeType::Text
            | AttributeType::Enum(_)
            | AttributeType::Bytes
            | AttributeType::Json
    )
}

impl Reference {
    /// Parses a reference to a record of any entity.
    ///
    /// # Errors
    /// `INVALID` where the text is not a reference, names no entity set, or does not give the whole key.
    pub fn parse(catalog: &Catalog, text: &str) -> Result<Self> {
        let malformed = || {
            Error::invalid(format!("{} is not a reference", super::literal::shorten(&Value::from(text)))).hint(
                "A reference looks like contacts(cf9eaaef-f718-ed11-b83e-00224837179f): pass it on as it was answered.",
            )
        };
        let (set_name, rest) = text.split_once('(').ok_or_else(malformed)?;
        let inner = rest.strip_suffix(')').ok_or_else(malformed)?;
        let id = catalog
            .find_entity(set_name)
            .filter(|id| catalog.entity(*id).set_name == set_name && catalog.entity(*id).has_key())
            .ok_or_else(malformed)?;
        let entity = catalog.entity(id);
        let parts = split(inner).ok_or_else(malformed)?;
        let names =
            || entity.primary_key.iter().map(|id| entity.attribute(*id).name.as_str()).collect::<Vec<_>>().join(", ");
        let partial = || {
            Error::invalid(format!("a reference to {} gives {}", entity.set_name, names())).entity(&entity.logical_name)
        };
        if parts.len() != entity.primary_key.len() {
            return Err(partial());
        }
        let key = entity.primary_key.iter().map(|id| {
            let attribute = entity.attribute(*id);
            let part = match parts.as_slice() {
                [only] if only.name.is_none() => Some(only),
                _ => parts.iter().find(|part| part.name == Some(attribute.name.as_str())),
            };
            let part = part.ok_or_else(partial)?;
            if part.quoted != quotes(&attribute.ty) {
                return Err(malformed());
            }
            let value = match attribute.ty {
                AttributeType::Int | AttributeType::Float | AttributeType::Boolean => {
                    serde_json::from_str(&part.value).map_err(|_| malformed())?
                }
                _ => Value::from(part.value.as_str()),
            };
            Ok((*id, Literal::parse_answered(&value, &attribute.ty).map_err(|_| malformed())?))
        });
        Ok(Self { entity: id, key: key.collect::<Result<_>>()? })
    }
}

struct Part<'a> {
    name: Option<&'a str>,
    value: String,
    quoted: bool,
}

/// Splits `a=1,b='x''y'` into its parts; nothing where it is malformed.
fn split(mut rest: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    loop {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let name_end = rest.find(|letter| !is_name(letter)).unwrap_or(rest.len());
        let name = rest[name_end..].starts_with('=').then(|| &rest[..name_end]);
        if name.is_some() {
            rest = &rest[name_end + 1..];
        }
        let (value, quoted, after) = value(rest)?;
        parts.push(Part { name, value, quoted });
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => return after.is_empty().then_some(parts),
        }
    }
}

fn value(text: &str) -> Option<(String, bool, &str)> {
    let Some(quoted) = text.strip_prefix('\'') else {
        let end = text.find(',').unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), false, &text[end..]));
    };
    let mut value = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('\'')?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, true, rest)),
        }
    }
}
