//! D. Create, deep insert, deep update: cases 60-69.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, cast, demo_key, demo_of_its_own, pluck},
};

async fn children(server: &Server, parent: i32) -> Vec<String> {
    server.texts(&format!("select cast(id as text) as v from child where parent_id = {parent} order by id")).await
}

#[apply(backends)]
#[tokio::test]
async fn c060_create_binds_single_and_list_and_shows_them(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c060").await else { return };
    let data = server
        .write(
            "mutation { createChild(input: {id: 9, name: \"C9\", level: 5, parent: {ref: {code: \"B\"}},
                toys: {associate: [{id: 1}, {name: \"drum\"}]}}) {
              outcome child { ref id name email level parent { id name children { id } } toys { id name child { id } } } } }",
        )
        .await;
    let toys =
        json!([{ "id": 1, "name": "ball", "child": { "id": 9 } }, { "id": 3, "name": "drum", "child": { "id": 9 } }]);
    let parent = json!({ "id": 2, "name": "P2", "children": [{ "id": 4 }, { "id": 9 }] });
    let child = json!({ "ref": "children(9)", "id": 9, "name": "C9", "email": null, "level": 5, "parent": parent, "toys": toys });
    assert_eq!(data["createChild"], json!({ "outcome": "CREATED", "child": child }));
    assert_eq!(server.texts("select cast(id as text) as v from toy where child_id = 9 order by id").await, ["1", "3"]);
    assert_eq!(children(&server, 2).await, ["4", "9"]);
}

#[apply(backends)]
#[tokio::test]
async fn c060_the_reference_documents_create_with_binds(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c060").await else { return };
    let (list, account) = (demo_key("8115", 6), demo_key("8acc", 40));
    let data = server
        .write(&format!(
            "mutation {{ createTask(input: {{subject: \"Call back\", percentcomplete: 0, statecode: OPEN, list: {{ref: {{listid: \"{list}\"}}}},
                regardingobjectidAccountTask: {{ref: {{accountid: \"{account}\"}}}}}}) {{
              outcome task {{ taskid list {{ listid tasks {{ subject }} }} regardingobjectidAccountTask {{ accountTasks {{ subject }} }} }} }} }}"
        ))
        .await;
    let payload = &data["createTask"];
    assert_eq!(payload["outcome"], "CREATED");
    let tasks = json!([{ "subject": "Call back" }]);
    assert_eq!(payload["task"]["list"], json!({ "listid": list, "tasks": tasks }));
    assert_eq!(payload["task"]["regardingobjectidAccountTask"], json!({ "accountTasks": tasks }));
    // The key that was left out is a UUID of version 7, which the database holds as well.
    let key = payload["task"]["taskid"].as_str().unwrap();
    assert_eq!(key.len(), 36);
    assert_eq!(&key[14..15], "7");
    let sql =
        format!("select count(*) as v from task where subject = 'Call back' and {} = '{key}'", backend.uuid("taskid"));
    assert_eq!(server.number(&sql).await, 1);
}

#[apply(backends)]
#[tokio::test]
async fn c061_create_with_an_unknown_bind_makes_no_row(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c061").await else { return };
    for (fields, navigation, target) in [
        ("parent: {ref: {id: 99}}", "parent", "parents(99)"),
        ("toys: {associate: [{id: 99}]}", "toys", "toys(99)"),
        ("toys: {associate: [{id: 1}, {id: 99}, {id: 3}]}", "toys", "toys(99)"),
        ("parent: {ref: {id: 99}}, toys: {associate: [{id: 1}]}", "parent", "parents(99)"),
    ] {
        let mutation = format!("mutation {{ createChild(input: {{id: 9, name: \"C9\", {fields}}}) {{ outcome }} }}");
        let extensions = server.refuses(&mutation, "TARGET_NOT_FOUND").await;
        assert_eq!(extensions["navigationProperty"], navigation, "{fields}");
        assert_eq!(extensions["ref"], target, "{fields}");
        assert_eq!(extensions["entity"], "child", "{fields}");
    }
    let mutation =
        "mutation { createChild(input: {id: 9, name: \"C9\", parent: {ref: {ref: \"teams(7)\"}}}) { outcome } }";
    server.refuses(mutation, "TYPE_MISMATCH").await;
}

#[apply(backends)]
#[tokio::test]
async fn c062_create_without_a_required_link_makes_no_row(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c062").await else { return };
    assert_eq!(server.type_of("ItemCreate", "order").await.unwrap(), "OrderBind");
    for input in ["{id: 9, label: \"I9\"}", "{id: 9, label: \"I9\", order: null}"] {
        let extensions = server
            .refuses(&format!("mutation {{ createItem(input: {input}) {{ outcome }} }}"), "REQUIRED_RELATIONSHIP")
            .await;
        assert_eq!((&extensions["entity"], &extensions["navigationProperty"]), (&json!("item"), &json!("order")));
    }
    server
        .refuses("mutation { createLine(input: {position: 9, text: \"L\"}) { outcome } }", "REQUIRED_RELATIONSHIP")
        .await;
    server
        .refuses("mutation { createPassport(input: {id: 9, number: \"X9\"}) { outcome } }", "REQUIRED_RELATIONSHIP")
        .await;
    // Through the collection of the order it is given.
    let data = server
        .write("mutation { createOrder(input: {id: 9, title: \"O9\", items: {create: [{id: 9, label: \"I9\"}]}}) { order { items { id order { id } } } } }")
        .await;
    assert_eq!(data["createOrder"]["order"], json!({ "items": [{ "id": 9, "order": { "id": 9 } }] }));
}

#[apply(backends)]
#[tokio::test]
async fn c063_create_moves_the_children_it_binds(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c063").await else { return };
    let data = server
        .write(
            "mutation { createParent(input: {id: 9, name: \"P9\", children: {associate: [{id: 1}, {id: 3}, {id: 1}]}}) {
                outcome parent { id children { id parent { id } } } } }",
        )
        .await;
    let moved = json!([{ "id": 1, "parent": { "id": 9 } }, { "id": 3, "parent": { "id": 9 } }]);
    assert_eq!(data["createParent"], json!({ "outcome": "CREATED", "parent": { "id": 9, "children": moved } }));
    assert_eq!(children(&server, 1).await, ["2"]);
    assert_eq!(children(&server, 9).await, ["1", "3"]);
}

/// A parent with two children and three grandchildren, of which the last has a name and a weight.
fn deep(name: &str, weight: i32) -> String {
    format!(
        "mutation {{ createParent(input: {{id: 9, name: \"P9\", children: {{create: [
            {{id: 91, name: \"C91\", toys: {{create: [{{id: 911, name: \"T911\"}}]}}}},
            {{id: 92, name: \"C92\", toys: {{create: [{{id: 921, name: \"T921\"}}, {{id: 922, name: \"{name}\", weight: {weight}}}]}}}}
          ]}}}}) {{ outcome parent {{ id children {{ id toys {{ id name weight child {{ parent {{ id }} }} }} }} }} }} }}"
    )
}

#[apply(backends)]
#[tokio::test]
async fn c064_deep_insert_creates_and_links_every_level(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c064").await else { return };
    let data = server.write(&deep("T922", 7)).await;
    let parent = json!({ "parent": { "id": 9 } });
    let expected = json!({ "outcome": "CREATED", "parent": { "id": 9, "children": [
        { "id": 91, "toys": [{ "id": 911, "name": "T911", "weight": null, "child": parent }] },
        { "id": 92, "toys": [
            { "id": 921, "name": "T921", "weight": null, "child": parent },
            { "id": 922, "name": "T922", "weight": 7, "child": parent }
        ] }
    ] } });
    assert_eq!(data["createParent"], expected);
    assert_eq!(children(&server, 9).await, ["91", "92"]);
    let toys = "select cast(id as text) as v from toy where child_id in (91, 92) order by id";
    assert_eq!(server.texts(toys).await, ["911", "921", "922"]);
}

#[apply(backends)]
#[tokio::test]
async fn c064_deep_insert_goes_up_down_and_across(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c064_across").await else { return };
    let data = server
        .write(
            "mutation { createToy(input: {id: 9, name: \"T9\", child: {create: {id: 9, name: \"C9\",
                parent: {create: {id: 9, name: \"P9\", children: {create: [{id: 10, name: \"C10\"}]}}}}}}) {
              toy { child { id parent { id children { id } } } } } }",
        )
        .await;
    let parent = json!({ "id": 9, "children": [{ "id": 9 }, { "id": 10 }] });
    assert_eq!(data["createToy"]["toy"], json!({ "child": { "id": 9, "parent": parent } }));
    let data = server
        .write(
            "mutation { createUser(input: {id: 9, name: \"U9\", teams: {create: [{id: 9, name: \"T9\",
                users: {associate: [{id: 2}], create: [{id: 10, name: \"U10\"}]}}]}}) { user { teams { id users { id } } } } }",
        )
        .await;
    let teams = json!([{ "id": 9, "users": [{ "id": 2 }, { "id": 9 }, { "id": 10 }] }]);
    assert_eq!(data["createUser"]["user"], json!({ "teams": teams }));
    let data = server
        .write(
            "mutation { createPerson(input: {id: 9, name: \"F\", desk: {create: {id: 9, label: \"D9\"}},
                passport: {create: {id: 9, number: \"X9\"}}, followers: {create: [{id: 10, name: \"G\"}]},
                followeds: {associate: [{id: 1}]}}) {
              person { desk { id } passport { id } followers { id followeds { id } } followeds { id } } } }",
        )
        .await;
    let expected = json!({ "desk": { "id": 9 }, "passport": { "id": 9 },
        "followers": [{ "id": 10, "followeds": [{ "id": 9 }] }], "followeds": [{ "id": 1 }] });
    assert_eq!(data["createPerson"]["person"], expected);
}

#[apply(backends)]
#[tokio::test]
async fn c064_keys_that_the_database_gives_are_linked_just_as_well(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c064_keys").await else { return };
    let data = server
        .write(
            "mutation { createParent(input: {name: \"P9\", children: {create: [
                {name: \"Ca\", toys: {create: [{name: \"Ta\"}]}}, {name: \"Cb\", toys: {create: [{name: \"Tb\"}, {name: \"Tc\"}]}}]}}) {
              parent { id children(orderBy: [{name: ASC}]) { name toys(orderBy: [{name: ASC}]) { name } } } } }",
        )
        .await;
    let parent = &data["createParent"]["parent"];
    let expected = json!([
        { "name": "Ca", "toys": [{ "name": "Ta" }] }, { "name": "Cb", "toys": [{ "name": "Tb" }, { "name": "Tc" }] }
    ]);
    assert_eq!(parent["children"], expected);
    let sql = format!(
        "select t.name as v from toy t join child c on c.id = t.child_id where c.parent_id = {} order by t.name",
        parent["id"]
    );
    assert_eq!(server.texts(&sql).await, ["Ta", "Tb", "Tc"]);
}

#[apply(backends)]
#[tokio::test]
async fn c065_a_violation_in_the_last_leaf_undoes_everything(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c065").await else { return };
    let extensions = server.refuses(&deep("ball", 7), "CONFLICT").await;
    assert_eq!(extensions["entity"], "toy");
    assert_eq!(extensions["attributes"], json!(["name"]));
    let extensions = server.refuses(&deep("T922", 0), "INVALID").await;
    assert_eq!(extensions["entity"], "toy");
    server.refuses(&deep("T921", 7), "CONFLICT").await;
    server.refuses(&deep("a name of more than twenty letters", 7), "INVALID").await;
}

#[apply(backends)]
#[tokio::test]
async fn c066_new_records_and_references_stand_side_by_side(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c066").await else { return };
    let data = server
        .write(
            "mutation { createParent(input: {id: 9, name: \"P9\",
                children: {associate: [{id: 3}], create: [{id: 91, name: \"C91\"}]}}) { parent { children { id } } } }",
        )
        .await;
    assert_eq!(pluck(&data["createParent"]["parent"]["children"], "id"), ["3", "91"]);
    assert_eq!(children(&server, 9).await, ["3", "91"]);
    let data = server
        .write(
            "mutation { createUser(input: {id: 9, name: \"U9\",
                teams: {create: [{id: 9, name: \"T9\"}], associate: [{id: 1}, {id: 2}]}}) { user { teams { id } } } }",
        )
        .await;
    assert_eq!(pluck(&data["createUser"]["user"]["teams"], "id"), ["1", "2", "9"]);
}

#[apply(backends)]
#[tokio::test]
async fn c067_a_child_made_through_its_parent_cannot_name_another(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c067").await else { return };
    for parent in ["{ref: {id: 2}}", "{create: {id: 10, name: \"P10\"}}"] {
        let child = format!("{{id: 9, name: \"C9\", parent: {parent}}}");
        for mutation in [
            format!("updateParent(key: {{id: 1}}, input: {{children: {{create: [{child}]}}}}) {{ outcome }}"),
            format!("createParent(input: {{id: 9, name: \"P9\", children: {{create: [{child}]}}}}) {{ outcome }}"),
        ] {
            let extensions = server.refuses(&format!("mutation {{ {mutation} }}"), "INVALID").await;
            assert_eq!((&extensions["entity"], &extensions["navigationProperty"]), (&json!("child"), &json!("parent")));
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn c068_a_list_bound_in_an_update_is_added(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c068").await else { return };
    assert_eq!(server.type_of("ParentUpdate", "children").await.unwrap(), "ChildrenChange");
    let data = server
        .write("mutation { updateParent(key: {id: 2}, input: {children: {associate: [{id: 3}]}}) { outcome parent { children { id } } } }")
        .await;
    assert_eq!(
        data["updateParent"],
        json!({ "outcome": "UPDATED", "parent": { "children": [{ "id": 3 }, { "id": 4 }] } })
    );
    assert_eq!(children(&server, 2).await, ["3", "4"]);
    let data = server
        .write("mutation { updateUser(key: {id: 2}, input: {name: \"new\", teams: {associate: [{id: 2}, {id: 1}]}}) { user { name teams { id } } } }")
        .await;
    assert_eq!(data["updateUser"]["user"], json!({ "name": "new", "teams": [{ "id": 1 }, { "id": 2 }] }));
    let before = server.state().await;
    let data = server
        .write("mutation { updateParent(key: {id: 2}, input: {children: {associate: [{id: 3}]}}) { outcome } }")
        .await;
    assert_eq!(data["updateParent"]["outcome"], "UNCHANGED");
    assert_eq!(server.state().await, before);
    server.refuses("mutation { updateParent(key: {id: 2}, input: {name: \"x\", children: {associate: [{id: 1}, {id: 99}]}}) { outcome } }", "TARGET_NOT_FOUND").await;
}

#[apply(backends)]
#[tokio::test]
async fn c069_a_deep_update_replaces_the_set_and_adds_new_records(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c069").await else { return };
    // Parent 1 has the children 1 and 2.
    let data = server
        .write(
            "mutation { updateParent(key: {id: 1}, input: {name: \"new\",
                children: {replace: [{id: 1}], create: [{id: 9, name: \"C9\"}]}}) {
              outcome parent { name children { id name } } } }",
        )
        .await;
    let set = json!([{ "id": 1, "name": "C1" }, { "id": 9, "name": "C9" }]);
    assert_eq!(data["updateParent"], json!({ "outcome": "UPDATED", "parent": { "name": "new", "children": set } }));
    assert_eq!(children(&server, 1).await, ["1", "9"]);
    assert_eq!(server.number("select count(*) as v from child where id = 2 and parent_id is null").await, 1);
    // One after the other: replaced, disassociated, associated, created.
    let data = server
        .write(
            "mutation { updateParent(key: {id: 1}, input: {children: {create: [{id: 10, name: \"C10\"}], associate: [{id: 9}],
                disassociate: [{id: 9}, {id: 3}], replace: [{id: 3}, {id: 9}, {id: 4}]}}) { parent { children { id } } } }",
        )
        .await;
    assert_eq!(pluck(&data["updateParent"]["parent"]["children"], "id"), ["4", "9", "10"]);
    // A delta that unlinks.
    let data = server
        .write("mutation { updateUser(key: {id: 1}, input: {teams: {disassociate: [{id: 1}], associate: [{id: 7}]}}) { user { teams { id } } } }")
        .await;
    assert_eq!(pluck(&data["updateUser"]["user"]["teams"], "id"), ["2", "7"]);
    for (change, code) in [
        ("{disassociate: [{id: 1}]}", "NOT_ASSOCIATED"),
        ("{replace: [{id: 99}]}", "TARGET_NOT_FOUND"),
        ("{associate: [{id: 3}], create: [{id: 1, name: \"T1\"}]}", "CONFLICT"),
    ] {
        let mutation =
            format!("mutation {{ updateUser(key: {{id: 1}}, input: {{name: \"x\", teams: {change}}}) {{ outcome }} }}");
        server.refuses(&mutation, code).await;
    }
    let mutation = "mutation { updateOrder(key: {id: 1}, input: {items: {replace: [{id: 1}]}}) { outcome } }";
    server.refuses(mutation, "REQUIRED_RELATIONSHIP").await;
}

#[apply(backends)]
#[tokio::test]
async fn c069_what_a_deep_update_does_not_offer_is_rejected(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c069_not").await else { return };
    for children in [
        "[{id: 1, name: \"new\"}]",
        "[]",
        "null",
        "{update: [{key: {id: 1}, input: {name: \"new\"}}]}",
        "{upsert: [{id: 1, name: \"new\"}]}",
        "{delete: [{id: 2}]}",
        "{deleted: [{id: 2}]}",
        "{removed: [{id: 2, reason: \"deleted\"}]}",
        "{associate: [{id: 1, name: \"new\"}]}",
        "{replace: [{id: 1, name: \"new\"}]}",
    ] {
        let mutation =
            format!("mutation {{ updateParent(key: {{id: 1}}, input: {{children: {children}}}) {{ outcome }} }}");
        if children == "null" {
            // Null for a collection means not given.
            let before = server.state().await;
            assert_eq!(server.write(&mutation).await["updateParent"]["outcome"], "UNCHANGED");
            assert_eq!(server.state().await, before);
        } else {
            server.rejects(&mutation, json!({})).await;
        }
    }
    server
        .not_offered("mutation { updateChild(key: {id: 1}, input: {parent: {update: {name: \"new\"}}}) { outcome } }")
        .await;
    let mutation = "mutation ($input: ParentUpdate!) { updateParent(key: {id: 1}, input: $input) { outcome } }";
    server.rejects(mutation, json!({ "input": { "children": [{ "id": 1, "name": "new" }] } })).await;
    assert_eq!(server.type_of("ParentUpdate", "id").await, None::<String>);
    assert_ne!(server.data("{ child(key: {id: 1}) { name } }").await["child"], Value::Null);
}
