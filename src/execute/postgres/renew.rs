//! Connections of a pool that prepare their statements anew, because somebody has changed a column since.

use std::time::Duration;

use sqlx::{Connection, PgPool, Postgres, pool::PoolConnection};

/// How long connections are waited for that are busy. All others wait meanwhile.
const MOST: Duration = Duration::from_millis(500);

/// How often is looked whether one is back.
const LOOK: Duration = Duration::from_millis(1);

/// Lets the connections of a pool forget the statements that are prepared on them. Those that are busy for long keep theirs.
pub(in crate::execute) async fn renew(pool: &PgPool) {
    // Held until the last one: each is another one.
    let mut held = Vec::new();
    match tokio::time::timeout(MOST, renew_all(pool, &mut held)).await {
        Ok(Ok(())) => tracing::info!(connections = held.len(), "statements are prepared anew"),
        Ok(Err(error)) => tracing::debug!(%error, "a connection could not be asked to forget its statements"),
        Err(_) => tracing::debug!("some connections are busy and keep their statements"),
    }
}

async fn renew_all(pool: &PgPool, held: &mut Vec<PoolConnection<Postgres>>) -> Result<(), sqlx::Error> {
    while held.len() < pool.size() as usize {
        // A pool that has not all of its connections yet would open another one instead of waiting for one that is busy.
        let is_full = pool.size() >= pool.options().get_max_connections();
        let connection = if is_full { Some(pool.acquire().await?) } else { pool.try_acquire() };
        match connection {
            Some(mut connection) => {
                connection.clear_cached_statements().await?;
                held.push(connection);
            }
            None => tokio::time::sleep(LOOK).await,
        }
    }
    Ok(())
}
