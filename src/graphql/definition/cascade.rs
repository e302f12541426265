//! Cascade configurations: what they report, the values of their actions, and the presets.

use async_graphql::dynamic::{Enum, EnumItem, Field, FieldValue, InputObject, TypeRef};

use crate::{
    catalog::{CascadeConfiguration, CascadeDelete},
    define::change::{Behavior, CascadeType},
    graphql::types::{Types, input},
};

use super::{field, object, text};

pub(super) const CONFIGURATION: &str = "CascadeConfiguration";
pub(super) const INPUT: &str = "CascadeConfigurationInput";
pub(super) const BEHAVIOR: &str = "RelationshipBehavior";
const DELETE: &str = "CascadeDelete";
const TYPE: &str = "CascadeType";

/// The actions that mean nothing without owners and shares.
const WITHOUT_MEANING: [&str; 6] = ["assign", "merge", "reparent", "rollupView", "share", "unshare"];

pub(super) fn register(types: &mut Types<'_>, definable: bool) {
    let delete = field::<CascadeConfiguration>(
        "delete",
        TypeRef::named(DELETE),
        "On delete of the referenced record; null where nothing is declared.",
        |_, cascade| cascade.delete.map_or(FieldValue::NULL, |delete| text(describe(delete).0)),
    );
    let others = WITHOUT_MEANING.map(|name| {
        field::<CascadeConfiguration>(
            name,
            TypeRef::named_nn(TYPE),
            "Always NO_CASCADE: records have no owners, and nothing is shared or merged.",
            |_, _| text(type_name(CascadeType::NoCascade).0),
        )
    });
    let fields: Vec<Field> = std::iter::once(delete).chain(others).collect();
    let about = "What operations on a referenced record do to the records that reference it.";
    types.add(CONFIGURATION, object(CONFIGURATION, about, fields));

    let all = [
        CascadeDelete::Cascade,
        CascadeDelete::RemoveLink,
        CascadeDelete::Restrict,
        CascadeDelete::SetDefault,
        CascadeDelete::NoAction,
    ];
    let about = "What deleting a referenced record does to the records that reference it.";
    types.add(DELETE, Enum::new(DELETE).description(about).items(all.map(describe).map(item)));
    let about = "How far an action on a referenced record goes.";
    types.add(TYPE, Enum::new(TYPE).description(about).items(CascadeType::ALL.map(type_name).map(item)));
    let about = "The usual cascade configurations. Of the actions that they speak of, only delete has a meaning here.";
    types.add(BEHAVIOR, Enum::new(BEHAVIOR).description(about).items(Behavior::ALL.map(behavior).map(item)));
    if definable {
        types.add(INPUT, input_object());
    }
}

fn input_object() -> InputObject {
    let object = InputObject::new(INPUT)
        .description("What operations on a referenced record do to the records that reference it.")
        .field(input("behavior", TypeRef::named(BEHAVIOR), "All actions at once."))
        .field(input("delete", TypeRef::named(TYPE), "On delete: CASCADE, REMOVE_LINK or RESTRICT."));
    let about = "Nothing but NO_CASCADE: this action has no meaning here.";
    WITHOUT_MEANING.into_iter().fold(object, |object, name| object.field(input(name, TypeRef::named(TYPE), about)))
}

fn item((name, about): (&str, &str)) -> EnumItem {
    EnumItem::new(name).description(about)
}

/// The preset that a configuration amounts to.
pub(super) fn behavior_of<'a>(cascade: CascadeConfiguration) -> FieldValue<'a> {
    text(behavior(Behavior::of(cascade.delete)).0)
}

fn behavior(behavior: Behavior) -> (&'static str, &'static str) {
    match behavior {
        Behavior::Parental => ("PARENTAL", "Referencing records are deleted too."),
        Behavior::Referential => ("REFERENTIAL", "Their lookup becomes null."),
        Behavior::ReferentialRestrictDelete => {
            ("REFERENTIAL_RESTRICT_DELETE", "A delete is refused while there are any.")
        }
        Behavior::Custom => ("CUSTOM", "Anything else."),
    }
}

fn type_name(value: CascadeType) -> (&'static str, &'static str) {
    match value {
        CascadeType::NoCascade => ("NO_CASCADE", "To no other record."),
        CascadeType::Cascade => ("CASCADE", "To all referencing records."),
        CascadeType::Active => ("ACTIVE", "To the active ones."),
        CascadeType::UserOwned => ("USER_OWNED", "To those of the same owner."),
        CascadeType::RemoveLink => ("REMOVE_LINK", "Their lookup becomes null."),
        CascadeType::Restrict => ("RESTRICT", "It is refused while there are any."),
    }
}

fn describe(cascade: CascadeDelete) -> (&'static str, &'static str) {
    match cascade {
        CascadeDelete::Cascade => ("CASCADE", "They are deleted too."),
        CascadeDelete::RemoveLink => ("REMOVE_LINK", "Their lookup becomes null."),
        CascadeDelete::Restrict => ("RESTRICT", "The delete is refused while there are any."),
        CascadeDelete::SetDefault => ("SET_DEFAULT", "Their lookup takes its default."),
        CascadeDelete::NoAction => ("NO_ACTION", "The gateway leaves them to the database."),
    }
}
