//! Databases that follow the one that is written to, a little behind it: queries go to them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::pool::Pool;

/// The replicas of a database, each asked in its turn. Clones share the turns.
#[derive(Debug, Clone, Default)]
pub(super) struct Replicas {
    pools: Vec<Pool>,
    turn: Arc<AtomicUsize>,
}

impl Replicas {
    pub(super) fn new(pools: Vec<Pool>) -> Self {
        Self { pools, turn: Arc::default() }
    }

    /// The one whose turn it is; nothing where there is none.
    pub(super) fn next(&self) -> Option<&Pool> {
        let count = self.pools.len();
        if count == 0 { None } else { self.pools.get(self.turn.fetch_add(1, Ordering::Relaxed) % count) }
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
                .map(|pool| Pool::Sqlite(pool.expect("it is lazy")))
                .collect(),
        );
        let sizes = (0..5).map(|_| match replicas.next() {
            Some(Pool::Sqlite(pool)) => pool.options().get_max_connections(),
            _ => 0,
        });
        assert_eq!(sizes.collect::<Vec<_>>(), [1, 2, 3, 1, 2]);
        assert!(Replicas::default().next().is_none());
    }
}
