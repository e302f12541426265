//! Previews change nothing and tell exactly what the definition then does.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Defining, Server, cast},
};

/// A unified difference applied to a text: whatever it does not mention stays.
fn patched(text: &str, diff: &str) -> String {
    let old: Vec<&str> = text.lines().collect();
    let (mut new, mut next) = (Vec::new(), 0);
    for line in diff.lines() {
        if let Some(header) = line.strip_prefix("@@ -") {
            let range = header.split(' ').next().unwrap();
            let (start, count) = range.split_once(',').unwrap_or((range, "1"));
            let (start, count): (usize, usize) = (start.parse().unwrap(), count.parse().unwrap());
            // Where nothing is taken away, the line is the one before.
            let start = if count == 0 { start } else { start - 1 };
            new.extend_from_slice(&old[next..start]);
            next = start;
        } else if next == 0 && (line.starts_with("---") || line.starts_with("+++")) || line.starts_with('\\') {
        } else if let Some(added) = line.strip_prefix('+') {
            new.push(added);
        } else {
            let kept = line.strip_prefix(' ').or_else(|| line.strip_prefix('-')).unwrap_or(line);
            assert_eq!(old[next], kept, "line {} of the schema", next + 1);
            if !line.starts_with('-') {
                new.push(kept);
            }
            next += 1;
        }
    }
    new.extend_from_slice(&old[next..]);
    new.join("\n")
}

#[test]
fn a_difference_is_applied() {
    let diff = "--- a\n+++ b\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n@@ -5,0 +6,1 @@\n+six\n";
    assert_eq!(patched("one\ntwo\nthree\nfour\nfive\nseven\n", diff), "one\n2\nthree\nfour\nfive\nsix\nseven");
}

/// Previews, checks that nothing changed, then does it and compares.
async fn check(server: &Server, defining: &Defining, breaks: bool) {
    let (mark, state, sdl) = (server.ddl_mark().await, server.state().await, server.sdl().await);
    let preview = server.define(&defining.dry()).await;
    assert_eq!(server.ddl_mark().await, mark, "{defining:?}");
    assert_eq!(server.state().await, state, "{defining:?}");
    assert!(server.sdl().await == sdl, "{defining:?}");
    // Twice is no different.
    assert_eq!(server.define(&defining.dry()).await, preview);

    let answer = server.define(defining).await;
    assert_eq!(answer, preview, "{defining:?}");
    let now = server.sdl().await;
    let diff = preview["sdlDiff"].as_str().unwrap();
    let expected = patched(&sdl, diff);
    assert!(expected.trim_end() == now.trim_end(), "{defining:?}\n{diff}");
    assert_eq!(diff.is_empty(), sdl == now, "{defining:?}\n{diff}");
    let breaking = preview["breakingChanges"].as_array().unwrap();
    assert_eq!(!breaking.is_empty(), breaks, "{defining:?}\n{breaking:#?}");
    assert!(breaking.iter().all(|change| change.as_str().is_some_and(|text| !text.is_empty())));
    // Records are told beside what is done to tables: those that pointed at a target that goes.
    let ddl = preview["ddl"].as_array().unwrap();
    let is_for_tables = ddl.iter().any(|statement| !statement.as_str().unwrap().starts_with("UPDATE"));
    assert_eq!(server.ddl_mark().await != mark, is_for_tables, "{defining:?}\n{ddl:#?}");
    // The gateway's own tables are none of the client's business.
    let shown = preview.to_string();
    assert!(!shown.contains("relata_state") && !shown.contains("relata_definition"), "{preview:#}");
}

#[apply(backends)]
#[tokio::test]
async fn every_preview_is_what_then_happens(#[case] backend: Backend) {
    let Some(server) = cast(backend, "dry_run").await else { return };
    // Whatever the gateway needs for itself is there before anything is compared.
    server.define(&Defining::one_to_many("first", "desk", "team", "first_id")).await;
    let owner = Defining::one_to_many("toy_owner", "toy", "person", "owner_id");
    check(&server, &owner.clone().with("description", "whose"), false).await;
    check(&server, &Defining::update("toy_owner", json!({ "cascade": { "delete": "RESTRICT" } })), false).await;
    check(&server, &Defining::update("toy_owner", json!({ "description": "other" })), false).await;
    check(&server, &Defining::update("toy_owner", json!({ "referencedEntityNavigationPropertyName": "owned" })), true)
        .await;
    check(&server, &Defining::update("toy_owner", json!({ "referencedEntityNavigationPropertyName": "owned" })), false)
        .await;
    check(&server, &Defining::delete("toy_owner"), true).await;
    check(
        &server,
        &owner.clone().with("lookup.unique", true).with("cascade.behavior", "REFERENTIAL_RESTRICT_DELETE"),
        false,
    )
    .await;
    check(&server, &Defining::delete("toy_owner"), true).await;
    server.execute("delete from pin").await;
    let required = Defining::one_to_many("pin_maker", "pin", "person", "maker_id").with("lookup.required", true);
    check(&server, &required, false).await;
    check(&server, &Defining::delete("pin_maker"), true).await;

    check(&server, &Defining::many_to_many("toy_fans", "toy_fan", "toy", "person"), false).await;
    check(&server, &Defining::update("toy_fans", json!({ "entity1NavigationPropertyName": "fans" })), true).await;
    check(&server, &Defining::delete("toy_fans"), true).await;

    check(&server, &Defining::multi_table("toy_about", "toy", "about_id", &["parent", "team"]), false).await;
    check(&server, &Defining::target("toy_about", "branch"), false).await;
    check(&server, &Defining::delete("toy_about_team"), true).await;
    check(&server, &Defining::delete("toy_about"), true).await;

    let declared = json!({ "referencingEntityNavigationPropertyName": "kid", "cascade": { "delete": "RESTRICT" } });
    check(&server, &Defining::update("toy_child", declared), true).await;
    // A preview of what cannot be is refused like the definition itself.
    for (defining, code) in [
        (Defining::update("nothing", json!({})), "NOT_FOUND"),
        (Defining::delete("toy_child"), "FORBIDDEN"),
        (Defining::delete("nothing"), "NOT_FOUND"),
        (owner.with("lookup.name", "weight"), "CONFLICT"),
        (Defining::multi_table("toy_about", "toy", "about_id", &[]), "INVALID"),
    ] {
        server.refuses_to_define(&defining.dry(), code).await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_preview_makes_no_tables_of_the_gateways_own(#[case] backend: Backend) {
    let Some(server) = cast(backend, "dry_run_first").await else { return };
    let mark = server.ddl_mark().await;
    server.define(&Defining::one_to_many("toy_owner", "toy", "person", "owner_id").dry()).await;
    assert_eq!(server.ddl_mark().await, mark);
    assert!(!server.has_table("relata_state").await);
    server.define(&Defining::one_to_many("toy_owner", "toy", "person", "owner_id")).await;
    let generation = "select generation as v from relata_state";
    let before = server.texts(generation).await;
    assert_eq!(before.len(), 1);
    server.define(&Defining::delete("toy_owner").dry()).await;
    assert_eq!(server.texts(generation).await, before);
    server.define(&Defining::delete("toy_owner")).await;
    assert!(server.texts(generation).await[0].parse::<i64>().unwrap() > before[0].parse::<i64>().unwrap());
}

#[apply(backends)]
#[tokio::test]
async fn breaking_changes_name_what_clients_may_have_used(#[case] backend: Backend) {
    let Some(server) = cast(backend, "dry_run_breaks").await else { return };
    server.define(&Defining::one_to_many("toy_owner", "toy", "person", "owner_id")).await;
    let payload = server.define(&Defining::delete("toy_owner").dry()).await;
    let breaking: Vec<&str> = payload["breakingChanges"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for used in ["Toy.owner", "Toy.ownerId", "Person.toys", "associateToyOwner", "ToyWhere"] {
        assert!(breaking.iter().any(|change| change.contains(used)), "{used} is not in {breaking:#?}");
    }
    let diff = payload["sdlDiff"].as_str().unwrap();
    assert!(diff.lines().any(|line| line.starts_with('-') && line.contains("owner: Person")), "{diff}");
}
