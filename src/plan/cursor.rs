//! Cursors: the whole sort key of a row, opaque to clients, bound to the order that it was made in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::catalog::Catalog;

use super::{Error, Input, Literal, Result, Rows};

/// A place in an order: the values of its keys, nothing for null.
pub type Bound = Vec<Option<Literal>>;

/// A short fingerprint of an order, so that a cursor is refused in another one.
#[must_use]
pub fn signature(catalog: &Catalog, rows: &Rows) -> String {
    let mut hash: u32 = 0x811c_9dc5;
    let mut add = |text: &str| {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    };
    add(&catalog.entity(rows.entity).set_name);
    for term in &rows.order {
        let entity = catalog.entity(rows.source(term.source));
        add(&entity.set_name);
        add(&entity.attribute(term.attribute).name);
        add(if term.sort.descending { "desc" } else { "asc" });
        add(if term.sort.nulls_first { "first" } else { "last" });
    }
    format!("{hash:08x}")
}

/// Reads a cursor made in the same order.
///
/// # Errors
/// `INVALID` for anything else.
pub(super) fn parse(catalog: &Catalog, rows: &Rows, argument: &str, value: Option<&Input>) -> Result<Option<Bound>> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    let refuse = || {
        Error::invalid(format!("{argument} is not a cursor of this connection"))
            .hint("Pass on a cursor as it was answered, with the same orderBy.")
    };
    let text = value.as_str().ok_or_else(refuse)?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| refuse())?;
    let parts: Vec<Value> = serde_json::from_slice(&bytes).map_err(|_| refuse())?;
    let (first, values) = parts.split_first().ok_or_else(refuse)?;
    if first.as_str() != Some(signature(catalog, rows).as_str()) || values.len() != rows.order.len() {
        return Err(refuse());
    }
    let bound = values.iter().zip(&rows.order).map(|(value, term)| {
        let ty = &catalog.entity(rows.source(term.source)).attribute(term.attribute).ty;
        if value.is_null() { Ok(None) } else { Literal::parse_answered(value, ty).map(Some).map_err(|_| refuse()) }
    });
    bound.collect::<Result<_>>().map(Some)
}
