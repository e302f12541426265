//! A CSDL document as a reader understands it: what XML and JSON leave out is filled in with the default that the
//! specification gives for that format. Lists keep what stands twice, so that rules can object.

/// One document with one schema.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    pub version: String,
    /// Included schemas: their namespace and alias.
    pub included: Vec<(String, String)>,
    pub namespace: String,
    pub entity_types: Vec<EntityType>,
    pub enum_types: Vec<EnumType>,
    pub containers: Vec<Container>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityType {
    pub name: String,
    pub key: Vec<String>,
    pub properties: Vec<Property>,
    pub navigation: Vec<Navigation>,
    pub annotations: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Property {
    pub name: String,
    pub ty: String,
    pub nullable: bool,
    pub max_length: Option<String>,
    pub precision: Option<String>,
    pub scale: Option<String>,
    pub annotations: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Navigation {
    pub name: String,
    /// The qualified name of the entity type.
    pub ty: String,
    pub collection: bool,
    /// Always known of a single-valued one; of a collection, what it should not say.
    pub nullable: Option<bool>,
    pub partner: Option<String>,
    /// Dependent and principal property.
    pub constraints: Vec<(String, String)>,
    pub on_delete: Option<String>,
    pub annotations: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct EnumType {
    pub name: String,
    pub underlying: String,
    pub members: Vec<(String, Option<i64>)>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Container {
    pub name: String,
    pub sets: Vec<EntitySet>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntitySet {
    pub name: String,
    /// The qualified name of its entity type.
    pub ty: String,
    /// Path and target.
    pub bindings: Vec<(String, String)>,
}

impl Document {
    pub fn entity_type(&self, name: &str) -> &EntityType {
        self.entity_types.iter().find(|ty| ty.name == name).unwrap_or_else(|| panic!("no entity type {name}"))
    }

    pub fn find_entity_type(&self, qualified: &str) -> Option<&EntityType> {
        let name = qualified.strip_prefix(&self.namespace)?.strip_prefix('.')?;
        self.entity_types.iter().find(|ty| ty.name == name)
    }

    pub fn find_enum_type(&self, qualified: &str) -> Option<&EnumType> {
        let name = qualified.strip_prefix(&self.namespace)?.strip_prefix('.')?;
        self.enum_types.iter().find(|ty| ty.name == name)
    }

    pub fn sets(&self) -> &[EntitySet] {
        &self.containers[0].sets
    }

    pub fn set(&self, name: &str) -> Option<&EntitySet> {
        self.sets().iter().find(|set| set.name == name)
    }

    /// The same in one order, whatever the order of a format is. Only a key's parts have one that means something.
    pub fn sorted(mut self) -> Self {
        for ty in &mut self.entity_types {
            ty.properties.sort_by(|a, b| a.name.cmp(&b.name));
            ty.navigation.sort_by(|a, b| a.name.cmp(&b.name));
            ty.navigation.iter_mut().for_each(|property| property.constraints.sort());
        }
        self.enum_types.iter_mut().for_each(|ty| ty.members.sort());
        for container in &mut self.containers {
            container.sets.sort_by(|a, b| a.name.cmp(&b.name));
            container.sets.iter_mut().for_each(|set| set.bindings.sort());
        }
        self.entity_types.sort_by(|a, b| a.name.cmp(&b.name));
        self.enum_types.sort_by(|a, b| a.name.cmp(&b.name));
        self
    }
}

impl EntityType {
    pub fn property(&self, name: &str) -> &Property {
        self.find_property(name).unwrap_or_else(|| panic!("{} has no property {name}", self.name))
    }

    pub fn find_property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    pub fn navigation(&self, name: &str) -> &Navigation {
        self.find_navigation(name).unwrap_or_else(|| panic!("{} has no navigation property {name}", self.name))
    }

    pub fn find_navigation(&self, name: &str) -> Option<&Navigation> {
        self.navigation.iter().find(|property| property.name == name)
    }
}
