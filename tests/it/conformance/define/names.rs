//! Case 78: names that are in use or cannot be used.

use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, Defining, cast},
};

/// What a definition of toys' owners is refused for, one value changed.
async fn check(server: &crate::support::Server, path: &str, value: &str, code: &str) {
    let defining = Defining::one_to_many("toy_owner", "toy", "person", "owner_id").with(path, value);
    server.refuses_to_define(&defining, code).await;
}

#[apply(backends)]
#[tokio::test]
async fn c078_a_name_that_is_there_is_a_conflict_and_runs_no_ddl(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c078_taken").await else { return };
    // The names of a relationship, a column, an attribute, and fields at either end.
    check(&server, "schemaName", "toy_child", "CONFLICT").await;
    check(&server, "lookup.name", "child_id", "CONFLICT").await;
    check(&server, "lookup.name", "weight", "CONFLICT").await;
    check(&server, "referencingEntityNavigationPropertyName", "child", "CONFLICT").await;
    check(&server, "referencingEntityNavigationPropertyName", "weight", "CONFLICT").await;
    check(&server, "referencedEntityNavigationPropertyName", "desk", "CONFLICT").await;
    check(&server, "referencedEntityNavigationPropertyName", "name", "CONFLICT").await;
    check(&server, "referencedEntityNavigationPropertyName", "followersConnection", "CONFLICT").await;

    server.define(&Defining::one_to_many("toy_owner", "toy", "person", "owner_id")).await;
    let again = Defining::one_to_many("toy_owner", "toy", "person", "owner_id");
    server.refuses_to_define(&again, "CONFLICT").await;
    server.refuses_to_define(&again.with("schemaName", "toy_other"), "CONFLICT").await;
}

#[apply(backends)]
#[tokio::test]
async fn c078_an_intersect_in_use_is_a_conflict(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c078_intersect").await else { return };
    let pairs = |table: &str| Defining::many_to_many("toy_fans", table, "toy", "person");
    for table in ["membership", "parent", "MEMBERSHIP", "users", "user", "order"] {
        let extensions = server.refuses_to_define(&pairs(table), "CONFLICT").await;
        assert!(extensions["code"] == "CONFLICT", "{table}");
    }
    server.refuses_to_define(&pairs("toy_fan").with("schemaName", "membership"), "CONFLICT").await;
    server.refuses_to_define(&pairs("toy_fan").with("entity1.navigationPropertyName", "child"), "CONFLICT").await;
    server.refuses_to_define(&pairs("toy_fan").with("entity2.navigationPropertyName", "followers"), "CONFLICT").await;
}

#[apply(backends)]
#[tokio::test]
async fn c078_a_name_that_is_no_identifier_or_too_long_is_invalid(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c078_invalid").await else { return };
    let long = "a".repeat(60);
    for path in ["schemaName", "lookup.name"] {
        for name in ["", "1st", "a-b", "relata_owner", &long] {
            check(&server, path, name, "INVALID").await;
        }
    }
    for path in ["referencingEntityNavigationPropertyName", "referencedEntityNavigationPropertyName"] {
        for name in ["", "1st", "a-b", "__owner", &"a".repeat(101)] {
            check(&server, path, name, "INVALID").await;
        }
    }
    // As long as they may be.
    let name = "b".repeat(59);
    let longest = Defining::one_to_many(&name, "toy", "person", &"c".repeat(59))
        .with("referencingEntityNavigationPropertyName", "d".repeat(100))
        .with("referencedEntityNavigationPropertyName", "e".repeat(100));
    server.define(&longest).await;
    server
        .write(&format!(
            "mutation {{ updateToy(key: {{id: 1}}, input: {{{}: {{ref: {{id: 1}}}}}}) {{ outcome }} }}",
            "d".repeat(100)
        ))
        .await;
    assert!(server.indexes("toy").await.iter().any(|index| index.starts_with(&format!("ix_{name}"))));
    server.define(&Defining::delete(&name)).await;
}
