//! Serving connections until the process is asked to end.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How long running requests may take after the process was asked to end.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// Serves HTTP/1.1 and HTTP/2 without TLS until `shutdown` completes.
///
/// Then no connection is accepted any more, running requests are finished, and after ten seconds
/// this returns in any case: what still runs ends with the runtime.
///
/// # Errors
///
/// When the listener fails for good; a single failed connection is no such failure.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    serve_with(listener, router, shutdown, DRAIN_TIME).await
}

pub(super) async fn serve_with(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
    drain_time: Duration,
) -> io::Result<()> {
    let listener = listener.tap_io(|stream| {
        // Responses are written whole; waiting for more to send only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot switch off delayed sending");
        }
    });
    let (draining, drained) = oneshot::channel();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        tracing::info!("stopping: no new connections, running requests are finished");
        _ = draining.send(());
    });
    let deadline = async {
        match drained.await {
            Ok(()) => tokio::time::sleep(drain_time).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        result = server => result,
        () = deadline => {
            tracing::warn!(seconds = drain_time.as_secs(), "some requests did not finish in time");
            Ok(())
        }
    }
}

/// Completes when the process is asked to end: by SIGTERM or Ctrl-C.
pub async fn shutdown_signal() {
    let interrupted = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for Ctrl-C");
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => (),
        () = terminated() => (),
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut signals) => _ = signals.recv().await,
        Err(error) => {
            tracing::error!(%error, "cannot listen for SIGTERM");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
