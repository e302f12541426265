//! Databases that follow the one that is written to, a little behind it: queries go to them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::pool::Pool;

/// How often one that is away is asked whether it is back.
const LOOK: Duration = Duration::from_secs(1);

/// The replicas of a database, each asked in its turn. Clones share the turns.
#[derive(Debug, Clone, Default)]
pub(super) struct Replicas {
    all: Arc<[Replica]>,
    turn: Arc<AtomicUsize>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Replica {
    pub(super) pool: Pool,
    /// Nobody waits for it until it answers again.
    is_away: Arc<AtomicBool>,
}

impl Replicas {
    pub(super) fn new(pools: Vec<Pool>) -> Self {
        let all = pools.into_iter().map(|pool| Replica { pool, is_away: Arc::default() });
        Self { all: all.collect(), turn: Arc::default() }
    }

    /// The same, with connections of their own for reads.
    pub(super) fn reading_directly(&self) -> Self {
        Self::new(self.all.iter().map(|replica| replica.pool.clone().reading_directly()).collect())
    }

    /// The one whose turn it is, of those that are not away; nothing where there is none.
    pub(super) fn next(&self) -> Option<&Replica> {
        let count = self.all.len();
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut turns = (0..count).filter_map(|step| self.all.get(first.wrapping_add(step) % count));
        turns.find(|replica| !replica.is_away.load(Ordering::Relaxed))
    }
}

impl Replica {
    /// Leaves it out until it answers again, which is looked for beside all requests.
    pub(super) fn leave_out(&self, reason: &dyn std::error::Error) {
        if self.is_away.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::warn!(%reason, "a replica is away: queries go elsewhere until it is back");
        let (pool, is_away) = (self.pool.clone(), Arc::downgrade(&self.is_away));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK).await;
                // The gateway has ended.
                let Some(is_away) = is_away.upgrade() else { return };
                if pool.ping().await.is_ok() {
                    is_away.store(false, Ordering::Relaxed);
                    tracing::info!("a replica is back");
                    return;
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::SqlitePoolOptions;

    use super::*;

    #[tokio::test]
    async fn each_replica_has_its_turn() {
        let replicas = Replicas::new(
            (1..=3)
                .map(|size| SqlitePoolOptions::new().max_connections(size).connect_lazy("sqlite::memory:"))
                .map(|pool| Pool::Sqlite(pool.expect("it is lazy"), None, None))
                .collect(),
        );
        let sizes = (0..5).map(|_| match replicas.next() {
            Some(Replica { pool: Pool::Sqlite(pool, ..), .. }) => pool.options().get_max_connections(),
            _ => 0,
        });
        assert_eq!(sizes.collect::<Vec<_>>(), [1, 2, 3, 1, 2]);
        assert!(Replicas::default().next().is_none());
    }
}
