//! A GraphQL request out of a JSON body or the query part of a URL.

use serde_json::{Map, Value};

use crate::gateway::Request;

use super::Rejection;
use super::query_string;

/// The request that a POST carries.
pub(super) fn from_body(body: &[u8]) -> Result<Request, Rejection> {
    if body.is_empty() {
        return Err(Rejection::bad_request("The request body is empty; send a JSON object with a `query`."));
    }
    let text = str::from_utf8(body).map_err(|_| Rejection::bad_request("The request body is not UTF-8."))?;
    let value = serde_json::from_str(text)
        .map_err(|error| Rejection::bad_request(format!("The request body is not JSON: {error}.")))?;
    match value {
        Value::Object(parameters) => from_parameters(parameters, false),
        Value::Array(_) => {
            Err(Rejection::bad_request("Batches are not supported; send one JSON object with a `query` per request."))
        }
        other => Err(Rejection::bad_request(format!("The request body must be a JSON object, not {}.", kind(&other)))),
    }
}

/// The request that a GET carries.
pub(super) fn from_query_string(text: &str) -> Result<Request, Rejection> {
    let pairs = query_string::parse(text)
        .ok_or_else(|| Rejection::bad_request("The URL has a malformed percent-encoding, or one that is not UTF-8."))?;
    let mut parameters = Map::new();
    for (name, text) in pairs {
        let value = match name.as_str() {
            // An empty string stands for an absent value.
            "operationName" | "variables" | "extensions" if text.is_empty() => Value::Null,
            "query" | "operationName" => Value::String(text),
            "variables" | "extensions" => serde_json::from_str(&text)
                .map_err(|error| Rejection::bad_request(format!("`{name}` in the URL is not JSON: {error}.")))?,
            _ => continue,
        };
        if parameters.contains_key(&name) {
            return Err(Rejection::bad_request(format!("`{name}` is given more than once in the URL.")));
        }
        parameters.insert(name, value);
    }
    from_parameters(parameters, true)
}

fn from_parameters(mut parameters: Map<String, Value>, queries_only: bool) -> Result<Request, Rejection> {
    let query = string(&mut parameters, "query")?
        .ok_or_else(|| Rejection::bad_request("`query` is missing: the GraphQL document to execute."))?;
    let operation_name = string(&mut parameters, "operationName")?;
    let variables = object(&mut parameters, "variables")?.unwrap_or_default();
    object(&mut parameters, "extensions")?;
    Ok(Request { query, operation_name, variables, queries_only })
}

fn string(parameters: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Rejection> {
    match parameters.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(Rejection::bad_request(format!("`{name}` must be a string, not {}.", kind(&other)))),
    }
}

fn object(parameters: &mut Map<String, Value>, name: &str) -> Result<Option<Map<String, Value>>, Rejection> {
    match parameters.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(other) => Err(Rejection::bad_request(format!("`{name}` must be a JSON object, not {}.", kind(&other)))),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
