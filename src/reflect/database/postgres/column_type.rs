//! What a `PostgreSQL` type says about the values of a column: domains are followed to what they are made of, enums
//! get the names of their GraphQL types and values.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::super::enum_type;
use super::read::{ColumnRow, LabelRow, TypeRow};
use crate::catalog::{AttributeType, DatabaseType, EnumType, UuidStorage, name};

/// The bytes that the database adds to a length in a type modifier.
const HEADER: i32 = 4;

/// All types that columns have.
#[derive(Debug)]
pub(super) struct Types<'a> {
    types: HashMap<u32, &'a TypeRow>,
    enums: HashMap<u32, Arc<EnumType>>,
}

/// What the type of a column says about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) ty: AttributeType,
    pub(super) database_type: DatabaseType,
    pub(super) not_null: bool,
    pub(super) has_default: bool,
}

impl<'a> Types<'a> {
    /// Knows the types and names the enums that the columns use.
    pub(super) fn new(types: &'a [TypeRow], labels: &'a [LabelRow], columns: &[ColumnRow]) -> Self {
        let mut all = Self { types: types.iter().map(|row| (row.id, row)).collect(), enums: HashMap::new() };
        let mut labels_of: HashMap<u32, Vec<&str>> = HashMap::new();
        for row in labels {
            labels_of.entry(row.type_id).or_default().push(&row.label);
        }
        let mut used: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for column in columns {
            if let Some(base) = all.layers(column.type_id).last().filter(|base| labels_of.contains_key(&base.id)) {
                used.insert((&base.name, &base.namespace), base.id);
            }
        }
        let mut taken = HashSet::new();
        for ((type_name, namespace), id) in used {
            let plain = name::pascal(type_name);
            let wanted = if taken.contains(&plain) { name::pascal(&format!("{namespace}_{type_name}")) } else { plain };
            let type_name = enum_type::first_free(&wanted, "", &mut taken);
            let values = labels_of.get(&id).map_or_else(Vec::new, |labels| enum_type::values(labels));
            all.enums.insert(id, Arc::new(EnumType { type_name, values }));
        }
        all
    }

    /// What a type, with the modifier that the column gives it, says about the column.
    pub(super) fn facts(&self, type_id: u32, modifier: i32) -> Facts {
        let layers = self.layers(type_id);
        let modifier = layers
            .iter()
            .map(|layer| layer.modifier)
            .fold(modifier, |known, next| if known < 0 { next } else { known });
        Facts {
            ty: layers.last().map_or(AttributeType::Text, |base| self.attribute_type(base, modifier)),
            database_type: layers.last().map_or_else(|| DatabaseType::built_in("text"), |row| database_type(row)),
            not_null: layers.iter().any(|layer| layer.not_null),
            has_default: layers.iter().any(|layer| layer.has_default),
        }
    }

    /// A type, and where it is a domain what it is made of, down to a type that is none.
    fn layers(&self, type_id: u32) -> Vec<&'a TypeRow> {
        std::iter::successors(self.types.get(&type_id), |row| self.types.get(&row.base)).copied().collect()
    }

    fn attribute_type(&self, base: &TypeRow, modifier: i32) -> AttributeType {
        if let Some(list) = self.enums.get(&base.id) {
            return AttributeType::Enum(Arc::clone(list));
        }
        // An extension may live in any namespace.
        if base.namespace != "pg_catalog" && base.name != "citext" {
            return AttributeType::Text;
        }
        match base.name.as_str() {
            "bool" => AttributeType::Boolean,
            "int2" | "int4" => AttributeType::Int,
            "int8" => AttributeType::BigInt,
            "float4" | "float8" => AttributeType::Float,
            "numeric" => AttributeType::Decimal { scale: scale(modifier), beyond_numbers: true },
            "varchar" | "bpchar" => AttributeType::String { max_length: length(modifier) },
            "text" | "name" | "citext" => AttributeType::String { max_length: None },
            "uuid" => AttributeType::Uuid(UuidStorage::Native),
            "date" => AttributeType::Date,
            "time" => AttributeType::Time,
            "timestamp" => AttributeType::DateTime { zoned: false },
            "timestamptz" => AttributeType::DateTime { zoned: true },
            "json" | "jsonb" => AttributeType::Json,
            "bytea" => AttributeType::Bytes,
            _ => AttributeType::Text,
        }
    }
}

/// Without quotes the words `char` and `bit` are not these types but `character(1)` and `bit(1)`: a cast would cut
/// values off.
fn database_type(row: &TypeRow) -> DatabaseType {
    let is_plain = row.namespace == "pg_catalog" && !matches!(row.name.as_str(), "char" | "bit");
    DatabaseType { namespace: (!is_plain).then(|| row.namespace.clone()), ..DatabaseType::built_in(&row.name) }
}

fn length(modifier: i32) -> Option<u32> {
    u32::try_from(modifier.checked_sub(HEADER)?).ok()
}

/// The scale is the lower eleven bits, with a sign; a negative one rounds before the point and leaves no digits after
/// it.
fn scale(modifier: i32) -> Option<u32> {
    let bits = modifier.checked_sub(HEADER).filter(|bits| *bits >= 0)?;
    let scale = ((bits & 0x7ff) ^ 0x400) - 0x400;
    Some(u32::try_from(scale).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u32, namespace: &str, name: &str, base: u32, modifier: i32) -> TypeRow {
        TypeRow {
            id,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            base,
            modifier,
            not_null: false,
            has_default: false,
        }
    }

    #[test]
    fn scales_and_lengths_come_from_modifiers() {
        assert_eq!(scale(-1), None);
        assert_eq!(scale(((10 << 16) | 2) + HEADER), Some(2));
        assert_eq!(scale((10 << 16) + HEADER), Some(0));
        assert_eq!(scale(((3 << 16) | (-2 & 0x7ff)) + HEADER), Some(0));
        assert_eq!(length(-1), None);
        assert_eq!(length(160 + HEADER), Some(160));
        assert_eq!(length(i32::MIN), None);
    }

    #[test]
    fn domains_are_what_they_are_made_of() {
        let rows =
            [row(1, "pg_catalog", "varchar", 0, -1), row(2, "app", "code", 1, 8 + HEADER), row(3, "app", "sku", 2, -1)];
        let facts = Types::new(&rows, &[], &[]).facts(3, -1);
        assert_eq!(facts.ty, AttributeType::String { max_length: Some(8) });
        // A cast to the domain would cut, round or refuse what a client compares with.
        assert_eq!(facts.database_type, DatabaseType::built_in("varchar"));
    }

    #[test]
    fn types_that_nothing_is_known_of_are_text() {
        let rows = [row(1, "app", "text", 0, -1), row(2, "pg_catalog", "char", 0, -1)];
        let types = Types::new(&rows, &[], &[]);
        assert_eq!(types.facts(1, -1).ty, AttributeType::Text);
        assert_eq!(types.facts(2, -1).database_type.namespace.as_deref(), Some("pg_catalog"));
        assert_eq!(types.facts(9, -1).database_type, DatabaseType::built_in("text"));
    }
}
