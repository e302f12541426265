//! A document as CSDL XML (OData CSDL XML Representation 4.01).

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, Event},
};

use super::document::{
    CORE_ADDRESS, CORE_ALIAS, CORE_NAMESPACE, Cardinality, Document, EntitySet, EntityType, EnumType, NAMESPACE,
    NavigationProperty, Property, Type, VERSION, qualified,
};

const EDMX: &str = "http://docs.oasis-open.org/odata/ns/edmx";
const EDM: &str = "http://docs.oasis-open.org/odata/ns/edm";

type Out = Writer<Vec<u8>>;
type Attributes = Vec<(&'static str, String)>;

/// The document as text.
pub(super) fn text(document: &Document) -> String {
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(document, &mut out).expect("a vector takes all bytes");
    String::from_utf8(out.into_inner()).expect("names and texts are UTF-8")
}

fn write(document: &Document, out: &mut Out) -> io::Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let edmx = attributes([("xmlns:edmx", EDMX), ("Version", VERSION)]);
    element(out, "edmx:Edmx", &edmx, true, |out| {
        element(out, "edmx:Reference", &[("Uri", format!("{CORE_ADDRESS}.xml"))], true, |out| {
            let include = attributes([("Namespace", CORE_NAMESPACE), ("Alias", CORE_ALIAS)]);
            empty(out, "edmx:Include", &include)
        })?;
        element(out, "edmx:DataServices", &[], true, |out| {
            let schema = attributes([("xmlns", EDM), ("Namespace", NAMESPACE)]);
            element(out, "Schema", &schema, true, |out| {
                document.entity_types.iter().try_for_each(|ty| entity_type(out, ty))?;
                document.enum_types.iter().try_for_each(|ty| enum_type(out, ty))?;
                let sets = &document.entity_sets;
                element(out, "EntityContainer", &[("Name", document.container.clone())], !sets.is_empty(), |out| {
                    sets.iter().try_for_each(|set| entity_set(out, set))
                })
            })
        })
    })
}

fn entity_type(out: &mut Out, ty: &EntityType) -> io::Result<()> {
    element(out, "EntityType", &[("Name", ty.name.clone())], true, |out| {
        if !ty.key.is_empty() {
            element(out, "Key", &[], true, |out| {
                ty.key.iter().try_for_each(|name| empty(out, "PropertyRef", &[("Name", name.clone())]))
            })?;
        }
        ty.properties.iter().try_for_each(|property| structural(out, property))?;
        ty.navigation.iter().try_for_each(|property| navigation(out, property))?;
        description(out, ty.description.as_deref())
    })
}

fn structural(out: &mut Out, property: &Property) -> io::Result<()> {
    let ty = &property.ty;
    let mut attributes = vec![("Name", property.name.clone()), ("Type", ty.name().into_owned())];
    if !property.nullable {
        attributes.push(("Nullable", "false".to_owned()));
    }
    attributes.extend(ty.max_length().map(|length| ("MaxLength", length.to_string())));
    attributes.extend(ty.precision().map(|digits| ("Precision", digits.to_string())));
    if let Type::Decimal { scale } = ty {
        // Left out it would be zero.
        attributes.push(("Scale", scale.map_or_else(|| "variable".to_owned(), |scale| scale.to_string())));
    }
    element(out, "Property", &attributes, property.description.is_some(), |out| {
        description(out, property.description.as_deref())
    })
}

fn navigation(out: &mut Out, property: &NavigationProperty) -> io::Result<()> {
    let target = qualified(&property.target);
    let mut attributes = vec![("Name", property.name.clone())];
    match property.cardinality {
        Cardinality::Collection => attributes.push(("Type", format!("Collection({target})"))),
        Cardinality::Single { nullable } => {
            attributes.push(("Type", target));
            attributes.push(("Nullable", nullable.to_string()));
        }
    }
    attributes.extend(property.partner.clone().map(|partner| ("Partner", partner)));
    let has_content =
        !property.constraints.is_empty() || property.on_delete.is_some() || property.description.is_some();
    element(out, "NavigationProperty", &attributes, has_content, |out| {
        for (dependent, principal) in &property.constraints {
            let pair = [("Property", dependent.clone()), ("ReferencedProperty", principal.clone())];
            empty(out, "ReferentialConstraint", &pair)?;
        }
        if let Some(action) = property.on_delete {
            empty(out, "OnDelete", &[("Action", action.name().to_owned())])?;
        }
        description(out, property.description.as_deref())
    })
}

fn enum_type(out: &mut Out, ty: &EnumType) -> io::Result<()> {
    let attributes = [("Name", ty.name.clone()), ("UnderlyingType", ty.underlying_type().to_owned())];
    element(out, "EnumType", &attributes, true, |out| {
        ty.members
            .iter()
            .try_for_each(|(name, value)| empty(out, "Member", &[("Name", name.clone()), ("Value", value.to_string())]))
    })
}

fn entity_set(out: &mut Out, set: &EntitySet) -> io::Result<()> {
    let attributes = [("Name", set.name.clone()), ("EntityType", qualified(&set.entity_type))];
    element(out, "EntitySet", &attributes, !set.bindings.is_empty(), |out| {
        set.bindings.iter().try_for_each(|(path, target)| {
            empty(out, "NavigationPropertyBinding", &[("Path", path.clone()), ("Target", target.clone())])
        })
    })
}

fn description(out: &mut Out, text: Option<&str>) -> io::Result<()> {
    text.map_or(Ok(()), |text| {
        empty(out, "Annotation", &[("Term", format!("{CORE_ALIAS}.Description")), ("String", text.to_owned())])
    })
}

fn attributes<const N: usize>(pairs: [(&'static str, &str); N]) -> Attributes {
    pairs.map(|(name, value)| (name, value.to_owned())).into()
}

/// An element and what stands in it.
fn element(
    out: &mut Out,
    name: &str,
    attributes: &[(&'static str, String)],
    has_content: bool,
    content: impl FnOnce(&mut Out) -> io::Result<()>,
) -> io::Result<()> {
    if !has_content {
        return empty(out, name, attributes);
    }
    let start =
        out.create_element(name).with_attributes(attributes.iter().map(|(name, value)| (*name, value.as_str())));
    start.write_inner_content(content).map(drop)
}

fn empty(out: &mut Out, name: &str, attributes: &[(&'static str, String)]) -> io::Result<()> {
    let start =
        out.create_element(name).with_attributes(attributes.iter().map(|(name, value)| (*name, value.as_str())));
    start.write_empty().map(drop)
}
