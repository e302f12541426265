//! The names of the types that belong to the writes of an entity.

use crate::catalog::{Catalog, Entity, EntityId, name};

/// The type of a payload about one record.
#[must_use]
pub fn one_type(catalog: &Catalog, id: EntityId) -> String {
    format!("{}Payload", catalog.entity(id).type_name)
}

/// The type of a payload about many records.
#[must_use]
pub fn many_type(catalog: &Catalog, id: EntityId) -> String {
    format!("{}Payload", name::capitalized(&catalog.entity(id).set_name))
}

/// The type of a payload about links.
#[must_use]
pub fn links_type(catalog: &Catalog, id: EntityId) -> String {
    catalog.links_type(catalog.entity(id))
}

/// The type of a reference's result.
pub const RESULT: &str = "RefResult";

/// The input of a new record.
#[must_use]
pub fn create_type(entity: &Entity) -> String {
    format!("{}Create", entity.type_name)
}

/// The input of a change.
#[must_use]
pub fn update_type(entity: &Entity) -> String {
    format!("{}Update", entity.type_name)
}

/// The input of a link to one record.
#[must_use]
pub fn bind_type(target: &Entity) -> String {
    format!("{}Bind", target.type_name)
}

/// The input of links of a new record to many.
#[must_use]
pub fn set_bind_type(target: &Entity) -> String {
    format!("{}Bind", name::capitalized(&target.set_name))
}

/// The input of changes of links to many records.
#[must_use]
pub fn change_type(target: &Entity) -> String {
    format!("{}Change", name::capitalized(&target.set_name))
}
