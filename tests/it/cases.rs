//! The operations whose SQL is checked in run, and every database gives the same answer to them.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Backend, demo};

#[tokio::test]
async fn every_case_gets_the_same_answer_everywhere() {
    let (Some(sqlite), Some(postgres)) = (demo(Backend::Sqlite).await, demo(Backend::Postgres).await) else { return };
    for (query, variables) in corpus() {
        let answer = sqlite.data_with(&query, variables.clone()).await;
        assert_eq!(answer, postgres.data_with(&query, variables).await, "{query}");
    }
}

/// The operations, and their variables.
pub(crate) fn corpus() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/read");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let operations = files.filter(|file| file.extension().is_some_and(|extension| extension == "graphql"));
    let operation = |file| {
        let query = std::fs::read_to_string(file).unwrap();
        let variables = query.lines().next().and_then(|line| line.strip_prefix("# "));
        let variables = variables.map_or_else(|| json!({}), |text| serde_json::from_str(text).unwrap());
        (query, variables)
    };
    operations.map(operation).collect()
}
