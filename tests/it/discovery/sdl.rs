//! What makes an SDL valid (GraphQL specification, section 3): names, and that everything named is there once.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};

const BUILT_IN: &[&str] = &["Int", "Float", "String", "Boolean", "ID"];

/// Everything that is wrong.
pub(super) fn problems(sdl: &str) -> Vec<String> {
    let document = match parse_schema(sdl) {
        Ok(document) => document,
        Err(error) => return vec![format!("cannot be parsed: {error}")],
    };
    let mut types: HashMap<&str, &TypeDefinition> = HashMap::new();
    let mut problems = Vec::new();
    for definition in &document.definitions {
        if let TypeSystemDefinition::Type(ty) = definition {
            let name = ty.node.name.node.as_str();
            if types.insert(name, &ty.node).is_some() || BUILT_IN.contains(&name) {
                problems.push(format!("{name} is defined twice"));
            }
            name_problem(name, "type", &mut problems);
        }
    }
    for (name, ty) in &types {
        each(name, ty, &types, &mut problems);
    }
    problems
}

fn each(name: &str, ty: &TypeDefinition, types: &HashMap<&str, &TypeDefinition>, problems: &mut Vec<String>) {
    match &ty.kind {
        TypeKind::Object(object) => {
            fields(name, object.fields.iter().map(|field| &field.node), types, problems);
            for interface in &object.implements {
                if !types.contains_key(interface.node.as_str()) {
                    problems.push(format!("{name} implements {}, which is not there", interface.node));
                }
            }
        }
        TypeKind::Interface(interface) => {
            fields(name, interface.fields.iter().map(|field| &field.node), types, problems);
        }
        TypeKind::InputObject(input) => {
            inputs(name, input.fields.iter().map(|field| &field.node), types, problems);
        }
        TypeKind::Enum(list) => {
            let values = list.values.iter().map(|value| value.node.value.node.as_str());
            once(name, values, problems);
        }
        TypeKind::Union(union) => {
            let members = union.members.iter().map(|member| member.node.as_str());
            once(name, members.clone(), problems);
            for member in members.filter(|member| !types.contains_key(member)) {
                problems.push(format!("{name} has the member {member}, which is not there"));
            }
        }
        TypeKind::Scalar => {}
    }
}

fn fields<'f>(
    owner: &str,
    all: impl Iterator<Item = &'f FieldDefinition> + Clone,
    types: &HashMap<&str, &TypeDefinition>,
    problems: &mut Vec<String>,
) {
    once(owner, all.clone().map(|field| field.name.node.as_str()), problems);
    for field in all {
        let place = format!("{owner}.{}", field.name.node);
        reference(&place, &field.ty.node, types, problems);
        let is_output = |name: &str| !matches!(types.get(name).map(|ty| &ty.kind), Some(TypeKind::InputObject(_)));
        if !is_output(base(&field.ty.node)) {
            problems.push(format!("{place} is of an input type"));
        }
        let arguments = field.arguments.iter().map(|argument| &argument.node);
        if field.arguments.iter().len() > 0 {
            inputs(&place, arguments, types, problems);
        }
    }
}

fn inputs<'f>(
    owner: &str,
    all: impl Iterator<Item = &'f InputValueDefinition> + Clone,
    types: &HashMap<&str, &TypeDefinition>,
    problems: &mut Vec<String>,
) {
    once(owner, all.clone().map(|input| input.name.node.as_str()), problems);
    for input in all {
        let place = format!("{owner}.{}", input.name.node);
        reference(&place, &input.ty.node, types, problems);
        let kind = types.get(base(&input.ty.node)).map(|ty| &ty.kind);
        if matches!(kind, Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_))) {
            problems.push(format!("{place} is of an output type"));
        }
    }
}

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => base(inner),
    }
}

fn reference(place: &str, ty: &Type, types: &HashMap<&str, &TypeDefinition>, problems: &mut Vec<String>) {
    let name = base(ty);
    if !types.contains_key(name) && !BUILT_IN.contains(&name) {
        problems.push(format!("{place} is of the type {name}, which is not there"));
    }
}

fn once<'n>(owner: &str, names: impl Iterator<Item = &'n str>, problems: &mut Vec<String>) {
    let mut known = HashSet::new();
    for name in names {
        name_problem(name, owner, problems);
        if !known.insert(name) {
            problems.push(format!("{owner} has {name} twice"));
        }
    }
    if known.is_empty() {
        problems.push(format!("{owner} has nothing in it"));
    }
}

fn name_problem(name: &str, owner: &str, problems: &mut Vec<String>) {
    let mut letters = name.chars();
    let is_start = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    let is_name =
        letters.next().is_some_and(is_start) && letters.all(|letter| is_start(letter) || letter.is_ascii_digit());
    if !is_name || name.starts_with("__") {
        problems.push(format!("{owner}: {name} is no name"));
    }
}

#[test]
fn what_is_wrong_with_an_sdl_is_seen() {
    let check = |sdl: &str, expected: &[&str]| assert_eq!(problems(sdl), expected, "{sdl}");
    check("type Query { a(b: Int): A } type A { c: [String!]! } enum E { X }", &[]);
    check("type Query { a: Int a: Int }", &["Query has a twice"]);
    check("type Query { a: A }", &["Query.a is of the type A, which is not there"]);
    check("type Query { a: Int } type Query { b: Int }", &["Query is defined twice"]);
    check("type Query { a(b: Int, b: Int): Int }", &["Query.a has b twice"]);
    check("type Query { __a: Int }", &["Query: __a is no name"]);
    check("type Query { a: I } input I { a: Int }", &["Query.a is of an input type"]);
    check("type Query { a(i: Query): Int }", &["Query.a.i is of an output type"]);
    check("union U = A", &["U has the member A, which is not there"]);
    for unreadable in ["type Query {", "enum E { A null }"] {
        assert!(problems(unreadable)[0].starts_with("cannot be parsed"), "{unreadable}");
    }
}
