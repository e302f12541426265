//! The entity tag of a record: it changes with every change of the record, and with nothing else.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::catalog::AttributeType;

use super::{
    Error,
    cells::{Cells, KeyPart},
    json,
};

/// How much of the digest is kept.
const LENGTH: usize = 16;

/// The tag of the record in a row. `columns` are the positions and types of the version alone, or else of all
/// attributes of the entity in the catalog's order.
///
/// # Errors
/// When the row has no such columns.
pub(super) fn etag<'a, R: Cells>(
    row: &R,
    columns: impl IntoIterator<Item = (usize, &'a AttributeType)>,
    is_version: bool,
) -> Result<String, Error> {
    // The values one after the other as JSON: the inside of an array, which reads in one way only.
    let mut values = Vec::with_capacity(256);
    for (column, ty) in columns {
        let start = values.len();
        match row.write(column, ty, &mut values) {
            // What a column should not hold is a part of the record all the same.
            Err(Error::Misfit(..)) => {
                values.truncate(start);
                odd(row.key(column, ty)?, &mut values);
            }
            written => written?,
        }
        // JSON has no number for some floating-point numbers.
        if *ty == AttributeType::Float && &values[start..] == b"null" {
            values.truncate(start);
            odd(row.key(column, ty)?, &mut values);
        }
        values.push(b',');
    }
    if is_version {
        // Numbers beyond 32 bits are strings in JSON.
        let text = String::from_utf8_lossy(&values);
        return Ok(text.trim_matches(['"', ',']).to_owned());
    }
    Ok(BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(&values)[..LENGTH]))
}

fn odd(value: Option<KeyPart>, out: &mut Vec<u8>) {
    match value {
        None => out.extend_from_slice(b"null"),
        Some(KeyPart::Integer(number)) => json::integer(number, out),
        Some(KeyPart::Text(text)) => json::string(&text, out),
        Some(KeyPart::Bytes(bytes)) => json::bytes(&bytes, out),
    }
}
