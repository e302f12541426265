//! The version of a record: the attribute, where an entity has one, that counts the changes of its record.

use super::{AttributeId, AttributeType, Entity};

/// The names that such an attribute goes by, in lower case.
const NAMES: &[&str] = &["version", "versionnumber", "rowversion", "lockversion"];

/// The attribute that counts the versions of a record of the entity.
pub(super) fn find(entity: &Entity) -> Option<AttributeId> {
    (0..entity.attributes.len()).map(AttributeId).find(|id| entity.has_key() && is_version(entity, *id))
}

/// Whether the attribute counts the versions of its record: a whole number of that name that is always there, starts
/// by itself, and neither addresses the record nor leads anywhere.
pub(super) fn is_version(entity: &Entity, id: AttributeId) -> bool {
    let attribute = entity.attribute(id);
    let is_key = |key: &[AttributeId]| key.contains(&id);
    matches!(attribute.ty, AttributeType::Int | AttributeType::BigInt)
        && NAMES.contains(&attribute.name.to_lowercase().as_str())
        && attribute.has_default
        && !attribute.nullable
        && !attribute.generated
        && !attribute.is_lookup
        && !is_key(&entity.primary_key)
        && !entity.alternate_keys.iter().any(|key| is_key(&key.attributes))
}
