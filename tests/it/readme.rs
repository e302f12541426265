//! The README's examples answer what the README says.

use rstest_reuse::apply;
use serde_json::Value;

use crate::{
    backends,
    support::{Backend, demo_of_its_own},
};

/// Each `graphql` block with the `json` block that follows it.
pub(crate) fn examples(text: &str) -> Vec<(String, String)> {
    let mut examples = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("```graphql\n") {
        let (query, after) = after.split_once("```").unwrap();
        let (_, after) = after.split_once("```json\n").unwrap();
        let (answer, after) = after.split_once("```").unwrap();
        examples.push((query.to_owned(), answer.to_owned()));
        rest = after;
    }
    examples
}

#[apply(backends)]
#[tokio::test]
async fn every_example_of_the_readme_answers_as_it_says(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "readme").await else { return };
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let examples = examples(&readme);
    assert!(examples.len() >= 5);
    for (query, answer) in examples {
        let expected: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(server.data(&query).await, expected, "{query}");
    }
}
