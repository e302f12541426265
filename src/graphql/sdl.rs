//! The schema as a document of GraphQL's schema definition language, complete by itself: every type and every
//! directive that it uses is defined in it.

use async_graphql::{SDLExportOptions, dynamic::Schema};

/// The directive of navigation properties. The engine keeps directives of a schema in its SDL only and does not know
/// their definitions, so that the enum of its ends would be missing in introspection: `kind` is a string.
const RELATIONSHIP: &str = r#""""
The relationship behind a navigation property.
"""
directive @relationship(
  """
  The relationship's schema name: the argument of `relationshipDefinition`.
  """
  name: String!
  """
  The navigation property at the other end, unless that end has none.
  """
  partner: String
  """
  Seen from here: `ONE_TO_MANY`, `MANY_TO_ONE`, `ONE_TO_ONE` or `MANY_TO_MANY`.
  """
  kind: String!
) on FIELD_DEFINITION

"#;

/// The schema as SDL, with the definition of every directive that it uses.
#[must_use]
pub fn sdl(schema: &Schema) -> String {
    let options = SDLExportOptions::new().include_specified_by().use_space_ident();
    format!("{RELATIONSHIP}{}", schema.sdl_with_options(options))
}
