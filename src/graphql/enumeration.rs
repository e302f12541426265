//! Enums of the database as GraphQL enums.

use async_graphql::dynamic::{Enum, EnumItem};

use crate::catalog::{EnumType, StoredValue};

use super::types::printable;

pub(super) fn database_enum(list: &EnumType) -> Enum {
    let values = list.values.iter().map(|value| {
        let stored = match &value.stored {
            StoredValue::Text(label) => label.clone(),
            StoredValue::Integer(number) => number.to_string(),
        };
        EnumItem::new(&value.name).description(format!("Stored as `{}`.", printable(&stored)))
    });
    Enum::new(&list.type_name).description("One of a closed list of values of the database.").items(values)
}
