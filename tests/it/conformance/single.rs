//! B. set-ref and clear-ref: cases 13-22, 29-31.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, cast, demo_key, demo_of_its_own, pluck},
};

/// The children of a parent, by plain SQL.
async fn children(server: &Server, parent: i32) -> Vec<String> {
    server.texts(&format!("select cast(id as text) as v from child where parent_id = {parent} order by id")).await
}

#[apply(backends)]
#[tokio::test]
async fn c013_set_ref_sets_both_ends(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c013").await else { return };
    let data = server
        .write(
            "mutation { associateChildParent(key: {id: 3}, ref: {id: 1}) {
                changed results { ref status } child { id parent { id children { id } } } } }",
        )
        .await;
    let expected = json!({
        "changed": true,
        "results": [{ "ref": "parents(1)", "status": "ASSOCIATED" }],
        "child": { "id": 3, "parent": { "id": 1, "children": [{ "id": 1 }, { "id": 2 }, { "id": 3 }] } }
    });
    assert_eq!(data["associateChildParent"], expected);
    assert_eq!(children(&server, 1).await, ["1", "2", "3"]);
    assert_eq!(server.state().await.count("child"), 4);
}

#[apply(backends)]
#[tokio::test]
async fn c013_set_ref_sets_both_ends_of_registered_entities(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c013").await else { return };
    // Contact 8 has no account.
    let (contact, account) = (demo_key("8c0c", 8), demo_key("8acc", 40));
    let data = server
        .write(&format!(
            "mutation {{ associateContactParentcustomeridAccount(
                key: {{contactid: \"{contact}\"}}, ref: {{accountid: \"{account}\"}}) {{
              changed results {{ ref status }} contact {{ parentcustomeridAccount {{ accountid
                contactCustomerAccounts {{ contactid }} }} }} }} }}"
        ))
        .await;
    let expected = json!({
        "changed": true,
        "results": [{ "ref": format!("accounts({account})"), "status": "ASSOCIATED" }],
        "contact": { "parentcustomeridAccount": {
            "accountid": account, "contactCustomerAccounts": [{ "contactid": contact }] } }
    });
    assert_eq!(data["associateContactParentcustomeridAccount"], expected);
    let sql = format!(
        "select {} as v from contact where accountid = {}",
        backend.uuid("contactid"),
        backend.demo_key("8acc", 40)
    );
    assert_eq!(server.texts(&sql).await, [contact]);
}

#[apply(backends)]
#[tokio::test]
async fn c013_set_ref_works_over_a_composite_lookup(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c013_composite").await else { return };
    let data = server
        .write(
            "mutation { associateBookShelf(key: {id: 2}, ref: {aislePosition: {aisle: 1, position: 2}}) {
                changed results { ref status } book { shelf { label books { id } } } } }",
        )
        .await;
    let expected = json!({
        "changed": true,
        "results": [{ "ref": "shelves(aisle=1,position=2)", "status": "ASSOCIATED" }],
        "book": { "shelf": { "label": "S12", "books": [{ "id": 2 }] } }
    });
    assert_eq!(data["associateBookShelf"], expected);
    server
        .write("mutation { associateBookShelf(key: {id: 2}, ref: {ref: \"shelves(aisle=2,position=1)\"}) { changed } }")
        .await;
    let rows = server.sql("select shelf_aisle, shelf_position from book where id = 2").await;
    assert_eq!(rows, [json!({ "shelf_aisle": 2, "shelf_position": 1 })]);
    server.write("mutation { disassociateBookShelf(key: {id: 2}) { changed } }").await;
    let rows = server.sql("select shelf_aisle, shelf_position from book where id = 2").await;
    assert_eq!(rows, [json!({ "shelf_aisle": null, "shelf_position": null })]);
}

#[apply(backends)]
#[tokio::test]
async fn c013_set_ref_of_a_one_to_one_displaces_both_former_partners(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c013_one").await else { return };
    // Desk 1 is person 1's, desk 2 person 2's.
    let data = server
        .write(
            "mutation { associateDeskPerson(key: {id: 1}, ref: {id: 2}) {
                changed results { ref status } desk { person { id desk { id } } } } }",
        )
        .await;
    let expected = json!({
        "changed": true,
        "results": [{ "ref": "people(2)", "status": "MOVED" }],
        "desk": { "person": { "id": 2, "desk": { "id": 1 } } }
    });
    assert_eq!(data["associateDeskPerson"], expected);
    let people = "select person_id as p from desk order by id";
    assert_eq!(server.sql(people).await, [json!({ "p": 2 }), json!({ "p": null }), json!({ "p": null })]);
    // From the end without the lookup.
    let data = server
        .write(
            "mutation { associatePersonDesk(key: {id: 2}, ref: {id: 3}) {
                changed person { desk { id person { id } } } } }",
        )
        .await;
    assert_eq!(
        data["associatePersonDesk"],
        json!({ "changed": true, "person": { "desk": { "id": 3, "person": { "id": 2 } } } })
    );
    assert_eq!(server.sql(people).await, [json!({ "p": null }), json!({ "p": null }), json!({ "p": 2 })]);
    // A partner that cannot do without.
    let extensions = server
        .refuses(
            "mutation { associatePassportPerson(key: {id: 1}, ref: {id: 2}) { changed } }",
            "REQUIRED_RELATIONSHIP",
        )
        .await;
    assert_eq!(extensions["entity"], "passport");
    server
        .refuses(
            "mutation { associatePersonPassport(key: {id: 1}, ref: {id: 2}) { changed } }",
            "REQUIRED_RELATIONSHIP",
        )
        .await;
    let data =
        server.write("mutation { associatePersonPassport(key: {id: 3}, ref: {id: 2}) { results { status } } }").await;
    assert_eq!(data["associatePersonPassport"]["results"], json!([{ "status": "MOVED" }]));
    assert_eq!(server.number("select person_id as v from passport where id = 2").await, 3);
}

#[apply(backends)]
#[tokio::test]
async fn c014_set_ref_leaves_the_former_parent(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c014").await else { return };
    let data = server
        .write(
            "mutation { associateChildParent(key: {id: 1}, ref: {id: 2}) {
                changed results { ref status } child { parent { children { id } } } } }",
        )
        .await;
    let expected = json!({
        "changed": true,
        "results": [{ "ref": "parents(2)", "status": "MOVED" }],
        "child": { "parent": { "children": [{ "id": 1 }, { "id": 4 }] } }
    });
    assert_eq!(data["associateChildParent"], expected);
    let data = server.data("{ parent(key: {id: 1}) { children { id } } }").await;
    assert_eq!(pluck(&data["parent"]["children"], "id"), ["2"]);
    assert_eq!(children(&server, 1).await, ["2"]);
    assert_eq!(children(&server, 2).await, ["1", "4"]);
}

#[apply(backends)]
#[tokio::test]
async fn c014_a_required_lookup_may_be_set_to_another(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c014_required").await else { return };
    let data = server
        .write(
            "mutation { associateItemOrder(key: {id: 1}, ref: {id: 2}) { changed item { order { items { id } } } } }",
        )
        .await;
    let expected = json!({ "changed": true, "item": { "order": { "items": [{ "id": 1 }, { "id": 3 }] } } });
    assert_eq!(data["associateItemOrder"], expected);
    assert_eq!(server.number("select order_id as v from item where id = 1").await, 2);
}

#[apply(backends)]
#[tokio::test]
async fn c015_set_ref_again_changes_nothing(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c015").await else { return };
    let before = server.state().await;
    let data = server
        .write("mutation { associateChildParent(key: {id: 1}, ref: {id: 1}) { changed results { ref status } child { id } } }")
        .await;
    let expected = json!({
        "changed": false, "results": [{ "ref": "parents(1)", "status": "ALREADY_ASSOCIATED" }], "child": { "id": 1 }
    });
    assert_eq!(data["associateChildParent"], expected);
    assert_eq!(server.state().await, before);
    let data = server.write("mutation { associatePersonDesk(key: {id: 1}, ref: {id: 1}) { changed } }").await;
    assert_eq!(data["associatePersonDesk"]["changed"], false);
    assert_eq!(server.state().await, before);
}

#[apply(backends)]
#[tokio::test]
async fn c016_set_ref_of_a_missing_record_is_not_found_and_creates_nothing(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c016").await else { return };
    for key in ["{id: 99}", "{email: \"nobody@example.org\"}", "{ref: \"children(99)\"}"] {
        let mutation = format!("mutation {{ associateChildParent(key: {key}, ref: {{id: 1}}) {{ changed }} }}");
        let extensions = server.refuses(&mutation, "NOT_FOUND").await;
        assert_eq!(extensions["entity"], "child");
    }
    server.refuses("mutation { disassociateChildParent(key: {id: 99}) { changed } }", "NOT_FOUND").await;
}

#[apply(backends)]
#[tokio::test]
async fn c017_set_ref_to_a_missing_record_is_target_not_found(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c017").await else { return };
    for (child, target) in [(1, "{id: 99}"), (3, "{id: 99}"), (3, "{ref: \"parents(99)\"}")] {
        let mutation =
            format!("mutation {{ associateChildParent(key: {{id: {child}}}, ref: {target}) {{ changed }} }}");
        let extensions = server.refuses(&mutation, "TARGET_NOT_FOUND").await;
        assert_eq!(extensions["entity"], "child");
        assert_eq!(extensions["navigationProperty"], "parent");
        assert_eq!(extensions["ref"], "parents(99)");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c018_set_ref_to_another_entity_is_a_type_mismatch(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c018").await else { return };
    // There are a team 7 and a parent 7.
    for child in [1, 3] {
        let mutation = format!(
            "mutation {{ associateChildParent(key: {{id: {child}}}, ref: {{ref: \"teams(7)\"}}) {{ changed }} }}"
        );
        let extensions = server.refuses(&mutation, "TYPE_MISMATCH").await;
        assert_eq!(extensions["ref"], "teams(7)");
    }
    server
        .refuses(
            "mutation { associateChildParent(key: {ref: \"teams(7)\"}, ref: {id: 7}) { changed } }",
            "TYPE_MISMATCH",
        )
        .await;
}

#[apply(backends)]
#[tokio::test]
async fn c019_set_ref_to_null_is_invalid(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c019").await else { return };
    for target in ["null", "{}", "{id: null}", "{ref: null}"] {
        server
            .not_offered(&format!("mutation {{ associateChildParent(key: {{id: 1}}, ref: {target}) {{ changed }} }}"))
            .await;
    }
    server.not_offered("mutation { associateChildParent(key: {id: 1}) { changed } }").await;
    let mutation = "mutation ($ref: ParentKey!) { associateChildParent(key: {id: 1}, ref: $ref) { changed } }";
    for target in [Value::Null, json!({}), json!({ "id": null })] {
        server.not_offered_with(mutation, json!({ "ref": target })).await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn c020_clear_ref_unlinks_and_keeps_both_records(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c020").await else { return };
    let before = server.state().await;
    let data = server
        .write("mutation { disassociateChildParent(key: {id: 1}) { changed results { ref status } child { id parent { id } } } }")
        .await;
    let expected = json!({
        "changed": true,
        "results": [{ "ref": "parents(1)", "status": "DISASSOCIATED" }],
        "child": { "id": 1, "parent": null }
    });
    assert_eq!(data["disassociateChildParent"], expected);
    assert_eq!(children(&server, 1).await, ["2"]);
    let after = server.state().await;
    assert_eq!(after.tables["parent"], before.tables["parent"]);
    assert_eq!(after.count("child"), before.count("child"));
    let data =
        server.write("mutation { disassociatePersonDesk(key: {id: 1}) { changed person { desk { id } } } }").await;
    assert_eq!(data["disassociatePersonDesk"], json!({ "changed": true, "person": { "desk": null } }));
    assert_eq!(server.number("select count(*) as v from desk where person_id = 1").await, 0);
}

#[apply(backends)]
#[tokio::test]
async fn c021_clear_ref_without_a_link_changes_nothing(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c021").await else { return };
    let before = server.state().await;
    let data = server
        .write(
            "mutation { disassociateChildParent(key: {id: 3}) { changed results { ref } child { id parent { id } } } }",
        )
        .await;
    assert_eq!(
        data["disassociateChildParent"],
        json!({ "changed": false, "results": [], "child": { "id": 3, "parent": null } })
    );
    let data = server.write("mutation { disassociatePersonDesk(key: {id: 3}) { changed } }").await;
    assert_eq!(data["disassociatePersonDesk"], json!({ "changed": false }));
    assert_eq!(server.state().await, before);
}

#[apply(backends)]
#[tokio::test]
async fn c022_a_required_lookup_cannot_be_cleared(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c022").await else { return };
    assert!(server.offers("associateItemOrder").await);
    for mutation in ["disassociateItemOrder", "disassociatePassportPerson", "disassociatePersonPassport"] {
        assert!(!server.offers(mutation).await, "{mutation}");
        server.not_offered(&format!("mutation {{ {mutation}(key: {{id: 1}}) {{ changed }} }}")).await;
    }
    let extensions = server
        .refuses("mutation { updateItem(key: {id: 1}, input: {order: null}) { outcome } }", "REQUIRED_RELATIONSHIP")
        .await;
    assert_eq!(extensions["entity"], "item");
    assert_eq!(extensions["navigationProperty"], "order");
    let extensions = server
        .refuses(
            "mutation { updatePerson(key: {id: 1}, input: {passport: null}) { outcome } }",
            "REQUIRED_RELATIONSHIP",
        )
        .await;
    // It is the passport that cannot do without.
    assert_eq!((&extensions["entity"], &extensions["navigationProperty"]), (&json!("passport"), &json!("person")));
}

#[apply(backends)]
#[tokio::test]
async fn c029_a_lookup_of_the_primary_key_cannot_be_changed(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c029").await else { return };
    for mutation in [
        "associateLineOrder",
        "disassociateLineOrder",
        "associateOrderLines",
        "disassociateOrderLines",
        "clearOrderLines",
    ] {
        assert!(!server.offers(mutation).await, "{mutation}");
    }
    let line = "{orderIdPosition: {orderId: 2, position: 1}}";
    server.not_offered(&format!("mutation {{ associateLineOrder(key: {line}, ref: {{id: 1}}) {{ changed }} }}")).await;
    assert_eq!(server.type_of("LineUpdate", "order").await, None);
    assert_eq!(server.type_of("LineUpdate", "orderId").await, None);
    server
        .not_offered(&format!(
            "mutation {{ updateLine(key: {line}, input: {{order: {{ref: {{id: 1}}}}}}) {{ outcome }} }}"
        ))
        .await;
    let mutation = format!(
        "mutation {{ createOrder(input: {{id: 9, title: \"O9\", lines: {{associate: [{line}]}}}}) {{ outcome }} }}"
    );
    let extensions = server.refuses(&mutation, "IMMUTABLE").await;
    assert_eq!((&extensions["entity"], &extensions["navigationProperty"]), (&json!("line"), &json!("order")));
    assert_eq!(extensions["ref"], "lines(orderId=2,position=1)");
    // On create it is given.
    let mutation = "mutation { createLine(input: {position: 3, text: \"L13\", order: {ref: {id: 1}}}) {
        outcome line { ref order { id lines { position } } } } }";
    let expected = json!({ "outcome": "CREATED", "line": { "ref": "lines(orderId=1,position=3)",
        "order": { "id": 1, "lines": [{ "position": 1 }, { "position": 2 }, { "position": 3 }] } } });
    assert_eq!(server.write(mutation).await["createLine"], expected);
}

#[apply(backends)]
#[tokio::test]
async fn c030_set_ref_takes_a_unique_key_of_the_target(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c030").await else { return };
    let set = |target: &str| {
        format!("mutation {{ associateChildParent(key: {{id: 3}}, ref: {target}) {{ child {{ parent {{ id }} }} }} }}")
    };
    for (target, expected) in [
        ("{code: \"B\"}", 2),
        ("{regionNumber: {region: \"north\", number: 1}}", 1),
        ("{regionNumber: {region: \"south\", number: 1}}", 7),
    ] {
        let data = server.write(&set(target)).await;
        assert_eq!(data["associateChildParent"]["child"]["parent"]["id"], expected, "{target}");
        assert_eq!(server.number("select parent_id as v from child where id = 3").await, expected);
    }
    for unknown in ["{code: \"Z\"}", "{code: \"b\"}", "{code: \"\"}", "{regionNumber: {region: \"south\", number: 2}}"]
    {
        let extensions = server.refuses(&set(unknown), "TARGET_NOT_FOUND").await;
        assert_eq!(extensions["navigationProperty"], "parent", "{unknown}");
    }
    for no_key in ["{name: \"P1\"}", "{region: \"north\"}", "{number: 1}", "{regionNumber: {region: \"north\"}}"] {
        server.not_offered(&set(no_key)).await;
    }
    server.refuses(&set("{ref: \"parents(name='P1')\"}"), "INVALID").await;
    server.refuses(&set("{ref: \"parents\"}"), "INVALID").await;
    // The record is addressed in the same ways.
    let mutation = "mutation { associateChildParent(key: {email: \"c4@example.org\"}, ref: {code: \"A\"}) { child { id parent { id } } } }";
    assert_eq!(
        server.write(mutation).await["associateChildParent"]["child"],
        json!({ "id": 4, "parent": { "id": 1 } })
    );
}

#[apply(backends)]
#[tokio::test]
async fn c031_two_keys_in_one_reference_are_refused(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c031").await else { return };
    // Whether they disagree or not: one reference is one key.
    for target in ["{id: 1, code: \"B\"}", "{id: 1, code: \"A\"}", "{id: 1, ref: \"parents(2)\"}"] {
        server
            .not_offered(&format!("mutation {{ associateChildParent(key: {{id: 3}}, ref: {target}) {{ changed }} }}"))
            .await;
        server
            .not_offered(&format!(
                "mutation {{ updateChild(key: {{id: 3}}, input: {{parent: {{ref: {target}}}}}) {{ outcome }} }}"
            ))
            .await;
    }
    let mutation = "mutation ($key: ChildKey!) { disassociateChildParent(key: $key) { changed } }";
    server.not_offered_with(mutation, json!({ "key": { "id": 1, "email": "c2@example.org" } })).await;
}
