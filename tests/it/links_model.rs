//! Random sequences of link operations on a small graph, against a plain model of what they mean: after each step the
//! tables say what the model says, and both ends of every link agree with it.
//!
//! The sequences are the same on every run. `RELATA_LINK_SEQUENCES` is how many there are, on each database;
//! `RELATA_LINK_SEED` is a number that gives others.

mod attempt;
mod graph;
mod model;
mod random;
mod run;
mod step;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::support::Backend;

#[test]
fn random_sequences_of_link_operations_do_what_the_model_says_on_sqlite() {
    check(Backend::Sqlite, 2000);
}

#[test]
fn random_sequences_of_link_operations_do_what_the_model_says_on_postgres() {
    check(Backend::Postgres, 400);
}

#[test]
fn random_sequences_of_link_operations_do_what_the_model_says_on_mariadb() {
    check(Backend::MariaDb, 300);
}

/// A number from the environment.
fn setting(name: &str) -> Option<u32> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

fn check(backend: Backend, sequences: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let Some(run) = runtime.block_on(run::Run::start(backend)) else { return };
    let config = Config {
        cases: setting("RELATA_LINK_SEQUENCES").unwrap_or(sequences),
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&setting("RELATA_LINK_SEED").unwrap_or_default().to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let result = runner.run(&random::sequence(), |operations| {
        runtime.block_on(run.sequence(&operations)).map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => run.report(),
        Err(TestError::Fail(reason, operations)) => {
            let lines: Vec<String> = operations.iter().map(|operation| format!("{operation:?}")).collect();
            panic!("{reason}\nafter\n{}", lines.join("\n"));
        }
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}
