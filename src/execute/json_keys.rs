//! The keys of parents as one list in JSON, for databases that take lists so.

use sea_orm::sea_query::Value;

use crate::sql::hex;

use super::{cells::KeyPart, json};

/// The keys of all parents: values, or lists of values. Bytes are hexadecimal digits.
pub(super) fn parent_keys(keys: &[Vec<KeyPart>]) -> Vec<Value> {
    let mut list = vec![b'['];
    for (index, key) in keys.iter().enumerate() {
        if index > 0 {
            list.push(b',');
        }
        match key.as_slice() {
            [only] => write(only, &mut list),
            parts => {
                list.push(b'[');
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        list.push(b',');
                    }
                    write(part, &mut list);
                }
                list.push(b']');
            }
        }
    }
    list.push(b']');
    vec![Value::from(String::from_utf8_lossy(&list).into_owned())]
}

fn write(part: &KeyPart, out: &mut Vec<u8>) {
    match part {
        KeyPart::Integer(number) => json::integer(*number, out),
        KeyPart::Text(text) => json::string(text, out),
        KeyPart::Bytes(bytes) => json::string(&hex(bytes), out),
    }
}
