//! The catalog in the words of OData: one CSDL document (Common Schema Definition Language 4.01), made once from the
//! catalog and written as XML or as JSON. Takes a catalog and returns text; knows neither the GraphQL engine nor HTTP.

mod build;
mod document;
mod identifier;
mod json;
mod names;
#[cfg(test)]
mod tests;
mod texts;
mod xml;

use crate::catalog::Catalog;

pub use texts::Texts;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CSDL XML.
    Xml,
    /// CSDL JSON.
    Json,
}

/// The catalog as a CSDL document.
#[must_use]
pub fn text(catalog: &Catalog, format: Format) -> String {
    let document = build::document(catalog);
    match format {
        Format::Xml => xml::text(&document),
        Format::Json => json::text(&document),
    }
}
