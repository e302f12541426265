//! The version of a record: the attribute, where an entity has one, that counts the changes of its record.

use super::{AttributeId, AttributeType, Entity, Given, GivenVersion, Problems};

/// The names that such an attribute goes by, in lower case.
const NAMES: &[&str] = &["version", "versionnumber", "rowversion", "lockversion"];

/// The attribute that counts the versions of a record of the entity: the one that is given, or else one that is called so.
pub(super) fn find(entity: &Entity, given: &Given, problems: &mut Problems) -> Option<AttributeId> {
    match given.of(&entity.table).and_then(|given| given.version.as_ref()) {
        Some(GivenVersion::None) => None,
        Some(GivenVersion::Column(column)) => {
            let found = entity.find_column(&column.name).filter(|id| entity.has_key() && counts(entity, *id));
            if found.is_none() {
                let message = "cannot be the version: that is a whole number with a default, which is never null, \
                               part of no key and no lookup";
                problems.error_at(column.origin, &entity.table, Some(&column.name), message);
            }
            found
        }
        None => (0..entity.attributes.len())
            .map(AttributeId)
            .find(|id| entity.has_key() && is_called_version(entity, *id) && counts(entity, *id)),
    }
}

/// Whether an attribute is the version that is given, or else is called so and can be one.
pub(super) fn is_version(entity: &Entity, given: &Given, id: AttributeId) -> bool {
    match given.of(&entity.table).and_then(|given| given.version.as_ref()) {
        Some(GivenVersion::None) => false,
        Some(GivenVersion::Column(column)) => entity.attribute(id).column == column.name,
        None => is_called_version(entity, id) && counts(entity, id),
    }
}

fn is_called_version(entity: &Entity, id: AttributeId) -> bool {
    NAMES.contains(&entity.attribute(id).name.to_lowercase().as_str())
}

/// Whether the attribute can count the versions of its record: a whole number that is always there, starts by itself,
/// and neither addresses the record nor leads anywhere.
fn counts(entity: &Entity, id: AttributeId) -> bool {
    let attribute = entity.attribute(id);
    let is_key = |key: &[AttributeId]| key.contains(&id);
    matches!(attribute.ty, AttributeType::Int | AttributeType::BigInt)
        && attribute.has_default
        && !attribute.nullable
        && !attribute.generated
        && !attribute.is_lookup
        && !is_key(&entity.primary_key)
        && !entity.alternate_keys.iter().any(|key| is_key(&key.attributes))
}
