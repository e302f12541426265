//! Cases 89 to 91: cascade configurations, what they are called, and those that mean nothing here.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Defining, Server, cast},
};

fn owner() -> Defining {
    Defining::one_to_many("desk_owner", "desk", "team", "owner_id")
}

async fn told(server: &Server, schema_name: &str) -> (Value, Value) {
    let definition = server.one_to_many(schema_name).await;
    (definition["cascadeConfiguration"]["delete"].clone(), definition["behavior"].clone())
}

#[apply(backends)]
#[tokio::test]
async fn c089_a_mix_that_equals_a_preset_is_that_preset(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c089").await else { return };
    let nothing = json!({ "assign": "NO_CASCADE", "merge": "NO_CASCADE", "reparent": "NO_CASCADE",
        "rollupView": "NO_CASCADE", "share": "NO_CASCADE", "unshare": "NO_CASCADE" });
    let and = |delete: &str| {
        let mut all = nothing.clone();
        all["delete"] = delete.into();
        all
    };
    for (cascade, delete, behavior, action) in [
        (json!(null), "REMOVE_LINK", "REFERENTIAL", "SET NULL"),
        (json!({}), "REMOVE_LINK", "REFERENTIAL", "SET NULL"),
        (nothing.clone(), "REMOVE_LINK", "REFERENTIAL", "SET NULL"),
        (and("CASCADE"), "CASCADE", "PARENTAL", "CASCADE"),
        (and("RESTRICT"), "RESTRICT", "REFERENTIAL_RESTRICT_DELETE", "NO ACTION"),
        (json!({ "behavior": "PARENTAL" }), "CASCADE", "PARENTAL", "CASCADE"),
        (json!({ "behavior": "REFERENTIAL" }), "REMOVE_LINK", "REFERENTIAL", "SET NULL"),
        (json!({ "behavior": "REFERENTIAL_RESTRICT_DELETE" }), "RESTRICT", "REFERENTIAL_RESTRICT_DELETE", "NO ACTION"),
        (json!({ "behavior": "CUSTOM", "delete": "CASCADE" }), "CASCADE", "PARENTAL", "CASCADE"),
        (json!({ "behavior": "CUSTOM", "delete": "REMOVE_LINK" }), "REMOVE_LINK", "REFERENTIAL", "SET NULL"),
        (json!({ "behavior": "PARENTAL", "delete": "CASCADE" }), "CASCADE", "PARENTAL", "CASCADE"),
    ] {
        server.define(&owner().with("cascade", cascade.clone())).await;
        assert_eq!(told(&server, "desk_owner").await, (json!(delete), json!(behavior)), "{cascade}");
        let keys = server.foreign_keys("desk").await;
        assert!(keys.contains(&format!("owner_id -> team(id) {action}")), "{cascade}: {keys:?}");
        server.define(&Defining::delete("desk_owner")).await;
    }
    // The same of what was found.
    assert_eq!(told(&server, "aide_boss").await, (json!("CASCADE"), json!("PARENTAL")));
    assert_eq!(told(&server, "badge_boss").await, (json!("REMOVE_LINK"), json!("REFERENTIAL")));
    assert_eq!(told(&server, "bill_boss").await, (json!("RESTRICT"), json!("REFERENTIAL_RESTRICT_DELETE")));
}

#[apply(backends)]
#[tokio::test]
async fn c089_a_preset_that_contradicts_itself_is_invalid(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c089_invalid").await else { return };
    server.define(&Defining::one_to_many("desk_room", "desk", "team", "room_id")).await;
    for cascade in [
        json!({ "behavior": "CUSTOM" }),
        json!({ "behavior": "PARENTAL", "delete": "RESTRICT" }),
        json!({ "behavior": "REFERENTIAL", "delete": "CASCADE" }),
        json!({ "behavior": "REFERENTIAL_RESTRICT_DELETE", "delete": "REMOVE_LINK" }),
    ] {
        server.refuses_to_define(&owner().with("cascade", cascade.clone()), "INVALID").await;
        server.refuses_to_define(&Defining::update("desk_room", json!({ "cascade": cascade })), "INVALID").await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn c090_a_second_cascading_relationship_is_a_conflict(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c090").await else { return };
    // Toys go with their child already.
    let parental = |name: &str, referencing: &str, referenced: &str, column: &str| {
        Defining::one_to_many(name, referencing, referenced, column).with("cascade.delete", "CASCADE")
    };
    let second = parental("toy_owner", "toy", "person", "owner_id");
    let extensions = server.refuses_to_define(&second, "CONFLICT").await;
    assert_eq!(extensions["entity"], "toy");
    server.refuses_to_define(&parental("toy_part", "toy", "toy", "whole_id"), "CONFLICT").await;
    server.define(&second.with("cascade.delete", "RESTRICT")).await;
    let update = |name: &str| Defining::update(name, json!({ "cascade": { "delete": "CASCADE" } }));
    server.refuses_to_define(&update("toy_owner"), "CONFLICT").await;

    server.define(&parental("desk_owner", "desk", "team", "owner_id")).await;
    server.refuses_to_define(&parental("desk_room", "desk", "branch", "room_id"), "CONFLICT").await;
    server.refuses_to_define(&update("desk_person"), "CONFLICT").await;
    // To be the one that others go with is no matter.
    server.define(&parental("team_club", "team", "person", "club_id")).await;
    // What cascades already may be said again, and what gives it up makes room.
    server.define(&update("desk_owner")).await;
    server.define(&Defining::update("desk_owner", json!({ "cascade": { "delete": "REMOVE_LINK" } }))).await;
    server.define(&update("desk_person")).await;
    server.refuses_to_define(&update("desk_owner"), "CONFLICT").await;
}

#[apply(backends)]
#[tokio::test]
async fn c090_targets_of_one_lookup_may_all_cascade(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c090_targets").await else { return };
    let lookup = |referencing: &str| {
        Defining::multi_table(&format!("{referencing}_about"), referencing, "about_id", &["branch", "team"])
            .with("targets.0.cascade.delete", "CASCADE")
            .with("targets.1.cascade.delete", "CASCADE")
    };
    server.define(&lookup("desk")).await;
    server.define(&Defining::target("desk_about", "person").with("cascade.delete", "CASCADE")).await;
    // But not beside a relationship of another kind.
    server.refuses_to_define(&lookup("toy"), "CONFLICT").await;
    let beside = Defining::one_to_many("desk_owner", "desk", "boss", "owner_id").with("cascade.delete", "CASCADE");
    server.refuses_to_define(&beside, "CONFLICT").await;
    let second =
        Defining::multi_table("desk_for", "desk", "for_id", &["boss"]).with("targets.0.cascade.delete", "CASCADE");
    server.refuses_to_define(&second, "CONFLICT").await;
}

#[apply(backends)]
#[tokio::test]
async fn c091_what_an_action_cannot_do_is_invalid_and_what_means_nothing_here_unsupported(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c091").await else { return };
    server.define(&Defining::one_to_many("desk_room", "desk", "team", "room_id")).await;
    let all = ["NO_CASCADE", "CASCADE", "ACTIVE", "USER_OWNED", "REMOVE_LINK", "RESTRICT"];
    let ownership =
        [None, Some("UNSUPPORTED"), Some("UNSUPPORTED"), Some("UNSUPPORTED"), Some("INVALID"), Some("INVALID")];
    let merge = [None, Some("UNSUPPORTED"), Some("INVALID"), Some("INVALID"), Some("INVALID"), Some("INVALID")];
    for (action, verdicts) in [
        ("delete", [Some("INVALID"), None, Some("INVALID"), Some("INVALID"), None, None]),
        ("assign", ownership),
        ("reparent", ownership),
        ("share", ownership),
        ("unshare", ownership),
        ("rollupView", ownership),
        ("merge", merge),
    ] {
        for (value, verdict) in all.into_iter().zip(verdicts) {
            let create = owner().with("cascade", json!({ action: value })).dry();
            let update = Defining::update("desk_room", json!({ "cascade": { action: value } })).dry();
            for defining in [create, update] {
                let answer = server.try_define(&defining).await;
                let code = answer.err();
                assert_eq!(code.as_deref(), verdict, "{action} {value}");
            }
        }
    }
    // Nothing of it is stored, and one refused action refuses the whole.
    let mixed = owner().with("cascade", json!({ "delete": "RESTRICT", "share": "CASCADE" }));
    server.refuses_to_define(&mixed, "UNSUPPORTED").await;
    server.refuses_to_define(&owner().with("cascade", json!({ "delete": "ACTIVE" })), "INVALID").await;
    server.refuses_to_define(&owner().with("cascade", json!({ "assign": "RESTRICT" })), "INVALID").await;
    assert_eq!(told(&server, "desk_room").await, (json!("REMOVE_LINK"), json!("REFERENTIAL")));
}
