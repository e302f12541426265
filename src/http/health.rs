//! `/health/live` and `/health/ready`: whether the process runs, and whether it can answer requests.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use super::media_type::MediaType;
use super::{App, Backend};

pub(super) async fn live() -> Response {
    ok()
}

pub(super) async fn ready<B: Backend>(State(app): State<App<B>>) -> Response {
    if app.backend.ready().await {
        return ok();
    }
    let headers = [MediaType::Json.header(), (RETRY_AFTER, "1")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, r#"{"status":"unavailable"}"#).into_response()
}

fn ok() -> Response {
    ([MediaType::Json.header()], r#"{"status":"ok"}"#).into_response()
}
