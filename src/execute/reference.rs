//! References in JSON: the entity set and the key of a record in one text.

use crate::{catalog::AttributeType, plan::reference_quotes};

use super::{Error, cells::Cells};

/// Writes the inside of the JSON string that is a record's reference. `key` are names, columns and types.
pub(super) fn write<'k, R: Cells>(
    row: &R,
    set_name: &str,
    key: impl Iterator<Item = (&'k str, usize, &'k AttributeType)>,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    out.extend_from_slice(set_name.as_bytes());
    out.push(b'(');
    let mut key = key.peekable();
    let first = key.next();
    let is_composite = key.peek().is_some();
    for (index, (name, column, ty)) in first.into_iter().chain(key).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        // Only a key of several parts names them (OData 4.01 URL 4.3.1).
        if is_composite {
            out.extend_from_slice(name.as_bytes());
            out.push(b'=');
        }
        value(row, column, ty, out)?;
    }
    out.push(b')');
    Ok(())
}

/// A key's value: text in single quotes, its own ones doubled, the rest bare.
fn value<R: Cells>(row: &R, column: usize, ty: &AttributeType, out: &mut Vec<u8>) -> Result<(), Error> {
    let start = out.len();
    row.write(column, ty, out)?;
    if out.get(start) == Some(&b'"') {
        out.pop();
        out.remove(start);
    }
    if reference_quotes(ty) {
        let value = out.split_off(start);
        out.push(b'\'');
        for byte in value {
            out.push(byte);
            if byte == b'\'' {
                out.push(byte);
            }
        }
        out.push(b'\'');
    }
    Ok(())
}

/// A record's reference as text.
pub(super) fn text<'k, R: Cells>(
    row: &R,
    set_name: &str,
    key: impl Iterator<Item = (&'k str, usize, &'k AttributeType)>,
) -> Result<String, Error> {
    let mut json = vec![b'"'];
    write(row, set_name, key, &mut json)?;
    json.push(b'"');
    serde_json::from_slice(&json).map_err(|_| Error::Value("a key that is no text".to_owned()))
}
