//! Reads CSDL XML: first the shape that the published schemas `edmx.xsd` and `edm.xsd` give it (which element stands
//! where, with which attributes, how often), of those elements that describe a catalog; then what it says.

use roxmltree::Node;

use super::document::{Container, Document, EntitySet, EntityType, EnumType, Navigation, Property};

const EDMX: &str = "http://docs.oasis-open.org/odata/ns/edmx";
const EDM: &str = "http://docs.oasis-open.org/odata/ns/edm";

/// Whether a value is of the type that the schema gives its attribute.
type Check = fn(&str) -> bool;

/// An element: its attributes (and which it must have), and its children with how often they may stand there.
struct Shape {
    name: &'static str,
    namespace: &'static str,
    attributes: &'static [(&'static str, bool, Check)],
    children: &'static [(&'static str, usize, usize)],
}

const fn edm(
    name: &'static str,
    attributes: &'static [(&'static str, bool, Check)],
    children: &'static [(&'static str, usize, usize)],
) -> Shape {
    Shape { name, namespace: EDM, attributes, children }
}

const fn edmx(
    name: &'static str,
    attributes: &'static [(&'static str, bool, Check)],
    children: &'static [(&'static str, usize, usize)],
) -> Shape {
    Shape { name, namespace: EDMX, attributes, children }
}

const MANY: usize = usize::MAX;

const SHAPES: &[Shape] = &[
    edmx("Edmx", &[("Version", true, is_version)], &[("Reference", 0, MANY), ("DataServices", 1, 1)]),
    edmx("Reference", &[("Uri", true, is_given)], &[("Include", 1, MANY), ("Annotation", 0, MANY)]),
    edmx("Include", &[("Namespace", true, is_namespace), ("Alias", false, is_identifier)], &[("Annotation", 0, MANY)]),
    edmx("DataServices", &[], &[("Schema", 1, MANY)]),
    edm(
        "Schema",
        &[("Namespace", true, is_namespace), ("Alias", false, is_identifier)],
        &[("EntityType", 0, MANY), ("EnumType", 0, MANY), ("EntityContainer", 0, MANY), ("Annotation", 0, MANY)],
    ),
    edm(
        "EntityType",
        &[("Name", true, is_identifier), ("OpenType", false, is_boolean), ("HasStream", false, is_boolean)],
        &[("Key", 0, 1), ("Property", 0, MANY), ("NavigationProperty", 0, MANY), ("Annotation", 0, MANY)],
    ),
    edm("Key", &[], &[("PropertyRef", 1, MANY)]),
    edm("PropertyRef", &[("Name", true, is_identifier), ("Alias", false, is_identifier)], &[]),
    edm(
        "Property",
        &[
            ("Name", true, is_identifier),
            ("Type", true, is_type),
            ("Nullable", false, is_boolean),
            ("MaxLength", false, is_number),
            ("Precision", false, is_number),
            ("Scale", false, is_scale),
            ("Unicode", false, is_boolean),
        ],
        &[("Annotation", 0, MANY)],
    ),
    edm(
        "NavigationProperty",
        &[
            ("Name", true, is_identifier),
            ("Type", true, is_type),
            ("Nullable", false, is_boolean),
            ("Partner", false, is_identifier),
            ("ContainsTarget", false, is_boolean),
        ],
        &[("ReferentialConstraint", 0, MANY), ("OnDelete", 0, 1), ("Annotation", 0, MANY)],
    ),
    edm(
        "ReferentialConstraint",
        &[("Property", true, is_identifier), ("ReferencedProperty", true, is_identifier)],
        &[("Annotation", 0, MANY)],
    ),
    edm("OnDelete", &[("Action", true, is_action)], &[("Annotation", 0, MANY)]),
    edm(
        "EnumType",
        &[("Name", true, is_identifier), ("UnderlyingType", false, is_enum_base), ("IsFlags", false, is_boolean)],
        &[("Member", 1, MANY), ("Annotation", 0, MANY)],
    ),
    edm("Member", &[("Name", true, is_identifier), ("Value", false, is_long)], &[("Annotation", 0, MANY)]),
    // The prose of the specification lets a container be empty, and goes before the schema.
    edm("EntityContainer", &[("Name", true, is_identifier)], &[("EntitySet", 0, MANY), ("Annotation", 0, MANY)]),
    edm(
        "EntitySet",
        &[
            ("Name", true, is_identifier),
            ("EntityType", true, is_type),
            ("IncludeInServiceDocument", false, is_boolean),
        ],
        &[("NavigationPropertyBinding", 0, MANY), ("Annotation", 0, MANY)],
    ),
    edm("NavigationPropertyBinding", &[("Path", true, is_identifier), ("Target", true, is_identifier)], &[]),
    edm("Annotation", &[("Term", true, is_type), ("String", false, |_| true)], &[]),
];

fn is_given(text: &str) -> bool {
    !text.is_empty()
}

fn is_version(text: &str) -> bool {
    matches!(text, "4.0" | "4.01")
}

fn is_boolean(text: &str) -> bool {
    matches!(text, "true" | "false")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_long(text: &str) -> bool {
    text.parse::<i64>().is_ok()
}

fn is_scale(text: &str) -> bool {
    is_number(text) || matches!(text, "variable" | "floating")
}

fn is_action(text: &str) -> bool {
    matches!(text, "Cascade" | "None" | "SetNull" | "SetDefault")
}

fn is_enum_base(text: &str) -> bool {
    matches!(text, "Edm.Byte" | "Edm.SByte" | "Edm.Int16" | "Edm.Int32" | "Edm.Int64")
}

/// A simple identifier; the gateway's are of ASCII letters.
pub fn is_identifier(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn is_namespace(text: &str) -> bool {
    text.len() <= 511 && text.split('.').all(is_identifier)
}

fn is_type(text: &str) -> bool {
    let name = text.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
    name.split('.').count() > 1 && name.split('.').all(is_identifier)
}

/// Reads the document and says everything that is wrong with its shape.
pub fn read(text: &str) -> (Document, Vec<String>) {
    let tree = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("not well-formed: {error}"));
    let mut problems = Vec::new();
    let root = tree.root_element();
    if root.tag_name().name() != "Edmx" {
        problems.push("the root is not edmx:Edmx".to_owned());
    }
    check(root, &mut problems);
    (document(root), problems)
}

fn check(node: Node<'_, '_>, problems: &mut Vec<String>) {
    let name = node.tag_name().name();
    let label = node.attribute("Name").map_or_else(|| name.to_owned(), |own| format!("{name} {own}"));
    let Some(shape) = SHAPES.iter().find(|shape| shape.name == name) else {
        problems.push(format!("{label}: no such element"));
        return;
    };
    if node.tag_name().namespace() != Some(shape.namespace) {
        problems.push(format!("{label}: is not in its namespace"));
    }
    for attribute in node.attributes() {
        match shape.attributes.iter().find(|(known, ..)| *known == attribute.name()) {
            Some((_, _, fits)) if fits(attribute.value()) => {}
            Some(_) => problems.push(format!("{label}: {} cannot be {}", attribute.name(), attribute.value())),
            None => problems.push(format!("{label}: has no attribute {}", attribute.name())),
        }
    }
    for (required, ..) in shape.attributes.iter().filter(|(_, required, _)| *required) {
        if node.attribute(*required).is_none() {
            problems.push(format!("{label}: needs the attribute {required}"));
        }
    }
    for child in node.children().filter(Node::is_element) {
        if !shape.children.iter().any(|(known, ..)| *known == child.tag_name().name()) {
            problems.push(format!("{label}: {} may not stand in it", child.tag_name().name()));
        }
        check(child, problems);
    }
    for (child, least, most) in shape.children {
        let count = children(node, child).count();
        if count < *least || count > *most {
            problems.push(format!("{label}: has {count} of {child}"));
        }
    }
    if node.children().any(|child| child.is_text() && !child.text().unwrap_or_default().trim().is_empty()) {
        problems.push(format!("{label}: has text in it"));
    }
}

fn children<'a, 'input: 'a>(node: Node<'a, 'input>, name: &str) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn attribute(node: Node<'_, '_>, name: &str) -> String {
    node.attribute(name).unwrap_or_default().to_owned()
}

fn pairs(node: Node<'_, '_>, child: &str, first: &str, second: &str) -> Vec<(String, String)> {
    children(node, child).map(|child| (attribute(child, first), attribute(child, second))).collect()
}

fn annotations(node: Node<'_, '_>) -> Vec<(String, String)> {
    pairs(node, "Annotation", "Term", "String")
}

fn document(root: Node<'_, '_>) -> Document {
    let includes = children(root, "Reference").flat_map(|reference| pairs(reference, "Include", "Namespace", "Alias"));
    let mut document =
        Document { version: attribute(root, "Version"), included: includes.collect(), ..Document::default() };
    for schema in children(root, "DataServices").flat_map(|services| children(services, "Schema")) {
        document.namespace = attribute(schema, "Namespace");
        document.entity_types.extend(children(schema, "EntityType").map(entity_type));
        document.enum_types.extend(children(schema, "EnumType").map(enum_type));
        document.containers.extend(children(schema, "EntityContainer").map(container));
    }
    document
}

fn entity_type(node: Node<'_, '_>) -> EntityType {
    EntityType {
        name: attribute(node, "Name"),
        key: children(node, "Key")
            .flat_map(|key| children(key, "PropertyRef").map(|part| attribute(part, "Name")).collect::<Vec<_>>())
            .collect(),
        properties: children(node, "Property").map(property).collect(),
        navigation: children(node, "NavigationProperty").map(navigation).collect(),
        annotations: annotations(node),
    }
}

fn property(node: Node<'_, '_>) -> Property {
    let ty = attribute(node, "Type");
    let given = |name: &str| node.attribute(name).map(str::to_owned);
    let is_temporal = matches!(ty.as_str(), "Edm.TimeOfDay" | "Edm.DateTimeOffset" | "Edm.Duration");
    Property {
        name: attribute(node, "Name"),
        nullable: node.attribute("Nullable") != Some("false"),
        max_length: given("MaxLength"),
        precision: given("Precision").or_else(|| is_temporal.then(|| "0".to_owned())),
        scale: given("Scale").or_else(|| (ty == "Edm.Decimal").then(|| "0".to_owned())),
        annotations: annotations(node),
        ty,
    }
}

fn navigation(node: Node<'_, '_>) -> Navigation {
    let ty = attribute(node, "Type");
    let item = ty.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')')).map(str::to_owned);
    let collection = item.is_some();
    let said = node.attribute("Nullable").map(|value| value == "true");
    Navigation {
        name: attribute(node, "Name"),
        ty: item.unwrap_or(ty),
        collection,
        nullable: said.or_else(|| (!collection).then_some(true)),
        partner: node.attribute("Partner").map(str::to_owned),
        constraints: pairs(node, "ReferentialConstraint", "Property", "ReferencedProperty"),
        on_delete: children(node, "OnDelete").next().map(|action| attribute(action, "Action")),
        annotations: annotations(node),
    }
}

fn enum_type(node: Node<'_, '_>) -> EnumType {
    let value = |member: Node<'_, '_>| member.attribute("Value").and_then(|value| value.parse().ok());
    EnumType {
        name: attribute(node, "Name"),
        underlying: node.attribute("UnderlyingType").unwrap_or("Edm.Int32").to_owned(),
        members: children(node, "Member").map(|member| (attribute(member, "Name"), value(member))).collect(),
    }
}

fn container(node: Node<'_, '_>) -> Container {
    let set = |node: Node<'_, '_>| EntitySet {
        name: attribute(node, "Name"),
        ty: attribute(node, "EntityType"),
        bindings: pairs(node, "NavigationPropertyBinding", "Path", "Target"),
    };
    Container { name: attribute(node, "Name"), sets: children(node, "EntitySet").map(set).collect() }
}
