//! Case 92: one hierarchy per entity.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Defining, cast},
};

fn superior() -> Defining {
    Defining::one_to_many("person_superior", "person", "person", "superior_id").with("isHierarchical", true)
}

#[apply(backends)]
#[tokio::test]
async fn c092_a_second_hierarchy_of_an_entity_is_a_conflict(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c092_second").await else { return };
    // One that the builder declared counts.
    let deputy = Defining::one_to_many("branch_deputy", "branch", "branch", "deputy_id");
    server.refuses_to_define(&deputy.clone().with("isHierarchical", true), "CONFLICT").await;
    server.define(&deputy).await;
    let update = |name: &str, value: bool| Defining::update(name, json!({ "isHierarchical": value }));
    server.refuses_to_define(&update("branch_deputy", true), "CONFLICT").await;

    server.define(&superior()).await;
    let second = Defining::one_to_many("person_mentor", "person", "person", "mentor_id");
    server.refuses_to_define(&second.clone().with("isHierarchical", true), "CONFLICT").await;
    server.define(&second).await;
    server.refuses_to_define(&update("person_mentor", true), "CONFLICT").await;
    // Once the first is none any more, the second may be one.
    server.define(&update("person_superior", false)).await;
    server.define(&update("person_mentor", true)).await;
    assert_eq!(server.one_to_many("person_mentor").await["isHierarchical"], true);
    server.refuses_to_define(&update("person_superior", true), "CONFLICT").await;
}

#[apply(backends)]
#[tokio::test]
async fn c092_a_hierarchy_of_two_entities_is_invalid(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c092_invalid").await else { return };
    let other = Defining::one_to_many("toy_owner", "toy", "person", "owner_id");
    server.refuses_to_define(&other.clone().with("isHierarchical", true), "INVALID").await;
    server.define(&other).await;
    server.refuses_to_define(&Defining::update("toy_owner", json!({ "isHierarchical": true })), "INVALID").await;
    server.refuses_to_define(&Defining::update("toy_child", json!({ "isHierarchical": true })), "INVALID").await;
    server.refuses_to_define(&Defining::update("follow", json!({ "isHierarchical": true })), "INVALID").await;
    server.define(&Defining::update("toy_owner", json!({ "isHierarchical": false }))).await;
}

#[apply(backends)]
#[tokio::test]
async fn c092_no_record_comes_to_stand_above_itself(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c092_cycle").await else { return };
    server.define(&superior()).await;
    assert_eq!(server.one_to_many("person_superior").await["isHierarchical"], true);
    server
        .write(
            "mutation { a: associatePersonSuperior(key: {id: 2}, ref: {id: 1}) { changed }
            b: associatePersonSuperior(key: {id: 3}, ref: {id: 2}) { changed } }",
        )
        .await;
    for circle in ["key: {id: 1}, ref: {id: 3}", "key: {id: 1}, ref: {id: 1}"] {
        server.refuses(&format!("mutation {{ associatePersonSuperior({circle}) {{ changed }} }}"), "CYCLE").await;
    }
    // Without the hierarchy there is nothing against it.
    server.define(&Defining::update("person_superior", json!({ "isHierarchical": false }))).await;
    server.write("mutation { associatePersonSuperior(key: {id: 1}, ref: {id: 3}) { changed } }").await;
}
