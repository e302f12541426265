//! The connections that read PostgreSQL directly, by a driver that sends a statement without waiting for the answer to the
//! one before.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use percent_encoding::percent_decode_str;
use sqlx::{
    ConnectOptions, PgPool,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio_postgres::{Config, NoTls};

use super::reader::Reader;

/// How long opening a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections to the database of a pool, set as its URL has it. Clones share them.
#[derive(Debug, Clone)]
pub(in crate::execute) struct Readers {
    readers: Pool,
    /// The pool beside which they are.
    pool: PgPool,
}

impl Readers {
    /// As many connections to the database of a pool as the pool has; nothing where they would have to be encrypted.
    pub(in crate::execute) fn of(pool: &PgPool) -> Option<Self> {
        let options = pool.connect_options();
        let config = config(&options).filter(|_| is_plain(&options))?;
        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let size = usize::try_from(pool.options().get_max_connections()).unwrap_or(1);
        let readers = Pool::builder(Manager::from_config(config, NoTls, manager))
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(pool.options().get_acquire_timeout()))
            .create_timeout(Some(CONNECT_TIMEOUT))
            .build();
        Some(Self { readers: readers.ok()?, pool: pool.clone() })
    }

    /// A connection, in a transaction where several statements are to see one state of the database; nothing where the
    /// pool must do.
    pub(in crate::execute) async fn begin(&self, is_single: bool) -> Option<Reader> {
        if self.pool.is_closed() {
            return None;
        }
        match self.readers.get().await {
            Ok(client) => Some(Reader::new(client, is_single)),
            Err(error) => {
                tracing::debug!(%error, "the database is not read directly");
                None
            }
        }
    }
}

/// Whether the pool's own connections need no encryption: where they ask for none, or never leave the machine.
fn is_plain(options: &PgConnectOptions) -> bool {
    let is_local =
        options.get_socket().is_some() || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&options.get_host());
    match options.get_ssl_mode() {
        PgSslMode::Disable => true,
        PgSslMode::Allow | PgSslMode::Prefer => is_local,
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => false,
    }
}

fn config(options: &PgConnectOptions) -> Option<Config> {
    let mut config = Config::new();
    match options.get_socket() {
        Some(socket) => config.host_path(socket),
        None => config.host(options.get_host().trim_matches(['[', ']'])),
    };
    config.port(options.get_port()).user(options.get_username()).connect_timeout(CONNECT_TIMEOUT);
    let url = options.to_url_lossy();
    if let Some(password) = url.password() {
        config.password(percent_decode_str(password).decode_utf8().ok()?.as_ref());
    }
    if let Some(database) = options.get_database() {
        config.dbname(database);
    }
    if let Some(settings) = options.get_options() {
        config.options(settings);
    }
    if let Some(name) = options.get_application_name() {
        config.application_name(name);
    }
    Some(config)
}
