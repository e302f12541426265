//! Cases 86 and 87: definitions that go, and those that must stay.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Defining, Server, cast, text},
};

#[apply(backends)]
#[tokio::test]
async fn c086_a_lookup_goes_with_column_key_and_index_and_records_stay(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c086_lookup").await else { return };
    let (fields, structure, state) = (server.fields().await, server.structure_of_data().await, server.state().await);
    let sdl = server.sdl().await;
    for (name, unique) in [("toy_owner", false), ("toy_keeper", true)] {
        let defining = Defining::one_to_many(name, "toy", "person", "owner_id").with("lookup.unique", unique);
        server.define(&defining).await;
        server.write("mutation { associateToyOwner(key: {id: 1}, ref: {id: 1}) { changed } }").await;
        let payload = server.define(&Defining::delete(name)).await;
        assert_eq!(payload["schemaName"], name);
        assert_eq!((&payload["relationship"], &payload["relationships"]), (&json!(null), &json!([])));
        assert!(payload["breakingChanges"].to_string().contains("owner"), "{}", payload["breakingChanges"]);
        server.lacks("{ toys { owner { id } } }").await;
        server.lacks("{ people { toys { id } } }").await;
        assert_eq!(server.structure_of_data().await, structure);
        assert_eq!(server.fields().await, fields);
        assert!(server.sdl().await == sdl);
        let now = server.state().await;
        for (table, rows) in &state.tables {
            assert_eq!(&now.tables[table], rows, "{table}");
        }
        server.refuses_to_define(&Defining::delete(name), "NOT_FOUND").await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn c086_an_intersect_goes_and_both_entities_stay(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c086_intersect").await else { return };
    let (structure, sdl) = (server.structure_of_data().await, server.sdl().await);
    server.define(&Defining::many_to_many("badge_holders", "badge_holder", "user", "badge")).await;
    server.write("mutation { associateUserBadgeHolders(key: {id: 1}, refs: [{id: 1}, {id: 2}]) { changed } }").await;
    let payload = server.define(&Defining::delete("badge_holders")).await;
    assert!(!payload["breakingChanges"].as_array().unwrap().is_empty());
    assert!(!server.has_table("badge_holder").await);
    assert_eq!(server.structure_of_data().await, structure);
    assert!(server.sdl().await == sdl);
    assert_eq!(server.number("select count(*) as v from users").await, 3);
    assert_eq!(server.number("select count(*) as v from badge").await, 4);
    server.lacks("{ users { badgeHolders { id } } }").await;
    // All of its names are free again.
    server.define(&Defining::many_to_many("badge_holders", "badge_holder", "badge", "user")).await;
    assert_eq!(server.number("select count(*) as v from badge_holder").await, 0);
}

#[apply(backends)]
#[tokio::test]
async fn c087_what_was_found_as_a_foreign_key_is_not_deleted(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c087_found").await else { return };
    for name in ["toy_child", "membership", "branch_parent", "membership_user", "follow"] {
        server.refuses_to_define(&Defining::delete(name), "FORBIDDEN").await;
    }
    // Not even after something about it was changed.
    server.define(&Defining::update("toy_child", json!({ "description": "noted" }))).await;
    server.refuses_to_define(&Defining::delete("toy_child"), "FORBIDDEN").await;
    for name in ["nothing", "", "TOY_CHILD", "toy", "child_id", "relata_state"] {
        server.refuses_to_define(&Defining::delete(name), "NOT_FOUND").await;
    }
}

/// Refused while something that somebody else made is there; then not any more.
async fn held(server: &Server, schema_name: &str, made: &str, unmade: &str, name: &str) {
    server.execute(made).await;
    for defining in [Defining::delete(schema_name), Defining::delete(schema_name).dry()] {
        let extensions = server.refuses_to_define(&defining, "RESTRICTED").await;
        let dependents: Vec<String> = extensions["dependents"].as_array().unwrap().iter().map(text).collect();
        assert!(dependents.iter().any(|dependent| dependent.contains(name)), "{name} is not in {dependents:?}");
        assert_eq!(dependents.len(), 1, "{dependents:?}");
        assert_eq!(extensions["relationship"], schema_name);
    }
    server.execute(unmade).await;
}

#[apply(backends)]
#[tokio::test]
async fn c087_what_depends_on_a_lookup_is_named(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c087_lookup").await else { return };
    server.define(&Defining::one_to_many("toy_owner", "toy", "person", "owner_id")).await;
    server.write("mutation { associateToyOwner(key: {id: 1}, ref: {id: 1}) { changed } }").await;
    let held = async |made: &str, unmade: &str, name: &str| held(&server, "toy_owner", made, unmade, name).await;
    held("create unique index mine on toy (owner_id, name)", &backend.drop_index("mine", "toy"), "mine").await;
    held("create index slow on toy (weight, owner_id)", &backend.drop_index("slow", "toy"), "slow").await;
    held("create view owned as select id, owner_id from toy", "drop view owned", "owned").await;
    if backend != Backend::MariaDb {
        held("create index half on toy (name) where owner_id is not null", "drop index half", "half").await;
    }
    match backend {
        Backend::Sqlite => {
            let trigger = "create trigger watch after update of owner_id on toy begin select 1; end";
            held(trigger, "drop trigger watch", "watch").await;
            let trigger =
                "create trigger peek after insert on desk begin update toy set owner_id = null where id = 0; end";
            held(trigger, "drop trigger peek", "peek").await;
        }
        Backend::MariaDb => {
            let trigger = "create trigger watch after update on toy for each row begin set @owner = new.owner_id; end";
            held(trigger, "drop trigger watch", "watch").await;
            held(
                "alter table toy add constraint once unique (owner_id, weight)",
                "alter table toy drop constraint once",
                "once",
            )
            .await;
        }
        Backend::Postgres => {
            let function = "create function nothing() returns trigger language plpgsql as $$ begin return new; end $$";
            server.execute(function).await;
            let trigger =
                "create trigger watch after update of owner_id on toy for each row execute function nothing()";
            held(trigger, "drop trigger watch on toy", "watch").await;
            held(
                "alter table toy add constraint once unique (owner_id, weight)",
                "alter table toy drop constraint once",
                "once",
            )
            .await;
            // It is a relationship of its own, and named as such.
            held(
                "alter table toy add constraint twice foreign key (owner_id) references users (id)",
                "alter table toy drop constraint twice",
                "owner",
            )
            .await;
            held(
                "alter table toy add constraint sane check (owner_id > 0)",
                "alter table toy drop constraint sane",
                "sane",
            )
            .await;
            held("create materialized view seen as select owner_id from toy", "drop materialized view seen", "seen")
                .await;
        }
    }
    // What only stands on the same table does not hold it.
    server.execute("create view labels as select id, name from toy").await;
    server.execute("create index heavy on toy (weight)").await;
    server.define(&Defining::delete("toy_owner")).await;
    assert_eq!(server.texts("select name as v from labels order by id").await, ["ball", "kite", "drum"]);
    assert!(server.indexes("toy").await.contains(&"heavy (weight)".to_owned()));
}

#[apply(backends)]
#[tokio::test]
async fn c087_what_depends_on_an_intersect_is_named(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c087_intersect").await else { return };
    server.define(&Defining::many_to_many("badge_holders", "badge_holder", "user", "badge")).await;
    server.write("mutation { associateUserBadgeHolders(key: {id: 1}, refs: [{id: 1}]) { changed } }").await;
    let held = async |made: &str, unmade: &str, name: &str| held(&server, "badge_holders", made, unmade, name).await;
    held("create view holders as select user_id from badge_holder", "drop view holders", "holders").await;
    held(
        "create table remark (id integer primary key, user_id integer, badge_id integer,
            constraint remark_pair foreign key (user_id, badge_id) references badge_holder (user_id, badge_id))",
        "drop table remark",
        "remark",
    )
    .await;
    server.define(&Defining::delete("badge_holders")).await;
    assert!(!server.has_table("badge_holder").await);
}
