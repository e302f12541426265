//! JSON written into a byte buffer without a tree of values in between.

use std::io::Write as _;

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

/// A JSON string.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escaped(text, out);
    out.push(b'"');
}

/// A JSON string of bytes that should be UTF-8; what is none is replaced.
pub(super) fn text(text: &[u8], out: &mut Vec<u8>) {
    match std::str::from_utf8(text) {
        Ok(text) => string(text, out),
        Err(_) => string(&String::from_utf8_lossy(text), out),
    }
}

/// The inside of a JSON string (RFC 8259, section 7): quotes, backslashes and control characters are escaped.
pub(super) fn escaped(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    // Without an early end, so that many bytes are looked at in one go.
    if !bytes.iter().fold(false, |found, byte| found | is_escaped(*byte)) {
        return out.extend_from_slice(bytes);
    }
    let mut start = 0;
    for (index, byte) in bytes.iter().enumerate() {
        if !is_escaped(*byte) {
            continue;
        }
        out.extend_from_slice(&bytes[start..index]);
        start = index + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let (high, low) = (usize::from(control >> 4), usize::from(control & 15));
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', HEX[high], HEX[low]]);
            }
        }
    }
    out.extend_from_slice(&bytes[start..]);
}

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// A whole number.
pub(super) fn integer(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// A number as a string, because JSON's numbers end at 2⁵³ in many clients.
pub(super) fn quoted_integer(number: i64, out: &mut Vec<u8>) {
    out.push(b'"');
    integer(number, out);
    out.push(b'"');
}

/// The shortest number that reads back as the same; null for what JSON has no number for.
pub(super) fn float(number: impl Into<f64> + std::fmt::Display + std::fmt::Debug + Copy, out: &mut Vec<u8>) {
    let magnitude = number.into().abs();
    // Writing to a vector cannot fail.
    if magnitude == 0.0 || (1e-5..1e16).contains(&magnitude) {
        let _ = write!(out, "{number}");
    } else if magnitude.is_finite() {
        // With an exponent: a number of three hundred digits is more than some parsers take.
        let _ = write!(out, "{number:?}");
    } else {
        out.extend_from_slice(b"null");
    }
}

/// A JSON document as it is spelled; a text where it is none.
pub(super) fn document(text: &str, out: &mut Vec<u8>) {
    match serde_json::from_str::<&serde_json::value::RawValue>(text) {
        Ok(document) => out.extend_from_slice(document.get().as_bytes()),
        Err(_) => string(text, out),
    }
}

/// Bytes as a base64 string.
pub(super) fn bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    // The buffer has exactly the encoded length.
    let _ = BASE64_STANDARD.encode_slice(bytes, &mut out[start..]);
    out.push(b'"');
}

/// A UUID in its hyphenated form.
pub(super) fn uuid(uuid: uuid::Uuid, out: &mut Vec<u8>) {
    let mut buffer = uuid::Uuid::encode_buffer();
    out.push(b'"');
    out.extend_from_slice(uuid.hyphenated().encode_lower(&mut buffer).as_bytes());
    out.push(b'"');
}

/// A date (RFC 3339, `full-date`).
pub(super) fn date(date: NaiveDate, out: &mut Vec<u8>) {
    out.push(b'"');
    bare_date(date, out);
    out.push(b'"');
}

/// A time of day (RFC 3339, `partial-time`).
pub(super) fn time(time: NaiveTime, out: &mut Vec<u8>) {
    out.push(b'"');
    bare_time(time, out);
    out.push(b'"');
}

/// A point in time in UTC (RFC 3339, `date-time`).
pub(super) fn date_time(point: NaiveDateTime, out: &mut Vec<u8>) {
    out.push(b'"');
    bare_date(point.date(), out);
    out.push(b'T');
    bare_time(point.time(), out);
    out.extend_from_slice(b"Z\"");
}

fn bare_date(date: NaiveDate, out: &mut Vec<u8>) {
    let year = date.year();
    if (0..=9_999).contains(&year) {
        two_digits(year.unsigned_abs() / 100, out);
        two_digits(year.unsigned_abs() % 100, out);
    } else {
        // ISO 8601 expanded years carry a sign.
        let _ = write!(out, "{year:+05}");
    }
    out.push(b'-');
    two_digits(date.month(), out);
    out.push(b'-');
    two_digits(date.day(), out);
}

fn bare_time(time: NaiveTime, out: &mut Vec<u8>) {
    two_digits(time.hour(), out);
    out.push(b':');
    two_digits(time.minute(), out);
    out.push(b':');
    two_digits(time.second(), out);
    let mut fraction = time.nanosecond() % 1_000_000_000;
    if fraction > 0 {
        out.push(b'.');
        let mut unit = 100_000_000;
        while fraction > 0 {
            out.push(digit(fraction / unit));
            fraction %= unit;
            unit /= 10;
        }
    }
}

fn two_digits(number: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&[digit(number / 10), digit(number)]);
}

fn digit(number: u32) -> u8 {
    b"0123456789"[(number % 10) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings_read_back_as_they_were() {
        for text in ["", "plain", "\"quoted\" \\ back", "tab\t line\n return\r", "\u{1}\u{1f}", "Größe 大 🦀", "\u{7f}"]
        {
            let json = written(|out| string(text, out));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }

    #[test]
    fn points_in_time_are_rfc_3339() {
        let check = |text: &str, expected: &str| {
            let point: NaiveDateTime = text.parse().unwrap();
            assert_eq!(written(|out| date_time(point, out)), format!("\"{expected}\""));
        };
        check("2024-02-29T23:59:59", "2024-02-29T23:59:59Z");
        check("2024-02-29T23:59:59.120", "2024-02-29T23:59:59.12Z");
        check("0001-01-01T00:00:00.000001", "0001-01-01T00:00:00.000001Z");
        check("-0044-03-15T12:00:00", "-0044-03-15T12:00:00Z");
        check("+12024-03-15T12:00:00", "+12024-03-15T12:00:00Z");
    }

    #[test]
    fn floats_are_the_shortest_that_read_back() {
        let check = |number: f64, expected: &str| assert_eq!(written(|out| float(number, out)), expected);
        check(0.1, "0.1");
        check(-0.0, "-0");
        check(1e15, "1000000000000000");
        check(1e21, "1e21");
        check(2.5e-7, "2.5e-7");
        check(f64::NAN, "null");
        check(f64::INFINITY, "null");
        assert_eq!(written(|out| float(0.1_f32, out)), "0.1");
    }
}
