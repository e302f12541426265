//! The page on definitions does what it says: its examples run in order, and what they leave is looked at with plain SQL.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    readme::examples,
    ref_semantics::shows,
    support::{Backend, Server, demo_of_its_own},
};

#[apply(backends)]
#[tokio::test]
async fn every_example_of_the_page_on_definitions_answers_as_it_says(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "define_docs").await else { return };
    let structure = server.structure_of_data().await;
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/definitions.md")).unwrap();
    let examples = examples(&page);
    assert!(examples.len() >= 20);
    for (operation, shown) in examples {
        let answer = if backend == Backend::MariaDb && operation.matches("deleteRelationship(").count() > 1 {
            one_by_one(&server, &operation).await
        } else {
            server.run(&operation, json!({})).await
        };
        let shown: Value = serde_json::from_str(&shown).unwrap();
        if shown.get("errors").is_some() {
            assert!(shows(&shown, &answer), "{operation}\n{answer:#}");
        } else {
            assert_eq!(answer, json!({ "data": shown }), "{operation}\n{answer:#}");
        }
    }

    // All that was made has gone; the records and the override stay.
    assert_eq!(server.structure_of_data().await, structure);
    assert_eq!(server.texts("select schema_name as v from relata_definition").await, ["task_list"]);
    assert_eq!(server.number("select count(*) as v from task where subject = 'Call back'").await, 1);
    assert_eq!(server.number("select count(*) as v from systemuser where fullname = 'Robin Novak'").await, 1);
}

/// Where nothing brings back what is dropped, an operation drops one thing only.
async fn one_by_one(server: &Server, operation: &str) -> Value {
    let refused = server.run(operation, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNSUPPORTED", "{operation}");
    let mut data = json!({});
    for field in operation.lines().filter(|line| line.contains("deleteRelationship(")) {
        let answer = server.run(&format!("mutation {{ {field} }}"), json!({})).await;
        let answer = answer["data"].as_object().cloned().unwrap();
        data.as_object_mut().unwrap().extend(answer);
    }
    json!({ "data": data })
}

#[test]
fn the_page_explains_every_definition_mutation() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/definitions.md")).unwrap();
    for mutation in [
        "createOneToManyRelationship",
        "createManyToManyRelationship",
        "createMultiTableLookup",
        "addMultiTableLookupTarget",
        "updateRelationship",
        "deleteRelationship",
    ] {
        let call = format!("{mutation}(");
        let shown = examples(&page).iter().any(|(operation, _)| operation.contains(&call));
        assert!(shown, "no example of {mutation}");
    }
}
