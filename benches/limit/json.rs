//! JSON by hand.

/// Text that is JSON already.
pub(crate) fn raw(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// A whole number, or null.
pub(crate) fn integer(out: &mut Vec<u8>, number: Option<i32>) {
    match number {
        Some(number) => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        None => raw(out, "null"),
    }
}

/// A string, or null.
pub(crate) fn string(out: &mut Vec<u8>, text: Option<&str>) {
    let Some(text) = text else { return raw(out, "null") };
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)) {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            byte @ (b'"' | b'\\') => out.extend_from_slice(&[b'\\', byte]),
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// A list, each of whose items is written by a function.
pub(crate) fn list<T>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Vec<u8>, T)) {
    let mut separator = b'[';
    for item in items {
        out.push(separator);
        separator = b',';
        write(out, item);
    }
    raw(out, if separator == b'[' { "[]" } else { "]" });
}

/// A list of whole numbers.
pub(crate) fn integers(numbers: Vec<i32>) -> String {
    let mut text = Vec::new();
    list(&mut text, numbers, |out, number| integer(out, Some(number)));
    String::from_utf8(text).unwrap()
}
