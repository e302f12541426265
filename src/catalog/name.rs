//! The naming policy: how the words of tables and columns become names in the catalog. All inflection is here.

use heck::{ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use super::Profile;

/// Names of types that the gateway itself defines.
const RESERVED_TYPES: &[&str] = &[
    "Query",
    "Mutation",
    "Subscription",
    "Node",
    "PageInfo",
    "Sort",
    "String",
    "Int",
    "Float",
    "Boolean",
    "ID",
    "UUID",
    "DateTime",
    "Date",
    "Time",
    "Decimal",
    "BigInt",
    "JSON",
    "Bytes",
    "BooleanFilter",
    "IntFilter",
    "BigIntFilter",
    "FloatFilter",
    "DecimalFilter",
    "StringFilter",
    "UUIDFilter",
    "DateFilter",
    "TimeFilter",
    "DateTimeFilter",
    "BytesFilter",
    "TextFilter",
    "JSONFilter",
    "Relationship",
    "RelationshipDefinition",
    "RelationshipDefinitionWhere",
    "OneToManyRelationship",
    "ManyToManyRelationship",
    "EntityDefinition",
    "AttributeDefinition",
    "KeyDefinition",
    "RelationshipKind",
    "EntityKind",
    "CascadeConfiguration",
    "CascadeDelete",
    "MultiTableLookup",
    "MultiTableLookupDefinition",
    "NavigationPropertyDefinition",
    "OneToManyRelationshipCreate",
    "LookupCreate",
    "ManyToManyRelationshipCreate",
    "ManyToManyEnd",
    "MultiTableLookupCreate",
    "MultiTableLookupColumn",
    "MultiTableLookupTarget",
    "RelationshipUpdate",
    "CascadeConfigurationInput",
    "CascadeType",
    "RelationshipBehavior",
    "RefResult",
    "RefStatus",
    "WriteOutcome",
    "DefinitionPayload",
];

/// Root fields that the gateway itself defines.
const RESERVED_ROOT_FIELDS: &[&str] =
    &["node", "entityDefinition", "entityDefinitions", "relationshipDefinition", "relationshipDefinitions"];

/// Fields and input fields that every entity has, beside its reference.
const RESERVED_FIELDS: &[&str] = &["etag", "and", "or", "not"];

/// What is appended to a type name to name the types that belong to an entity.
pub(crate) const DERIVED_SUFFIXES: &[&str] = &[
    "Where",
    "OrderBy",
    "Key",
    "Connection",
    "Edge",
    "Aggregate",
    "AggregateGroup",
    "GroupKey",
    "AggregateGroupKey",
    "Attribute",
    "Sum",
    "Avg",
    "Min",
    "Max",
    "Create",
    "Update",
    "Bind",
    "Change",
    "Payload",
    "RefPayload",
    "ReferencePayload",
];

/// What is appended to the set name, with a capital, to name the types that belong to an entity's collections.
pub(crate) const DERIVED_SET_SUFFIXES: &[&str] = &["Where", "Bind", "Change", "Payload"];

/// Fields that stand beside the record, or the records, in the payloads of mutations.
const RESERVED_PAYLOAD_FIELDS: &[&str] = &["outcome", "count", "changed", "results"];

/// Words in Pascal case: `order_details` → `OrderDetails`, `HTTPServer` → `HttpServer`.
#[must_use]
pub fn pascal(words: &str) -> String {
    leading_letter(ascii(words).to_upper_camel_case())
}

/// Words in camel case: `unit_price` → `unitPrice`, `TrackId` → `trackId`, `EmployeeID` → `employeeId`.
#[must_use]
pub fn camel(words: &str) -> String {
    leading_letter(ascii(words).to_lower_camel_case())
}

/// Words in snake case: `invoiceLine` → `invoice_line`.
#[must_use]
pub fn snake(words: &str) -> String {
    leading_letter(ascii(words).to_snake_case())
}

/// `UPPER_CASE`, for enum values: `in progress` → `IN_PROGRESS`.
#[must_use]
pub fn shouty(words: &str) -> String {
    let name = leading_letter(ascii(words).to_shouty_snake_case());
    if matches!(name.as_str(), "TRUE" | "FALSE" | "NULL") { format!("{name}_") } else { name }
}

/// The names of an entity from its table's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityNames {
    /// `InvoiceLine`
    pub type_name: String,
    /// `invoiceLine`
    pub logical_name: String,
    /// `invoiceLines`
    pub set_name: String,
}

impl std::fmt::Display for EntityNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.logical_name, self.set_name)
    }
}

/// Singular type and by-key names, plural set name, whatever the table's number.
#[must_use]
pub fn entity(table: &str) -> EntityNames {
    entity_named(&singular(&pascal(table)))
}

impl EntityNames {
    /// Every name that the entity claims among types and fields of the root.
    #[must_use]
    pub fn claimed(&self) -> [String; 5] {
        [
            self.type_name.clone(),
            self.logical_name.clone(),
            self.set_name.clone(),
            format!("{}Connection", self.set_name),
            format!("{}Aggregate", self.set_name),
        ]
    }
}

/// The names that follow from a type name as it is.
#[must_use]
pub fn entity_named(type_name: &str) -> EntityNames {
    let logical_name = camel(type_name);
    EntityNames { type_name: type_name.to_owned(), set_name: plural(&logical_name), logical_name }
}

/// The plural of a camelCase name; `…List` where the plural is the same word.
#[must_use]
pub fn plural(name: &str) -> String {
    let plural = inflect_last_word(name, |word| pluralizer::pluralize(word, 2, false));
    if plural == name { format!("{name}List") } else { plural }
}

/// The singular of a name in Pascal case. A single letter is no plural, not even an `s`.
#[must_use]
pub fn singular(name: &str) -> String {
    inflect_last_word(name, |word| match word.len() {
        1 => word.to_owned(),
        _ => pluralizer::pluralize(word, 1, false),
    })
}

/// A lookup column without its `_id`, `Id` or `ID`: what the lookup is about. Nothing where nothing is left.
#[must_use]
pub fn lookup_stem(column: &str) -> Option<String> {
    let name = camel(column);
    let stem = name.strip_suffix("Id").or_else(|| name.strip_suffix("_id")).unwrap_or(&name);
    (!stem.is_empty() && name != "id").then(|| stem.to_owned())
}

/// Joins names in camelCase: `["systemuserid", "teamid"]` → `systemuseridTeamid`.
#[must_use]
pub fn joined(names: &[&str]) -> String {
    let mut joined = String::new();
    for name in names {
        joined.push_str(&if joined.is_empty() { (*name).to_owned() } else { capitalized(name) });
    }
    joined
}

/// The name with its first letter in upper case.
#[must_use]
pub fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether the gateway itself defines a type, a root field or a payload's field of one of these names, or a type of a
/// name that follows from them.
#[must_use]
pub fn is_reserved(names: &EntityNames) -> bool {
    RESERVED_TYPES.contains(&names.type_name.as_str())
        || derives_reserved(&names.type_name, DERIVED_SUFFIXES)
        || derives_reserved(&capitalized(&names.set_name), DERIVED_SET_SUFFIXES)
        || RESERVED_ROOT_FIELDS.contains(&names.logical_name.as_str())
        || RESERVED_ROOT_FIELDS.contains(&names.set_name.as_str())
        || RESERVED_PAYLOAD_FIELDS.contains(&names.logical_name.as_str())
        || RESERVED_PAYLOAD_FIELDS.contains(&names.set_name.as_str())
}

fn derives_reserved(name: &str, suffixes: &[&str]) -> bool {
    RESERVED_TYPES.iter().any(|known| known.strip_prefix(name).is_some_and(|rest| suffixes.contains(&rest)))
}

/// Whether the gateway itself defines a type of this name.
pub(super) fn is_reserved_type(name: &str) -> bool {
    RESERVED_TYPES.contains(&name)
}

/// Whether the gateway itself defines a field of this name on every entity.
#[must_use]
pub fn is_reserved_field(profile: Profile, name: &str) -> bool {
    name == profile.reference() || RESERVED_FIELDS.contains(&name)
}

/// An attribute's name from its column.
#[must_use]
pub fn attribute(profile: Profile, column: &str) -> String {
    let name = camel(column);
    if profile == Profile::Relay && name == "id" { "rowId".to_owned() } else { name }
}

fn inflect_last_word(name: &str, inflect: impl Fn(&str) -> String) -> String {
    let start = name.char_indices().rev().find(|(_, letter)| letter.is_ascii_uppercase()).map_or(0, |(index, _)| index);
    let (head, last) = name.split_at(start);
    let lower = last.to_lowercase();
    let inflected = inflect(&lower);
    if last.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        format!("{head}{}", capitalized(&inflected))
    } else {
        format!("{head}{inflected}")
    }
}

fn ascii(words: &str) -> String {
    let ascii = deunicode::deunicode(words).replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    if ascii.chars().all(|letter| letter == '_') { NAMELESS.to_owned() } else { ascii }
}

/// Words without any letter or digit.
const NAMELESS: &str = "unnamed";

/// GraphQL names start with a letter or one underscore (two are introspection's).
fn leading_letter(name: String) -> String {
    if name.starts_with(|letter: char| letter.is_ascii_digit()) { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_singular_and_sets_plural() {
        let check = |table: &str, type_name: &str, logical_name: &str, set_name: &str| {
            let names = entity(table);
            assert_eq!(
                (names.type_name.as_str(), names.logical_name.as_str(), names.set_name.as_str()),
                (type_name, logical_name, set_name),
                "table {table}"
            );
        };
        check("invoice_line", "InvoiceLine", "invoiceLine", "invoiceLines");
        check("InvoiceLine", "InvoiceLine", "invoiceLine", "invoiceLines");
        check("Order Details", "OrderDetail", "orderDetail", "orderDetails");
        check("MediaType", "MediaType", "mediaType", "mediaTypes");
        check("people", "Person", "person", "people");
        check("categories", "Category", "category", "categories");
        check("address", "Address", "address", "addresses");
        check("status", "Status", "status", "statuses");
        check("sheep", "Sheep", "sheep", "sheepList");
        check("news", "News", "news", "newsList");
        check("TRACK", "Track", "track", "tracks");
        check("2fa_codes", "_2faCode", "_2faCode", "_2faCodes");
        check("Größe", "Grosse", "grosse", "grosses");
        check("__secret", "Secret", "secret", "secrets");
        check("?!", "Unnamed", "unnamed", "unnameds");
        check("S", "S", "s", "sList");
        check("model_s", "ModelS", "modelS", "modelSList");
    }

    #[test]
    fn fields_are_camel_case() {
        let check = |column: &str, field: &str| assert_eq!(camel(column), field, "column {column}");
        check("unit_price", "unitPrice");
        check("TrackId", "trackId");
        check("EmployeeID", "employeeId");
        check("emailaddress1", "emailaddress1");
        check("Ship Via", "shipVia");
        check("3d_model", "_3dModel");
        check("__typename", "typename");
        check("", "unnamed");
        check("_", "unnamed");
    }

    #[test]
    fn a_lookup_column_names_what_it_is_about() {
        let check = |column: &str, stem: Option<&str>| assert_eq!(lookup_stem(column).as_deref(), stem, "{column}");
        check("album_id", Some("album"));
        check("AlbumId", Some("album"));
        check("SupportRepId", Some("supportRep"));
        check("reports_to", Some("reportsTo"));
        check("EmployeeID", Some("employee"));
        check("id", None);
        check("paid", Some("paid"));
    }
}
