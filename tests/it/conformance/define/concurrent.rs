//! Case 88: queries beside definitions that succeed and fail see the old schema or the new one.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Defining, cast},
};

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c088_every_query_sees_the_old_schema_or_the_new_one(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c088").await else { return };
    let (structure, sdl) = (server.structure_of_data().await, server.sdl().await);
    let server = &server;
    let done = AtomicBool::new(false);
    let rounds = async {
        for _ in 0..6 {
            server.define(&Defining::one_to_many("toy_owner", "toy", "person", "owner_id")).await;
            let taken = Defining::one_to_many("toy_other", "toy", "person", "owner_id");
            assert_eq!(server.try_define(&taken).await, Err("CONFLICT".to_owned()));
            assert_eq!(server.try_define(&Defining::delete("toy_child")).await, Err("FORBIDDEN".to_owned()));
            server.define(&Defining::delete("toy_owner")).await;
        }
        done.store(true, Ordering::Relaxed);
    };
    let names = "{ toys(orderBy: [{id: ASC}]) { name child { name } } }";
    let expected = server.data(names).await;
    let new =
        "{ toys(orderBy: [{id: ASC}]) { owner { toys { id } } ownerId } people(orderBy: [{id: ASC}]) { toys { id } } }";
    let read = async || {
        while !done.load(Ordering::Relaxed) {
            assert_eq!(server.data(names).await, expected);
            let answer: Value = server.run(new, json!({})).await;
            if answer.get("errors").is_some() {
                assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{answer:#}");
                assert_eq!(answer.get("data"), None, "{answer:#}");
            } else {
                let toy = json!({ "owner": null, "ownerId": null });
                assert_eq!(answer["data"]["toys"], json!([toy, toy, toy]));
                assert_eq!(answer["data"]["people"][4], json!({ "toys": [] }));
            }
        }
    };
    tokio::join!(rounds, join_all((0..4).map(|_| read())));
    assert_eq!(server.structure_of_data().await, structure);
    assert!(server.sdl().await == sdl);
}
