//! What everything is called in the document: the names of the catalog wherever OData allows them.

use std::collections::HashMap;

use crate::catalog::{AttributeId, AttributeType, Catalog, Entity, EntityId, EnumType};

use super::identifier::Scope;

/// The names of the document, by those of the catalog.
#[derive(Debug)]
pub(super) struct Names<'a> {
    entities: Vec<EntityNames<'a>>,
    enums: HashMap<&'a str, String>,
    container: String,
}

#[derive(Debug)]
struct EntityNames<'a> {
    ty: String,
    set: String,
    properties: Vec<String>,
    navigation: HashMap<&'a str, String>,
}

impl<'a> Names<'a> {
    pub(super) fn of(catalog: &'a Catalog) -> Self {
        let (mut types, mut sets) = (Scope::default(), Scope::default());
        let entities = catalog.entities.iter().map(|entity| entity_names(entity, &mut types, &mut sets)).collect();
        let enums = enums(catalog).map(|list| (list.type_name.as_str(), types.take(&list.type_name))).collect();
        // The container shares the names of the types, and nobody outside needs to know what it is called.
        let container = types.take("Container");
        Self { entities, enums, container }
    }

    pub(super) fn entity_type(&self, id: EntityId) -> &str {
        &self.entities[id.0].ty
    }

    pub(super) fn entity_set(&self, id: EntityId) -> &str {
        &self.entities[id.0].set
    }

    pub(super) fn property(&self, id: EntityId, attribute: AttributeId) -> &str {
        &self.entities[id.0].properties[attribute.0]
    }

    pub(super) fn navigation(&self, id: EntityId, name: &str) -> &str {
        &self.entities[id.0].navigation[name]
    }

    /// The same where a relationship only says the name, as of its other end.
    pub(super) fn find_navigation(&self, id: EntityId, name: &str) -> Option<&str> {
        self.entities[id.0].navigation.get(name).map(String::as_str)
    }

    pub(super) fn enum_type(&self, name: &str) -> &str {
        &self.enums[name]
    }

    pub(super) fn container(&self) -> &str {
        &self.container
    }
}

fn entity_names<'a>(entity: &'a Entity, types: &mut Scope, sets: &mut Scope) -> EntityNames<'a> {
    let mut scope = Scope::default();
    let properties: Vec<String> = entity.attributes.iter().map(|attribute| scope.take(&attribute.name)).collect();
    let navigation: HashMap<&str, String> =
        entity.navigation.iter().map(|property| (property.name.as_str(), scope.take(&property.name))).collect();
    // No property may have the name of its type, as where both begin with an underscore (section 6).
    let is_property =
        |name: &str| properties.iter().any(|known| known == name) || navigation.values().any(|known| known == name);
    let ty = types.take_unless(&entity.type_name, is_property);
    EntityNames { ty, set: sets.take(&entity.set_name), properties, navigation }
}

/// The enums of all attributes, each once.
pub(super) fn enums(catalog: &Catalog) -> impl Iterator<Item = &EnumType> {
    let mut seen = std::collections::HashSet::new();
    let attributes = catalog.entities.iter().flat_map(|entity| &entity.attributes);
    let all = attributes.filter_map(|attribute| match &attribute.ty {
        AttributeType::Enum(list) => Some(&**list),
        _ => None,
    });
    all.filter(move |list| seen.insert(list.type_name.as_str()))
}
