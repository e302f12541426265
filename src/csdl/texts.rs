//! The texts of one catalog: each is made when somebody first asks for it, so that a gateway starts without them.

use std::sync::{Arc, OnceLock};

use crate::catalog::Catalog;

use super::{Format, text};

/// The CSDL documents of one catalog.
#[derive(Debug, Default)]
pub struct Texts {
    xml: OnceLock<Arc<str>>,
    json: OnceLock<Arc<str>>,
}

impl Texts {
    /// The text in a format; always of the same catalog.
    pub fn of(&self, catalog: &Catalog, format: Format) -> Arc<str> {
        let cell = match format {
            Format::Xml => &self.xml,
            Format::Json => &self.json,
        };
        Arc::clone(cell.get_or_init(|| text(catalog, format).into()))
    }
}
