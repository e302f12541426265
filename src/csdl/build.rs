//! The catalog turned into a document: what CSDL has a rule for is decided here, so that both writers only write.

use crate::catalog::{
    Attribute, AttributeId, AttributeType, CascadeDelete, Catalog, End, Entity, EntityId, NavigationProperty,
    OneToMany, StoredValue,
};

use super::{
    document::{self, Cardinality, Document, EntitySet, EntityType, EnumType, OnDelete, Property, Type},
    identifier::Scope,
    names::{self, Names},
};

/// The document of a catalog.
pub(super) fn document(catalog: &Catalog) -> Document {
    let names = Names::of(catalog);
    let types: Vec<EntityType> = catalog.entities().map(|(id, entity)| entity_type(&names, id, entity)).collect();
    let all = Entities { catalog, names: &names, types: &types };
    let navigation: Vec<Vec<document::NavigationProperty>> = catalog
        .entities()
        .map(|(id, entity)| entity.navigation.iter().map(|property| all.navigation(id, property)).collect())
        .collect();
    let entity_sets = catalog.entities().filter_map(|(id, entity)| all.entity_set(id, entity)).collect();
    let enum_types = names::enums(catalog).map(|list| enum_type(&names, list)).collect();
    let container = names.container().to_owned();
    let entity_types = types.into_iter().zip(navigation);
    let entity_types = entity_types.map(|(ty, navigation)| EntityType { navigation, ..ty }).collect();
    Document { entity_types, enum_types, container, entity_sets }
}

/// An entity with its attributes; its navigation properties need all others first.
fn entity_type(names: &Names<'_>, id: EntityId, entity: &Entity) -> EntityType {
    let ids = || (0..entity.attributes.len()).map(AttributeId);
    let types: Vec<Type> = entity.attributes.iter().map(|attribute| property_type(names, attribute)).collect();
    let is_key = entity.primary_key.iter().all(|attribute| types[attribute.0].can_be_key());
    let key: &[AttributeId] = if is_key { &entity.primary_key } else { &[] };
    let properties = ids().zip(types).map(|(attribute, ty)| {
        let facts = entity.attribute(attribute);
        Property {
            name: names.property(id, attribute).to_owned(),
            ty,
            nullable: facts.nullable && !key.contains(&attribute),
            description: text(facts.description.as_deref()),
        }
    });
    EntityType {
        name: names.entity_type(id).to_owned(),
        description: text(entity.description.as_deref()),
        key: key.iter().map(|attribute| names.property(id, *attribute).to_owned()).collect(),
        properties: properties.collect(),
        navigation: Vec::new(),
    }
}

fn property_type(names: &Names<'_>, attribute: &Attribute) -> Type {
    match &attribute.ty {
        AttributeType::Boolean => Type::Boolean,
        AttributeType::Int => Type::Int32,
        AttributeType::BigInt => Type::Int64,
        AttributeType::Float => Type::Double,
        AttributeType::Decimal { scale, .. } => Type::Decimal { scale: *scale },
        // A length is positive, where it is said at all.
        AttributeType::String { max_length } => Type::String { max_length: max_length.filter(|length| *length > 0) },
        AttributeType::Text => Type::String { max_length: None },
        AttributeType::Uuid(_) => Type::Guid,
        AttributeType::Date => Type::Date,
        AttributeType::Time => Type::TimeOfDay,
        AttributeType::DateTime { .. } => Type::DateTimeOffset,
        AttributeType::Bytes => Type::Binary,
        AttributeType::Json => Type::Untyped,
        AttributeType::Enum(list) => Type::Enum(names.enum_type(&list.type_name).to_owned()),
    }
}

/// Members have numbers: those that the columns hold, or where these hold text, their place.
fn enum_type(names: &Names<'_>, list: &crate::catalog::EnumType) -> EnumType {
    let stored: Option<Vec<i64>> = list
        .values
        .iter()
        .map(|value| match value.stored {
            StoredValue::Integer(number) => Some(number),
            StoredValue::Text(_) => None,
        })
        .collect();
    let numbers = stored.unwrap_or_else(|| (0..).take(list.values.len()).collect());
    let mut scope = Scope::default();
    EnumType {
        name: names.enum_type(&list.type_name).to_owned(),
        members: list.values.iter().map(|value| scope.take(&value.name)).zip(numbers).collect(),
    }
}

/// What navigation properties and entity sets are made of.
struct Entities<'a> {
    catalog: &'a Catalog,
    names: &'a Names<'a>,
    types: &'a [EntityType],
}

impl Entities<'_> {
    fn navigation(&self, owner: EntityId, property: &NavigationProperty) -> document::NavigationProperty {
        let relationship = self.catalog.relationship(property.relationship);
        let one = relationship.as_one_to_many();
        let partner = property.partner.as_deref();
        let cardinality = if property.collection {
            Cardinality::Collection
        } else {
            Cardinality::Single { nullable: property.nullable }
        };
        document::NavigationProperty {
            name: self.names.navigation(owner, &property.name).to_owned(),
            target: self.names.entity_type(property.target).to_owned(),
            cardinality,
            partner: partner.and_then(|name| self.names.find_navigation(property.target, name)).map(str::to_owned),
            constraints: match (one, property.end) {
                (Some(one), End::Referencing) => self.constraints(one, property.nullable),
                _ => Vec::new(),
            },
            // It stands on the entity whose deletion it speaks of.
            on_delete: one
                .filter(|_| property.end == End::Referenced)
                .and_then(|one| one.cascade.delete)
                .and_then(on_delete),
            description: text(relationship.description.as_deref()),
        }
    }

    /// The pairs of a lookup, all of them or none. A constraint holds for every entity, so there is none
    ///
    /// - under a condition: the arms of a multi-table lookup share one key, which equals the key of at most one target;
    /// - between types that differ;
    /// - where a part of the lookup holds a value although the lookup is empty, or the other way round (section 8.5).
    fn constraints(&self, one: &OneToMany, nullable: bool) -> Vec<(String, String)> {
        let property = |entity: EntityId, attribute: &AttributeId| &self.types[entity.0].properties[attribute.0];
        let pairs: Vec<(&Property, &Property)> = one
            .referencing_attributes
            .iter()
            .map(|attribute| property(one.referencing, attribute))
            .zip(one.referenced_attributes.iter().map(|attribute| property(one.referenced, attribute)))
            .collect();
        let fits = |(dependent, principal): &(&Property, &Property)| {
            dependent.ty.name() == principal.ty.name() && dependent.nullable == (nullable || principal.nullable)
        };
        if one.condition.is_some() || !pairs.iter().all(fits) {
            return Vec::new();
        }
        pairs.into_iter().map(|(dependent, principal)| (dependent.name.clone(), principal.name.clone())).collect()
    }

    /// Only entities with a key are in a set.
    fn entity_set(&self, id: EntityId, entity: &Entity) -> Option<EntitySet> {
        let has_set = |id: EntityId| !self.types[id.0].key.is_empty();
        let bound = entity.navigation.iter().filter(|property| has_set(property.target));
        let bindings = bound.map(|property| {
            let path = self.names.navigation(id, &property.name);
            (path.to_owned(), self.names.entity_set(property.target).to_owned())
        });
        has_set(id).then(|| EntitySet {
            name: self.names.entity_set(id).to_owned(),
            entity_type: self.names.entity_type(id).to_owned(),
            bindings: bindings.collect(),
        })
    }
}

/// The action; nothing where it is the database's business alone (CSDL 8.6: then it is not known).
fn on_delete(delete: CascadeDelete) -> Option<OnDelete> {
    match delete {
        CascadeDelete::Cascade => Some(OnDelete::Cascade),
        CascadeDelete::RemoveLink => Some(OnDelete::SetNull),
        CascadeDelete::Restrict => Some(OnDelete::None),
        CascadeDelete::SetDefault => Some(OnDelete::SetDefault),
        CascadeDelete::NoAction => None,
    }
}

/// A description without the characters that XML 1.0 has no way to say, so that both formats say the same.
fn text(description: Option<&str>) -> Option<String> {
    let is_allowed = |letter: char| !matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    let clean = |text: &str| text.chars().map(|letter| if is_allowed(letter) { letter } else { '\u{fffd}' }).collect();
    description.filter(|text| !text.is_empty()).map(clean)
}
