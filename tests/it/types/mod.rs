//! Values of every type survive: what is created through the gateway is read back as the same, is what plain SQL finds,
//! is found by filters, cursors and keys, and links records where it may be a key.

mod column;
mod special;
mod values;
mod walk;

use std::rc::Rc;

use rstest_reuse::apply;
use tokio::task::LocalSet;

use crate::{
    backends,
    support::{Backend, scratch},
};

/// How many values of each type are tried.
const VALUES: usize = 14;

#[apply(backends)]
#[tokio::test]
async fn values_of_every_type_survive(#[case] backend: Backend) {
    let columns = column::all(backend);
    let tables: String = columns.iter().enumerate().map(|(number, column)| column.tables(number)).collect();
    let statements = format!("{}{tables}", column::types(backend));
    let Some(server) = scratch(backend, "types_survive", &statements).await else { return };
    let server = Rc::new(server);
    let mut broken = Vec::new();
    // Each in a task of its own, so that every type that fails is told.
    for (number, column) in columns.into_iter().enumerate() {
        let (server, declared) = (Rc::clone(&server), column.declared);
        let task = async move {
            let values = values::of(&column, VALUES);
            assert!(values.len() > 1, "{declared}");
            walk::survive(&server, number, &column, &values).await;
            if column.is_key {
                walk::link(&server, number, &column, &values).await;
            }
        };
        let set = LocalSet::new();
        let task = set.spawn_local(task);
        if set.run_until(task).await.is_err() {
            broken.push(declared);
        }
    }
    assert!(broken.is_empty(), "{broken:?}");
}
