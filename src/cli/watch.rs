//! Serves a configuration anew when its file changes, or when SIGHUP asks for it.

use std::{path::PathBuf, time::Duration};

use relata::{Config, Gateway};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// A configuration's file, and what has been made of it.
pub(crate) struct Watch {
    gateway: Gateway,
    path: PathBuf,
    /// The configuration that the process was started with: some of it holds until it ends.
    first: Config,
    /// The text that was taken up last, whether it was good or not.
    text: Option<String>,
}

impl Watch {
    pub(crate) fn new(gateway: Gateway, path: PathBuf, first: Config) -> Self {
        let text = Some(first.text().to_owned());
        Self { gateway, path, first, text }
    }

    /// Never ends.
    pub(crate) async fn run(mut self) {
        let mut hangup = Hangup::new();
        let mut seen = self.text.clone();
        loop {
            let is_asked = tokio::select! {
                () = hangup.asked() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            let text = std::fs::read_to_string(&self.path).ok();
            // A file that is being written is let be until two looks at it saw the same.
            let is_settled = text == seen;
            seen.clone_from(&text);
            if is_asked || (is_settled && text != self.text) {
                self.text = text;
                self.reload().await;
            }
        }
    }

    async fn reload(&self) {
        let config = match Config::read(&self.path) {
            Ok(config) => config,
            Err(error) => return refuse(&error.to_string()),
        };
        let first = &self.first;
        let changed = [
            (config.listen() != first.listen(), "server.listen"),
            (config.database_url() != first.database_url(), "database.url"),
            (config.read_urls() != first.read_urls(), "database.read-urls"),
            (config.pool_size() != first.pool_size(), "database.pool-size"),
        ];
        for (_, name) in changed.iter().filter(|(is_changed, _)| *is_changed) {
            tracing::warn!("{name} has changed in the configuration: it takes a restart");
        }
        match self.gateway.reconfigure(config).await {
            Ok(()) => {
                for warning in &self.gateway.catalog().warnings {
                    tracing::warn!("{warning}");
                }
                tracing::info!("the configuration has been reloaded");
            }
            Err(error) => refuse(&error.to_string()),
        }
    }
}

fn refuse(error: &str) {
    error.lines().for_each(|line| tracing::error!("{line}"));
    tracing::error!("the configuration could not be reloaded; the last good one is served on");
}

/// SIGHUP, where there is such a thing.
struct Hangup {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    fn new() -> Self {
        #[cfg(unix)]
        {
            let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
            Self { signal: signal.ok() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    async fn asked(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
