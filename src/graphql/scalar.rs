//! The scalars beside GraphQL's own: each with the specification of its format, and a check of the kind of value.
//! Whether a text is well-formed is the planner's business, which has to parse it anyway.

use async_graphql::{Value, dynamic::Scalar};

const RFC_3339: &str = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6";

/// The scalar of that name; nothing for GraphQL's own.
pub(super) fn find(name: &str) -> Option<Scalar> {
    let (accepts, url, description): (fn(&Value) -> bool, _, _) = match name {
        "UUID" => (is_text, "https://www.rfc-editor.org/rfc/rfc9562", "A UUID in its hyphenated form."),
        "DateTime" => (
            is_text,
            RFC_3339,
            "A point in time as RFC 3339 writes it: `2024-05-17T09:30:00Z`. Without an offset: UTC.",
        ),
        "Date" => (is_text, RFC_3339, "A calendar date: `2024-05-17`."),
        "Time" => (is_text, RFC_3339, "A time of day without an offset: `09:30:00`."),
        "Decimal" => (
            is_text_or_number,
            "https://www.w3.org/TR/xmlschema11-2/#decimal",
            "An exact decimal number as text, so that no digit is lost: `\"19.90\"`.",
        ),
        "BigInt" => (
            is_text_or_integer,
            "https://www.w3.org/TR/xmlschema11-2/#long",
            "A 64-bit integer as text, because numbers in JSON are exact to 53 bits only.",
        ),
        "JSON" => (|_| true, "https://www.rfc-editor.org/rfc/rfc8259", "A JSON document."),
        "Bytes" => (is_text, "https://www.rfc-editor.org/rfc/rfc4648#section-4", "Binary data in base64."),
        _ => return None,
    };
    Some(Scalar::new(name).description(description).specified_by_url(url).validator(accepts))
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::String(_))
}

fn is_text_or_number(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_))
}

fn is_text_or_integer(value: &Value) -> bool {
    is_text(value) || matches!(value, Value::Number(number) if number.is_i64() || number.is_u64())
}
