//! `[entity.…]`: what is said of one table, and of its columns.

use toml::de::DeValue;

use super::{name::Names, section::Section, text::Said};

/// What is said of a table.
#[derive(Debug, Clone)]
pub(super) struct EntitySection {
    pub(super) table: Said<String>,
    pub(super) name: Option<Said<String>>,
    pub(super) plural: Option<Said<String>>,
    pub(super) description: Option<String>,
    pub(super) key: Option<Said<Vec<Said<String>>>>,
    pub(super) exclude: Vec<Said<String>>,
    pub(super) intersect: Option<Said<bool>>,
    pub(super) version: Option<Said<Option<String>>>,
    pub(super) attributes: Vec<AttributeSection>,
}

/// What is said of a column.
#[derive(Debug, Clone)]
pub(super) struct AttributeSection {
    pub(super) column: Said<String>,
    pub(super) name: Option<Said<String>>,
    pub(super) description: Option<String>,
}

impl EntitySection {
    pub(super) fn read((table, mut section): (Said<String>, Section<'_>)) -> Self {
        let version = section.either("version").and_then(|version| match version.value {
            DeValue::String(column) => Some(Said { value: Some(column.to_string()), span: version.span }),
            DeValue::Boolean(false) => Some(Said { value: None, span: version.span }),
            _ => {
                section.mistakes.add(&version.span, "`version` is the name of a column, or false");
                None
            }
        });
        let key = section.texts("key").filter(|key| {
            if key.value.is_empty() {
                section.mistakes.add(&key.span, "`key` names at least one column");
            }
            !key.value.is_empty()
        });
        let read = Self {
            table,
            name: section.entity_name("name"),
            plural: section.entity_name("plural"),
            description: section.text("description").map(|text| text.value),
            key,
            exclude: section.texts("exclude").map(|patterns| patterns.value).unwrap_or_default(),
            intersect: section.flag("intersect"),
            version,
            attributes: section.named("attribute").into_iter().map(AttributeSection::read).collect(),
        };
        if let (Some(name), Some(plural)) = (&read.name, &read.plural)
            && name.value == plural.value
        {
            section.mistakes.add(&plural.span, "`plural` is the same as `name`: one record and many need two names");
        }
        section.finish();
        read
    }
}

impl AttributeSection {
    fn read((column, mut section): (Said<String>, Section<'_>)) -> Self {
        let name = section.field_name("name");
        let description = section.text("description").map(|text| text.value);
        section.finish();
        Self { column, name, description }
    }
}
