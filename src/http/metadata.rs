//! `/odata/$metadata`: the catalog in OData's words, as XML or JSON (OData Protocol 4.01, section 11.1.2).

use axum::extract::State;
use axum::http::header::{HeaderName, HeaderValue, VARY};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::error::Code;
use crate::gateway::CsdlFormat;

use super::media_type::MediaType;
use super::{App, Backend, Rejection, query_string, text};

const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");

pub(super) async fn handle<B: Backend>(State(app): State<App<B>>, uri: Uri, headers: HeaderMap) -> Response {
    let mut response = match media_type(&uri, &headers) {
        Ok(media_type) => {
            let format = if media_type == MediaType::Xml { CsdlFormat::Xml } else { CsdlFormat::Json };
            let text = text::respond(&headers, app.backend.csdl(format), media_type.header().1);
            ([(ODATA_VERSION, "4.01")], text).into_response()
        }
        Err(rejection) => rejection.into_response(MediaType::Json),
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    response
}

/// What the client asks for: by `$format`, which goes before `Accept` and may be written without its dollar sign.
fn media_type(uri: &Uri, headers: &HeaderMap) -> Result<MediaType, Rejection> {
    let options = query_string::parse(uri.query().unwrap_or_default())
        .ok_or_else(|| Rejection::bad_request("The query part of the URL is not well-formed."))?;
    let mut formats = options.iter().filter(|(name, _)| {
        let name = name.strip_prefix('$').unwrap_or(name);
        name.eq_ignore_ascii_case("format")
    });
    let wanted = match (formats.next(), formats.next()) {
        (None, _) => MediaType::negotiate(headers, MediaType::METADATA),
        (Some((_, value)), None) => format(value),
        (Some(_), Some(_)) => return Err(Rejection::bad_request("`$format` is given twice.")),
    };
    wanted.ok_or_else(|| {
        let message = "The model is described as application/xml or application/json in UTF-8.";
        Rejection::new(StatusCode::NOT_ACCEPTABLE, Code::Invalid, message)
    })
}

/// A media type, or the short word for one.
fn format(value: &str) -> Option<MediaType> {
    match value {
        _ if value.eq_ignore_ascii_case("xml") => Some(MediaType::Xml),
        _ if value.eq_ignore_ascii_case("json") => Some(MediaType::Json),
        "" => None,
        _ => MediaType::accepted(value, MediaType::METADATA),
    }
}
