//! Two clients define at once: one succeeds, the other is told that it came too late.

use futures_util::future::join_all;
use relata::{Gateway, gateway::Builder};
use rstest_reuse::apply;
use sea_orm::DatabaseConnection;

use super::tables::blog;
use crate::{
    backends,
    support::{Backend, Defining, Server},
};

fn discovered(connection: DatabaseConnection) -> Builder {
    Gateway::builder(connection).discover(&[])
}

/// Both are sent at once; which of them succeeded.
async fn one_succeeds(clients: [(&Server, Defining); 2]) -> usize {
    let answers = join_all(clients.iter().map(|(server, defining)| server.try_define(defining))).await;
    let lost: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert_eq!(lost, ["CONFLICT"], "{answers:?}");
    answers.iter().position(Result::is_ok).unwrap()
}

async fn twenty_rounds(one: &Server, other: &Server) {
    let structure = one.structure_of_data().await;
    for round in 0..20 {
        let (first, second, gone) = match round % 4 {
            // The very same relationship.
            0 => {
                let same = Defining::one_to_many("post_editor", "post", "author", "editor_id");
                (same.clone(), same, "post_editor")
            }
            // Two that want the same column, under names of their own.
            1 => (
                Defining::one_to_many("one", "post", "author", "editor_id"),
                Defining::one_to_many("other", "post", "tag", "editor_id"),
                "",
            ),
            2 => {
                let same = Defining::many_to_many("post_readers", "reader", "post", "author");
                (same.clone(), same, "post_readers")
            }
            // Two that want the same field.
            _ => (
                Defining::one_to_many("one", "draft", "author", "a_id")
                    .with("referencedEntityNavigationPropertyName", "texts"),
                Defining::one_to_many("other", "page", "author", "b_id")
                    .with("referencedEntityNavigationPropertyName", "texts"),
                "",
            ),
        };
        let winner = one_succeeds([(one, first), (other, second)]).await;
        let gone = if gone.is_empty() { ["one", "other"][winner] } else { gone };
        // Whoever made it, either of them may take it back.
        let by = if round % 2 == 0 { one } else { other };
        by.define(&Defining::delete(gone)).await;
        assert_eq!(one.structure_of_data().await, structure, "round {round}");
    }
    assert_eq!(one.number("select count(*) as v from relata_definition").await, 0);
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_clients_of_one_gateway_one_succeeds(#[case] backend: Backend) {
    let Some(server) = blog(backend, "race").await else { return };
    twenty_rounds(&server, &server).await;
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_gateways_over_one_database_one_succeeds(#[case] backend: Backend) {
    let Some(server) = blog(backend, "race_two").await else { return };
    let other = server.another(discovered).await;
    twenty_rounds(&server, &other).await;
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_deleted_twice_at_once_is_gone_once(#[case] backend: Backend) {
    let Some(server) = blog(backend, "race_delete").await else { return };
    let other = server.another(discovered).await;
    for _ in 0..10 {
        server.define(&Defining::one_to_many("post_editor", "post", "author", "editor_id")).await;
        let delete = Defining::delete("post_editor");
        let (first, second) = tokio::join!(server.try_define(&delete), other.try_define(&delete));
        let lost = [first, second].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert!(lost.len() == 1 && ["NOT_FOUND", "CONFLICT"].contains(&lost[0].as_str()), "{lost:?}");
        assert!(server.column("post", "editor_id").await.is_none());
    }
}

#[apply(backends)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_gateway_that_is_behind_defines_on_top_of_what_others_defined(#[case] backend: Backend) {
    let Some(server) = blog(backend, "race_apart").await else { return };
    let other = server.another(discovered).await;
    for (client, name, referencing) in [(&server, "a", "draft"), (&other, "b", "tag"), (&server, "c", "page")] {
        client.define(&Defining::one_to_many(name, referencing, "author", &format!("{name}_id"))).await;
    }
    for client in [&server, &other] {
        client.data("{ drafts { a { id } } tags { b { id } } pages { c { id } } }").await;
    }
    // What another has taken back is not there any more, and its names are free.
    other.define(&Defining::delete("a")).await;
    assert_eq!(server.try_define(&Defining::delete("a")).await, Err("NOT_FOUND".to_owned()));
    server.define(&Defining::one_to_many("a", "draft", "author", "a_id")).await;
}
