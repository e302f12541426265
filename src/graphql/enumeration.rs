//! Enums of the database as GraphQL enums. Attributes with equal lists share a type; different lists never do.

use async_graphql::dynamic::{Enum, EnumItem};

use crate::catalog::{EnumType, StoredValue};

/// The database's enums with the names of their GraphQL types.
#[derive(Debug, Default)]
pub(super) struct Enums(Vec<(EnumType, String)>);

impl Enums {
    /// The GraphQL type's name of a list of values.
    pub(super) fn find(&self, list: &EnumType) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == list).map(|(_, name)| name.as_str())
    }

    pub(super) fn insert(&mut self, list: &EnumType, name: &str) {
        self.0.push((list.clone(), name.to_owned()));
    }
}

pub(super) fn database_enum(name: &str, list: &EnumType) -> Enum {
    let values = list.values.iter().map(|value| {
        let stored = match &value.stored {
            StoredValue::Text(label) => label.clone(),
            StoredValue::Integer(number) => number.to_string(),
        };
        // Comments' rules hold for labels too: they are anyone's text.
        let label = super::types::comment(Some(&stored)).unwrap_or_else(|| value.name.clone());
        EnumItem::new(&value.name).description(format!("Stored as `{label}`."))
    });
    Enum::new(name).description("One of a closed list of values of the database.").items(values)
}
