//! Reading a request body within its limits.

use axum::body::{Body, HttpBody};
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::error::Code;

use super::{Options, Rejection};

/// The whole body, if it comes in time and is not too large.
pub(super) async fn read(body: Body, options: &Options) -> Result<Bytes, Rejection> {
    timeout(options.body_timeout, collect(body, options.body_limit)).await.unwrap_or_else(|_| {
        Err(Rejection::new(StatusCode::REQUEST_TIMEOUT, Code::Invalid, "The request body did not arrive in time."))
    })
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, Rejection> {
    // Of a body that announces its length, nothing is read in vain.
    if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(too_large(limit));
    }
    let mut collected = BytesMut::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::debug!(%error, "a request body broke off");
            Rejection::bad_request("The request body is incomplete or malformed.")
        })?;
        if chunk.len() > limit - collected.len() {
            return Err(too_large(limit));
        }
        collected.extend_from_slice(&chunk);
    }
    Ok(collected.freeze())
}

fn too_large(limit: usize) -> Rejection {
    let message = format!("The request body is larger than {limit} bytes.");
    Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, Code::LimitExceeded, message)
}
