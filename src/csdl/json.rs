//! A document as CSDL JSON (OData CSDL JSON Representation 4.01). Members come in the order of the document, as the
//! elements of the XML do. What is left out has the default of this format, which is not always that of the XML.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::document::{
    CORE_ADDRESS, CORE_ALIAS, CORE_NAMESPACE, Cardinality, Document, EntitySet, EntityType, EnumType, NAMESPACE,
    NavigationProperty, Property, Type, VERSION, qualified,
};

/// The document as text.
pub(super) fn text(document: &Document) -> String {
    let types = document.entity_types.iter().map(|ty| (ty.name.clone(), entity_type(ty)));
    let enums = document.enum_types.iter().map(|ty| (ty.name.clone(), enum_type(ty)));
    let container = (document.container.clone(), container(&document.entity_sets));
    let schema = Object(types.chain(enums).chain([container]).collect());
    let include = Object::new([("$Namespace", CORE_NAMESPACE.into()), ("$Alias", CORE_ALIAS.into())]);
    let reference = Object::new([("$Include", Json::List(vec![include.into()]))]);
    let whole = Object::new([
        ("$Version", VERSION.into()),
        ("$EntityContainer", qualified(&document.container).into()),
        ("$Reference", Object(vec![(format!("{CORE_ADDRESS}.json"), reference.into())]).into()),
        (NAMESPACE, schema.into()),
    ]);
    serde_json::to_string_pretty(&whole).expect("every member has a name")
}

fn entity_type(ty: &EntityType) -> Json {
    let mut object = Object::new([("$Kind", "EntityType".into())]);
    if !ty.key.is_empty() {
        object.set("$Key", Json::List(ty.key.iter().map(|name| name.clone().into()).collect()));
    }
    object.describe(ty.description.as_deref());
    object.0.extend(ty.properties.iter().map(|property| (property.name.clone(), structural(property))));
    object.0.extend(ty.navigation.iter().map(|property| (property.name.clone(), navigation(property))));
    object.into()
}

fn structural(property: &Property) -> Json {
    let mut object = Object::new([]);
    let ty = &property.ty;
    // A property without a type is text.
    if !matches!(ty, Type::String { .. }) {
        object.set("$Type", ty.name().into_owned());
    }
    if property.nullable {
        object.set("$Nullable", true);
    }
    if let Some(length) = ty.max_length() {
        object.set("$MaxLength", i64::from(length));
    }
    if let Some(digits) = ty.precision() {
        object.set("$Precision", i64::from(digits));
    }
    if let Type::Decimal { scale: Some(scale) } = ty {
        object.set("$Scale", i64::from(*scale));
    }
    object.describe(property.description.as_deref());
    object.into()
}

fn navigation(property: &NavigationProperty) -> Json {
    let mut object = Object::new([("$Kind", "NavigationProperty".into())]);
    object.set("$Type", qualified(&property.target));
    match property.cardinality {
        Cardinality::Collection => object.set("$Collection", true),
        Cardinality::Single { nullable: true } => object.set("$Nullable", true),
        Cardinality::Single { nullable: false } => {}
    }
    if let Some(partner) = &property.partner {
        object.set("$Partner", partner.clone());
    }
    if !property.constraints.is_empty() {
        object.set("$ReferentialConstraint", pairs(&property.constraints));
    }
    if let Some(action) = property.on_delete {
        object.set("$OnDelete", action.name());
    }
    object.describe(property.description.as_deref());
    object.into()
}

fn enum_type(ty: &EnumType) -> Json {
    let mut object = Object::new([("$Kind", "EnumType".into()), ("$UnderlyingType", ty.underlying_type().into())]);
    object.0.extend(ty.members.iter().map(|(name, value)| (name.clone(), (*value).into())));
    object.into()
}

fn container(sets: &[EntitySet]) -> Json {
    let mut object = Object::new([("$Kind", "EntityContainer".into())]);
    object.0.extend(sets.iter().map(|set| (set.name.clone(), entity_set(set))));
    object.into()
}

fn entity_set(set: &EntitySet) -> Json {
    let mut object = Object::new([("$Collection", true.into()), ("$Type", qualified(&set.entity_type).into())]);
    if !set.bindings.is_empty() {
        object.set("$NavigationPropertyBinding", pairs(&set.bindings));
    }
    object.into()
}

fn pairs(pairs: &[(String, String)]) -> Json {
    Object(pairs.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect()).into()
}

/// An object whose members keep their order.
struct Object(Vec<(String, Json)>);

/// What a document consists of.
enum Json {
    Text(String),
    Number(i64),
    Flag(bool),
    List(Vec<Json>),
    Object(Object),
}

impl Object {
    fn new<const N: usize>(members: [(&str, Json); N]) -> Self {
        Self(members.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn set(&mut self, name: &str, value: impl Into<Json>) {
        self.0.push((name.to_owned(), value.into()));
    }

    fn describe(&mut self, text: Option<&str>) {
        if let Some(text) = text {
            self.0.push((format!("@{CORE_ALIAS}.Description"), text.into()));
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Json {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::List(list) => list.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}
