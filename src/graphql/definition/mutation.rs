//! The mutations of definitions: their fields, their inputs, and what a field asks for.

use async_graphql::{
    Value,
    dynamic::{Field, InputObject, Object, TypeRef},
};
use serde::de::DeserializeOwned;

use crate::{
    define::Change,
    graphql::types::{Types, input},
    plan::{Error, Members, Result},
};

use super::{boolean, cascade, optional_string, payload, string};

const ONE_TO_MANY: &str = "OneToManyRelationshipCreate";
const LOOKUP: &str = "LookupCreate";
const MANY_TO_MANY: &str = "ManyToManyRelationshipCreate";
const END: &str = "ManyToManyEnd";
const MULTI_TABLE: &str = "MultiTableLookupCreate";
const MULTI_TABLE_COLUMN: &str = "MultiTableLookupColumn";
const TARGET: &str = "MultiTableLookupTarget";
const UPDATE: &str = "RelationshipUpdate";

/// The fields of the mutation type that change definitions.
const FIELDS: [(&str, &str); 6] = [
    ("createOneToManyRelationship", "Creates a lookup column, and the relationship over it."),
    ("createManyToManyRelationship", "Creates an intersect table, and the relationship over it."),
    ("createMultiTableLookup", "Creates a lookup that leads to records of several entities, to one at a time."),
    ("addMultiTableLookupTarget", "Adds an entity to those that a multi-table lookup leads to."),
    ("updateRelationship", "Changes what may be changed about a relationship: names, cascade, description."),
    ("deleteRelationship", "Deletes a relationship, a multi-table lookup or one of its targets, with its columns."),
];

/// Whether a field of the mutation type changes definitions.
pub(crate) fn is_definition_field(name: &str) -> bool {
    FIELDS.iter().any(|(known, _)| *known == name)
}

/// Adds the fields and registers their types.
pub(in crate::graphql) fn register(types: &mut Types<'_>, object: Object) -> Object {
    for ty in inputs() {
        let name = ty.type_name().to_owned();
        types.add(&name, ty);
    }
    payload::register(types);
    FIELDS.into_iter().fold(object, |object, (name, about)| object.field(field(name, about)))
}

fn field(name: &str, about: &str) -> Field {
    let field = payload::field(name, about);
    let of = |about| input("schemaName", string(), about);
    let new = |ty: &str| input("input", TypeRef::named_nn(ty), "What is to be.");
    let field = match name {
        "createOneToManyRelationship" => field.argument(new(ONE_TO_MANY)),
        "createManyToManyRelationship" => field.argument(new(MANY_TO_MANY)),
        "createMultiTableLookup" => field.argument(new(MULTI_TABLE)),
        "addMultiTableLookupTarget" => field.argument(of("The lookup's schema name.")).argument(input(
            "target",
            TypeRef::named_nn(TARGET),
            "The entity.",
        )),
        "updateRelationship" => field.argument(of("The relationship's schema name.")).argument(input(
            "input",
            TypeRef::named_nn(UPDATE),
            "What changes; what is left out stays.",
        )),
        _ => field.argument(of("The schema name of the relationship, or of a multi-table lookup.")),
    };
    let about = "Answers what would be done, and does not do it.";
    field.argument(input("dryRun", boolean(), about).default_value(Value::from(false)))
}

/// What a field asks for.
///
/// # Errors
/// Arguments that do not fit: the engine checks none in which a variable is missing.
pub(in crate::graphql) fn change(name: &str, arguments: &Members) -> Result<Change> {
    let schema_name = || parse::<String>(arguments, "schemaName");
    Ok(match name {
        "createOneToManyRelationship" => Change::CreateOneToMany(parse(arguments, "input")?),
        "createManyToManyRelationship" => Change::CreateManyToMany(parse(arguments, "input")?),
        "createMultiTableLookup" => Change::CreateMultiTable(parse(arguments, "input")?),
        "addMultiTableLookupTarget" => {
            Change::AddTarget { schema_name: schema_name()?, target: parse(arguments, "target")? }
        }
        "updateRelationship" => Change::Update { schema_name: schema_name()?, input: parse(arguments, "input")? },
        _ => Change::Delete { schema_name: schema_name()? },
    })
}

/// Whether nothing is to be done.
pub(in crate::graphql) fn is_dry_run(arguments: &Members) -> Result<bool> {
    if arguments.contains_key("dryRun") { parse(arguments, "dryRun") } else { Ok(false) }
}

fn parse<T: DeserializeOwned>(arguments: &Members, name: &str) -> Result<T> {
    let given = arguments.get(name).map(|given| given.value().into_owned()).unwrap_or_default();
    serde_json::from_value(given).map_err(|error| Error::invalid(format!("{name} is not what it must be: {error}")))
}

fn inputs() -> [InputObject; 8] {
    [one_to_many(), lookup(), many_to_many(), end(), multi_table(), multi_table_column(), target(), update()]
}

fn flag(name: &str, about: &str) -> async_graphql::dynamic::InputValue {
    input(name, boolean(), about).default_value(Value::from(false))
}

fn one_to_many() -> InputObject {
    InputObject::new(ONE_TO_MANY)
        .description("A one-to-many relationship to be; one-to-one where its lookup is unique.")
        .field(input("schemaName", string(), "Its unique name."))
        .field(input("referencedEntity", string(), "The logical name of the entity that is pointed at."))
        .field(input("referencingEntity", string(), "The logical name of the entity that gets the lookup."))
        .field(input("lookup", TypeRef::named_nn(LOOKUP), "The lookup."))
        .field(input(
            "referencedEntityNavigationPropertyName",
            optional_string(),
            "The collection of the referenced entity; by default named after the referencing entity.",
        ))
        .field(input(
            "referencingEntityNavigationPropertyName",
            optional_string(),
            "The field of the referencing entity; by default named after the lookup.",
        ))
        .field(cascade_field())
        .field(flag("isHierarchical", "Whether it forms a hierarchy: no record may come to stand above itself."))
        .field(description_field())
}

fn cascade_field() -> async_graphql::dynamic::InputValue {
    let about = "What a delete does; by default REMOVE_LINK, or RESTRICT where the lookup is required.";
    input("cascade", TypeRef::named(cascade::INPUT), about)
}

fn description_field() -> async_graphql::dynamic::InputValue {
    input("description", optional_string(), "What it says about itself.")
}

fn lookup() -> InputObject {
    InputObject::new(LOOKUP)
        .description("A lookup column to be. Its type is that of the key that it points at.")
        .field(input("name", string(), "The name of the column."))
        .field(flag("required", "Whether it may not be null; only on a table without rows."))
        .field(flag("unique", "Whether no two records may point at the same one."))
        .field(description_field())
}

fn many_to_many() -> InputObject {
    InputObject::new(MANY_TO_MANY)
        .description("A many-to-many relationship to be.")
        .field(input("schemaName", string(), "Its unique name."))
        .field(input("intersectEntityName", string(), "The name of the table of pairs."))
        .field(input("entity1", TypeRef::named_nn(END), "The first end."))
        .field(input("entity2", TypeRef::named_nn(END), "The second end; on one entity with itself another role."))
        .field(description_field())
}

fn end() -> InputObject {
    InputObject::new(END)
        .description("An end of a many-to-many relationship to be.")
        .field(input("entity", string(), "The logical name of the entity."))
        .field(input(
            "navigationPropertyName",
            optional_string(),
            "Its collection of records of the other end; by default named after the relationship.",
        ))
        .field(input("intersectAttribute", optional_string(), "The column of the table of pairs that points at it."))
}

fn multi_table() -> InputObject {
    InputObject::new(MULTI_TABLE)
        .description("A lookup to be that leads to records of several entities, to one at a time.")
        .field(input("schemaName", string(), "Its unique name."))
        .field(input("referencingEntity", string(), "The logical name of the entity that gets it."))
        .field(input("lookup", TypeRef::named_nn(MULTI_TABLE_COLUMN), "Its columns."))
        .field(input("targets", TypeRef::named_nn_list_nn(TARGET), "The entities that it leads to."))
}

fn multi_table_column() -> InputObject {
    InputObject::new(MULTI_TABLE_COLUMN)
        .description("The columns of a multi-table lookup to be.")
        .field(input("name", string(), "The name of the column of keys."))
        .field(input(
            "discriminator",
            optional_string(),
            "The name of the column that says which table a key belongs to; by default `…_type`.",
        ))
        .field(description_field())
}

fn target() -> InputObject {
    InputObject::new(TARGET)
        .description("An entity that a multi-table lookup is to lead to.")
        .field(input(
            "schemaName",
            optional_string(),
            "The unique name of its relationship; by default the lookup's with the entity's.",
        ))
        .field(input("referencedEntity", string(), "The logical name of the entity."))
        .field(input("referencedEntityNavigationPropertyName", optional_string(), "The collection of that entity."))
        .field(input(
            "referencingEntityNavigationPropertyName",
            optional_string(),
            "The field of the entity with the lookup.",
        ))
        .field(cascade_field())
        .field(description_field())
}

fn update() -> InputObject {
    let fixed = |name: &str| input(name, optional_string(), "Cannot change: another value than the known is refused.");
    let name = |name: &str, of: &str| input(name, optional_string(), format!("The new name of {of}."));
    InputObject::new(UPDATE)
        .description("What changes about a relationship; what is left out stays.")
        .field(fixed("schemaName"))
        .field(fixed("referencedEntity"))
        .field(fixed("referencingEntity"))
        .field(fixed("lookupName"))
        .field(fixed("intersectEntityName"))
        .field(name("referencedEntityNavigationPropertyName", "the referenced entity's collection"))
        .field(name("referencingEntityNavigationPropertyName", "the referencing entity's field"))
        .field(name("entity1NavigationPropertyName", "the first end's collection"))
        .field(name("entity2NavigationPropertyName", "the second end's collection"))
        .field(input("cascade", TypeRef::named(cascade::INPUT), "What a delete does."))
        .field(input("isHierarchical", TypeRef::named(TypeRef::BOOLEAN), "Whether it forms a hierarchy."))
        .field(input("description", optional_string(), "What it says about itself; an empty text takes that away."))
}
