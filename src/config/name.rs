//! Names that are given: GraphQL has to take them as they are.

use crate::catalog::name;

use super::{section::Section, text::Said};

/// Reads names.
pub(super) trait Names {
    /// The name of an entity or of its set, which the type's name follows from.
    fn entity_name(&mut self, key: &'static str) -> Option<Said<String>>;
    /// The name of an attribute or of a navigation property.
    fn field_name(&mut self, key: &'static str) -> Option<Said<String>>;
    /// The name of a relationship.
    fn schema_name(&mut self, key: &'static str) -> Option<Said<String>>;
}

impl Names for Section<'_> {
    fn entity_name(&mut self, key: &'static str) -> Option<Said<String>> {
        let name = self.field_name(key)?;
        if name.value.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            let message = format!("`{key}` begins with a small letter: the type's name follows from it");
            self.mistakes.suggest(&name.span, message, Some(format!("`{}`", name::camel(&name.value))));
            return None;
        }
        Some(name)
    }

    fn field_name(&mut self, key: &'static str) -> Option<Said<String>> {
        let name = self.text(key)?;
        if is_graphql(&name.value) {
            return Some(name);
        }
        let message = format!("`{}` is no GraphQL name: letters, digits and underscores, no digit first", name.value);
        let suggestion = Some(name::camel(&name.value)).filter(|near| is_graphql(near));
        self.mistakes.suggest(&name.span, message, suggestion.map(|near| format!("`{near}`")));
        None
    }

    fn schema_name(&mut self, key: &'static str) -> Option<Said<String>> {
        let name = self.text(key)?;
        if is_graphql(&name.value) && !name.value.starts_with('_') {
            return Some(name);
        }
        self.mistakes.add(&name.span, "a relationship's name is letters, digits and underscores, a letter first");
        None
    }
}

/// Two underscores belong to introspection.
fn is_graphql(name: &str) -> bool {
    let is_first = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    name.starts_with(is_first)
        && !name.starts_with("__")
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}
