//! Media types: which one a response has (`Accept`), and whether a request body is JSON (`Content-Type`).

use std::cmp::Reverse;

use axum::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName};

/// A media type that a response can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// Its clients can trust any status, so a refused request has one that says so.
    GraphqlResponse,
    /// Of GraphQL's answers the older one: 200 for every well-formed request.
    Json,
    /// How OData describes a model by default.
    Xml,
}

impl MediaType {
    /// What GraphQL is answered in.
    pub(super) const GRAPHQL: [Self; 2] = [Self::GraphqlResponse, Self::Json];

    /// What the model is described in.
    pub(super) const METADATA: [Self; 2] = [Self::Json, Self::Xml];

    fn name(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json",
            Self::Json => "application/json",
            Self::Xml => "application/xml",
        }
    }

    /// The header that announces it.
    pub(super) fn header(self) -> (HeaderName, &'static str) {
        let value = match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::Xml => "application/xml; charset=utf-8",
        };
        (CONTENT_TYPE, value)
    }

    /// The one of two types that the client likes best; none if it accepts neither. Where it names neither, or likes
    /// both alike by one wildcard, the last one wins.
    ///
    /// Among types of equal quality, one that is named goes before one that a wildcard covers,
    /// and one that is named earlier before one that is named later.
    pub(super) fn negotiate(headers: &HeaderMap, offered: [Self; 2]) -> Option<Self> {
        let lines: Vec<_> =
            headers.get_all(ACCEPT).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
        Self::accepted(&lines.join(","), offered)
    }

    /// The same of what an `Accept` header says.
    pub(super) fn accepted(accept: &str, offered: [Self; 2]) -> Option<Self> {
        let elements: Vec<&str> = split(accept, ',').map(str::trim).filter(|element| !element.is_empty()).collect();
        if elements.is_empty() {
            return Some(offered[1]);
        }
        let ranges: Vec<Range<'_>> = elements.iter().filter_map(|element| Range::parse(element)).collect();
        offered
            .into_iter()
            .filter_map(|offered| Some((offered, preference(offered, &ranges)?)))
            .max_by_key(|(_, preference)| *preference)
            .map(|(offered, _)| offered)
    }
}

/// How much a client wants a type: its quality, how precisely it is named, and how early.
type Preference = (u16, Precision, Reverse<usize>);

fn preference(offered: MediaType, ranges: &[Range<'_>]) -> Option<Preference> {
    let (position, precision, range) = ranges
        .iter()
        .enumerate()
        .filter_map(|(position, range)| Some((position, range.covers(offered)?, range)))
        .max_by_key(|(position, precision, _)| (*precision, Reverse(*position)))?;
    (range.quality > 0).then_some((range.quality, precision, Reverse(position)))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Anything,
    Family,
    Exact,
}

/// One element of an `Accept` header.
struct Range<'a> {
    name: &'a str,
    utf8: bool,
    /// In thousandths.
    quality: u16,
}

impl<'a> Range<'a> {
    fn parse(element: &'a str) -> Option<Self> {
        let (name, parameters) = parse(element)?;
        let mut range = Self { name, utf8: true, quality: 1000 };
        for (name, value) in parameters {
            if name.eq_ignore_ascii_case("q") {
                range.quality = quality(value)?;
            } else if name.eq_ignore_ascii_case("charset") {
                range.utf8 &= is_utf8(value) || value == "*";
            }
        }
        Some(range)
    }

    fn covers(&self, offered: MediaType) -> Option<Precision> {
        let precision = if self.name.eq_ignore_ascii_case(offered.name()) {
            Precision::Exact
        } else if self.name.eq_ignore_ascii_case("application/*") {
            Precision::Family
        } else if self.name == "*/*" {
            Precision::Anything
        } else {
            return None;
        };
        self.utf8.then_some(precision)
    }
}

/// A quality between 0 and 1 with at most three decimals, in thousandths.
fn quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{whole}{decimals:0<3}").parse().ok()?;
    (thousandths <= 1000).then_some(thousandths)
}

/// Whether a request body is announced as JSON in UTF-8.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(CONTENT_TYPE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return false;
    };
    let Some((name, parameters)) = line.to_str().ok().and_then(parse) else {
        return false;
    };
    name.eq_ignore_ascii_case("application/json")
        && parameters.iter().all(|(name, value)| !name.eq_ignore_ascii_case("charset") || is_utf8(value))
}

fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// A media type or range as its name and its parameters.
fn parse(text: &str) -> Option<(&str, Vec<(&str, &str)>)> {
    let mut parts = split(text, ';').map(str::trim);
    let name = parts.next()?;
    let parameters = parts
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=')?;
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            Some((name, value))
        })
        .collect::<Option<_>>()?;
    Some((name, parameters))
}

/// Splits where the delimiter is outside of a quoted string.
fn split(text: &str, delimiter: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |character| {
        if escaped {
            escaped = false;
        } else if quoted && character == '\\' {
            escaped = true;
        } else if character == '"' {
            quoted = !quoted;
        }
        !quoted && character == delimiter
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::MediaType::{GraphqlResponse, Json, Xml};
    use super::{MediaType, is_json};

    fn headers(name: &header::HeaderName, lines: &[&[u8]]) -> HeaderMap {
        lines.iter().map(|line| (name.clone(), HeaderValue::from_bytes(line).unwrap())).collect()
    }

    fn negotiated(accept: &str) -> Option<MediaType> {
        MediaType::negotiate(&headers(&header::ACCEPT, &[accept.as_bytes()]), MediaType::GRAPHQL)
    }

    #[test]
    fn the_best_acceptable_type_is_chosen() {
        let table = [
            ("", Some(Json)),
            (" , ", Some(Json)),
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("Application/GraphQL-Response+JSON", Some(GraphqlResponse)),
            (
                "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
                Some(GraphqlResponse),
            ),
            ("application/graphql-response+json,application/json;q=0.9", Some(GraphqlResponse)),
            ("application/json, application/graphql-response+json", Some(Json)),
            ("application/json;q=0.8, application/graphql-response+json;q=0.81", Some(GraphqlResponse)),
            ("application/json;q=0.5, */*", Some(GraphqlResponse)),
            ("application/graphql-response+json, */*", Some(GraphqlResponse)),
            ("*/*, application/graphql-response+json", Some(GraphqlResponse)),
            ("application/json;q=0, */*;q=0.1", Some(GraphqlResponse)),
            ("application/json;q=0", None),
            ("*/*;q=0", None),
            ("text/html, application/xhtml+xml, */*;q=0.8", Some(Json)),
            ("text/html", None),
            ("application/json; charset=\"UTF-8\"", Some(Json)),
            ("application/json; charset=iso-8859-1", None),
            ("application/json; note=\"a, b; c\\\" , d\", text/html", Some(Json)),
            ("application/json;q=2", None),
            ("application/json;q=1.001", None),
            ("application/json;q=0.0001", None),
            ("application/json;q=high, application/graphql-response+json;q=0.1", Some(GraphqlResponse)),
            ("application/json;broken", None),
            ("\"", None),
            (";;;,;q=,=", None),
        ];
        for (accept, expected) in table {
            assert_eq!(negotiated(accept), expected, "{accept}");
        }
    }

    #[test]
    fn a_model_is_described_in_xml_unless_json_is_liked_better() {
        let table = [
            ("", Some(Xml)),
            ("*/*", Some(Xml)),
            ("application/*", Some(Xml)),
            ("application/xml", Some(Xml)),
            ("application/json", Some(Json)),
            ("application/json;odata.metadata=minimal;IEEE754Compatible=true", Some(Json)),
            ("application/json, application/xml", Some(Json)),
            ("application/xml, application/json", Some(Xml)),
            ("application/json;q=0.9, application/xml", Some(Xml)),
            ("application/json, */*;q=0.1", Some(Json)),
            ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", Some(Xml)),
            ("application/graphql-response+json", None),
            ("application/xml;q=0", None),
            ("text/xml", None),
        ];
        for (accept, expected) in table {
            let headers = headers(&header::ACCEPT, &[accept.as_bytes()]);
            assert_eq!(MediaType::negotiate(&headers, MediaType::METADATA), expected, "{accept}");
        }
    }

    #[test]
    fn several_accept_lines_are_one_list() {
        let lines: &[&[u8]] = &[b"application/json;q=0.1", b"\xff\xfe", b"application/graphql-response+json;q=0.2"];
        assert_eq!(MediaType::negotiate(&headers(&header::ACCEPT, lines), MediaType::GRAPHQL), Some(GraphqlResponse));
        assert_eq!(MediaType::negotiate(&headers(&header::ACCEPT, &[b"\xff"]), MediaType::GRAPHQL), None);
        assert_eq!(MediaType::negotiate(&HeaderMap::new(), MediaType::GRAPHQL), Some(Json));
    }

    #[test]
    fn only_json_in_utf8_is_json() {
        let table: [(&[&[u8]], bool); 13] = [
            (&[b"application/json"], true),
            (&[b"APPLICATION/JSON; Charset=\"utf-8\""], true),
            (&[b"application/json;charset=utf8;"], true),
            (&[b"application/json; version=1"], true),
            (&[b"application/json; charset=utf-16"], false),
            (&[b"application/json; charset=utf-8; charset=utf-16"], false),
            (&[b"application/json; charset"], false),
            (&[b"application/json, text/plain"], false),
            (&[b"application/json", b"application/json"], false),
            (&[b"application/graphql-response+json"], false),
            (&[b"text/plain"], false),
            (&[b"\xff"], false),
            (&[], false),
        ];
        for (lines, expected) in table {
            assert_eq!(is_json(&headers(&header::CONTENT_TYPE, lines)), expected, "{lines:?}");
        }
    }
}
