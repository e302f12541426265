//! Case 77: intersect tables over keys of several types, and several of them between the same entities.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Defining, cast, pluck, scratch},
};

#[apply(backends)]
#[tokio::test]
async fn c077_the_columns_of_pairs_are_of_the_types_of_the_keys(#[case] backend: Backend) {
    let sql = "create table memo (code varchar(12) primary key, label varchar(20));
        create table tome (id bigint primary key, label varchar(20));
        insert into memo values ('a''b', 'one'); insert into tome values (9007199254740993, 'two');";
    let Some(server) = scratch(backend, "c077_keys", sql).await else { return };
    server.define(&Defining::many_to_many("memo_tomes", "memo_tome", "memo", "tome")).await;
    assert_eq!(server.primary_key("memo_tome").await, ["memo_id", "tome_id"]);
    let (text, _) = server.column("memo", "code").await.unwrap();
    assert_eq!(server.column("memo_tome", "memo_id").await, Some((text, false)));
    let (wide, _) = server.column("tome", "id").await.unwrap();
    assert_eq!(server.column("memo_tome", "tome_id").await, Some((wide, false)));
    server
        .write(
            "mutation { associateMemoMemoTomes(key: {code: \"a'b\"}, refs: [{id: \"9007199254740993\"}]) { changed } }",
        )
        .await;
    let joined = "select count(*) as v from memo_tome join memo on memo.code = memo_id join tome on tome.id = tome_id";
    assert_eq!(server.number(joined).await, 1);
    let data = server.data("{ tomes { memoTomes { label memoTomes { label } } } }").await;
    assert_eq!(data["tomes"], json!([{ "memoTomes": [{ "label": "one", "memoTomes": [{ "label": "two" }] }] }]));
}

#[apply(backends)]
#[tokio::test]
async fn c077_several_between_the_same_entities_are_apart(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c077_several").await else { return };
    let fields = server.fields().await;
    for name in ["team_leads", "team_guests"] {
        server.define(&Defining::many_to_many(name, &format!("{name}_pair"), "team", "user")).await;
    }
    server
        .write(
            "mutation { associateTeamTeamLeads(key: {id: 1}, refs: [{id: 1}]) { changed }
            associateUserTeamGuests(key: {id: 2}, refs: [{id: 1}, {id: 7}]) { changed } }",
        )
        .await;
    let data = server
        .data("{ team(key: {id: 1}) { teamLeads { id } teamGuests { id } users(orderBy: [{id: ASC}]) { id } } }")
        .await;
    assert_eq!(pluck(&data["team"]["teamLeads"], "id"), ["1"]);
    assert_eq!(pluck(&data["team"]["teamGuests"], "id"), ["2"]);
    // The one that was there before has its names and its pairs.
    assert_eq!(pluck(&data["team"]["users"], "id"), ["1", "2"]);
    assert!(fields.is_subset(&server.fields().await));
    server.define(&Defining::delete("team_leads")).await;
    let data = server.data("{ team(key: {id: 1}) { teamGuests { id } users { id } } }").await;
    assert_eq!(pluck(&data["team"]["teamGuests"], "id"), ["2"]);
    server.lacks("{ teams { teamLeads { id } } }").await;
}

#[apply(backends)]
#[tokio::test]
async fn c077_an_intersect_is_read_and_not_written_itself(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c077_readonly").await else { return };
    server.define(&Defining::many_to_many("badge_holders", "badge_holder", "user", "badge")).await;
    server.write("mutation { associateUserBadgeHolders(key: {id: 1}, refs: [{id: 2}]) { changed } }").await;
    for mutation in ["createBadgeHolder", "updateBadgeHolder", "deleteBadgeHolder", "upsertBadgeHolder"] {
        assert!(!server.offers(mutation).await, "{mutation}");
    }
    let data = server.data("{ badgeHolders { userId badgeId user { name } badge { name } } }").await;
    let expected = json!([{ "userId": 1, "badgeId": 2, "user": { "name": "U1" }, "badge": { "name": "G2" } }]);
    assert_eq!(data["badgeHolders"], expected);
    // Its two lookups are definitions like those of a discovered intersect.
    let discovered = "{ relationshipDefinitions(where: {referencingEntity: \"membership\"}) { schemaName kind } }";
    let defined = "{ relationshipDefinitions(where: {referencingEntity: \"badgeHolder\"}) { schemaName kind } }";
    let count = async |query: &str| server.data(query).await["relationshipDefinitions"].as_array().unwrap().len();
    assert_eq!(count(defined).await, count(discovered).await);
}
