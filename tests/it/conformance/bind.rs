//! A. Schema: case 9. B. Binds of single-valued navigation properties: cases 23-28, 32, 33.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Server, cast, demo_key, demo_of_its_own},
};

#[apply(backends)]
#[tokio::test]
async fn c009_a_raw_lookup_key_cannot_be_written(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c009").await else { return };
    for input in ["ChildCreate", "ChildUpdate"] {
        assert_eq!(server.type_of(input, "parentId").await, None, "{input}");
        assert_eq!(server.type_of(input, "parent").await.unwrap(), "ParentBind", "{input}");
    }
    for mutation in [
        "updateChild(key: {id: 3}, input: {parentId: 1}) { outcome }",
        "updateChild(key: {id: 3}, input: {parentId: null}) { outcome }",
        "updateChildren(where: {id: {eq: 3}}, input: {parentId: 1}) { count }",
        "createChild(input: {id: 9, name: \"C9\", parentId: 1}) { outcome }",
        "upsertChild(key: {id: 3}, input: {name: \"C3\", parentId: 1}) { outcome }",
        "createItem(input: {id: 9, label: \"I9\", orderId: 1}) { outcome }",
        "createBook(input: {id: 9, title: \"B9\", shelfAisle: 1, shelfPosition: 1}) { outcome }",
    ] {
        server.not_offered(&format!("mutation {{ {mutation} }}")).await;
    }
    let mutation = "mutation ($input: ChildUpdate!) { updateChild(key: {id: 3}, input: $input) { outcome } }";
    server.not_offered_with(mutation, json!({ "input": { "parentId": 1 } })).await;
}

#[apply(backends)]
#[tokio::test]
async fn c009_neither_key_nor_discriminator_of_a_multi_table_lookup_can_be_written(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c009").await else { return };
    for input in ["SocialprofileCreate", "SocialprofileUpdate"] {
        for field in ["customerId", "customerType", "customer"] {
            assert_eq!(server.type_of(input, field).await, None, "{input}.{field}");
        }
    }
    let (profile, account) = (demo_key("850c", 1), demo_key("8acc", 40));
    for input in [format!("customerId: \"{account}\""), "customerType: \"contact\"".to_owned()] {
        server
            .not_offered(&format!(
                "mutation {{ updateSocialprofile(key: {{socialprofileid: \"{profile}\"}}, input: {{{input}}}) {{ outcome }} }}"
            ))
            .await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn c023_an_update_changes_link_and_value(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c023").await else { return };
    let data = server
        .write(
            "mutation { updateChild(key: {id: 1}, input: {name: \"new\", parent: {ref: {id: 2}}}) {
                outcome child { name parent { id children { id } } } } }",
        )
        .await;
    let expected = json!({
        "outcome": "UPDATED",
        "child": { "name": "new", "parent": { "id": 2, "children": [{ "id": 1 }, { "id": 4 }] } }
    });
    assert_eq!(data["updateChild"], expected);
    let rows = server.sql("select name, parent_id, level from child where id = 1").await;
    assert_eq!(rows, [json!({ "name": "new", "parent_id": 2, "level": 10 })]);
}

#[apply(backends)]
#[tokio::test]
async fn c023_an_update_may_create_what_it_binds(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c023_create").await else { return };
    let data = server
        .write(
            "mutation { updateChild(key: {id: 1}, input: {parent: {create: {id: 9, name: \"P9\"}}}) {
                outcome child { parent { id name children { id } } } } }",
        )
        .await;
    let parent = json!({ "id": 9, "name": "P9", "children": [{ "id": 1 }] });
    assert_eq!(data["updateChild"], json!({ "outcome": "UPDATED", "child": { "parent": parent } }));
    assert_eq!(server.number("select parent_id as v from child where id = 1").await, 9);
}

#[apply(backends)]
#[tokio::test]
async fn c024_a_bind_that_fails_leaves_the_value_alone(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c024").await else { return };
    for (target, code) in [("{id: 99}", "TARGET_NOT_FOUND"), ("{ref: \"teams(7)\"}", "TYPE_MISMATCH")] {
        let mutation = format!(
            "mutation {{ updateChild(key: {{id: 1}}, input: {{name: \"new\", level: 11, parent: {{ref: {target}}}}}) {{ outcome }} }}"
        );
        let extensions = server.refuses(&mutation, code).await;
        assert_eq!(extensions["navigationProperty"], "parent");
    }
    // The record that is made on the way is not kept, either.
    let mutation = "mutation { updateChild(key: {id: 1}, input: {name: \"new\", parent: {create: {id: 9, name: \"P9\", code: \"A\"}}}) { outcome } }";
    server.refuses(mutation, "CONFLICT").await;
}

#[apply(backends)]
#[tokio::test]
async fn c025_a_bind_of_null_unlinks_unless_the_lookup_is_required(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c025").await else { return };
    let data = server
        .write("mutation { updateChild(key: {id: 1}, input: {parent: null}) { outcome child { id parent { id } } } }")
        .await;
    assert_eq!(data["updateChild"], json!({ "outcome": "UPDATED", "child": { "id": 1, "parent": null } }));
    assert_eq!(server.number("select count(*) as v from child where id = 1 and parent_id is null").await, 1);
    let data = server.write("mutation { updateChild(key: {id: 3}, input: {parent: null}) { outcome } }").await;
    assert_eq!(data["updateChild"]["outcome"], "UNCHANGED");
    let mutation = "mutation ($input: ItemUpdate!) { updateItem(key: {id: 1}, input: $input) { outcome } }";
    for input in [json!({ "order": null }), json!({ "label": "new", "order": null })] {
        let extensions = server.refuses_with(mutation, json!({ "input": input }), "REQUIRED_RELATIONSHIP").await;
        assert_eq!(extensions["entity"], "item");
        assert_eq!(extensions["navigationProperty"], "order");
    }
    server.write("mutation { updatePerson(key: {id: 1}, input: {desk: null}) { outcome } }").await;
    assert_eq!(server.number("select count(*) as v from desk where person_id = 1").await, 0);
}

#[apply(backends)]
#[tokio::test]
async fn c026_an_update_that_omits_a_link_leaves_it(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c026").await else { return };
    let data = server
        .write(
            "mutation { updateChild(key: {id: 1}, input: {name: \"new\"}) { outcome child { name parent { id } } } }",
        )
        .await;
    assert_eq!(data["updateChild"], json!({ "outcome": "UPDATED", "child": { "name": "new", "parent": { "id": 1 } } }));
    let rows = server.sql("select name, email, level, parent_id from child where id = 1").await;
    assert_eq!(rows, [json!({ "name": "new", "email": "c1@example.org", "level": 10, "parent_id": 1 })]);
    // A variable that is not set is a field that is not there.
    let mutation = "mutation ($parent: ParentBind, $level: Int) {
        updateChild(key: {id: 1}, input: {name: \"newer\", parent: $parent, level: $level}) { child { parent { id } level } } }";
    let data = server.write_with(mutation, json!({})).await;
    assert_eq!(data["updateChild"]["child"], json!({ "parent": { "id": 1 }, "level": 10 }));
    let before = server.state().await;
    let data = server.write("mutation { updateChild(key: {id: 1}, input: {}) { outcome } }").await;
    assert_eq!(data["updateChild"]["outcome"], "UNCHANGED");
    assert_eq!(server.state().await, before);
}

#[apply(backends)]
#[tokio::test]
async fn c027_an_update_of_a_missing_record_is_not_found_and_creates_nothing(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c027").await else { return };
    for input in [
        "{parent: {ref: {id: 1}}}",
        "{name: \"new\"}",
        "{}",
        "{parent: null}",
        "{parent: {create: {id: 9, name: \"P9\"}}}",
    ] {
        let mutation = format!("mutation {{ updateChild(key: {{id: 99}}, input: {input}) {{ outcome }} }}");
        let extensions = server.refuses(&mutation, "NOT_FOUND").await;
        assert_eq!(extensions["entity"], "child", "{input}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c028_no_input_offers_both_key_and_bind(#[case] backend: Backend) {
    let Some(server) = cast(backend, "c028").await else { return };
    for input in ["ChildCreate", "ChildUpdate", "ItemCreate", "ItemUpdate", "LineCreate", "BookCreate", "BookUpdate"] {
        for lookup in ["parentId", "orderId", "shelfAisle", "shelfPosition"] {
            assert_eq!(server.type_of(input, lookup).await, None, "{input}.{lookup}");
        }
    }
    server
        .not_offered("mutation { updateChild(key: {id: 3}, input: {parentId: 1, parent: {ref: {id: 2}}}) { outcome } }")
        .await;
    server
        .not_offered("mutation { createChild(input: {name: \"C9\", parentId: 1, parent: {ref: {id: 2}}}) { outcome } }")
        .await;
}

/// The number of the first profile of a kind of customer, and the customer's key.
async fn profile_of(server: &Server, backend: Backend, kind: &str) -> (String, String) {
    let sql = format!(
        "select {} as profile, {} as customer from socialprofile s join {kind} c on c.{kind}id = s.customer_id
         where s.customer_type = '{kind}' order by 1",
        backend.uuid("s.socialprofileid"),
        backend.uuid("s.customer_id"),
    );
    let row = server.sql(&sql).await.remove(0);
    (row["profile"].as_str().unwrap().to_owned(), row["customer"].as_str().unwrap().to_owned())
}

/// The key and discriminator of a profile's customer.
async fn customer(server: &Server, backend: Backend, profile: &str) -> serde_json::Value {
    let (key, customer) = (backend.uuid("socialprofileid"), backend.uuid("customer_id"));
    let sql = format!(
        "select case when customer_id is null then null else {customer} end as id, customer_type as type
         from socialprofile where {key} = '{profile}'"
    );
    server.sql(&sql).await.remove(0)
}

#[apply(backends)]
#[tokio::test]
async fn c032_setting_one_arm_of_a_multi_table_lookup_clears_the_others(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c032").await else { return };
    let (profile, account) = profile_of(&server, backend, "account").await;
    let contact = demo_key("8c0c", 8);
    let data = server
        .write(&format!(
            "mutation {{ associateSocialprofileCustomeridContact(
                key: {{socialprofileid: \"{profile}\"}}, ref: {{contactid: \"{contact}\"}}) {{
              changed results {{ ref status }} socialprofile {{ customerType customerId customeridAccount {{ ref }}
                customeridContact {{ contactid }} customer {{ __typename }} }} }} }}"
        ))
        .await;
    let expected = json!({
        "changed": true,
        "results": [{ "ref": format!("contacts({contact})"), "status": "MOVED" }],
        "socialprofile": { "customerType": "contact", "customerId": contact, "customeridAccount": null,
            "customeridContact": { "contactid": contact }, "customer": { "__typename": "Contact" } }
    });
    assert_eq!(data["associateSocialprofileCustomeridContact"], expected);
    assert_eq!(customer(&server, backend, &profile).await, json!({ "id": contact, "type": "contact" }));
    // From the other end.
    server
        .write(&format!(
            "mutation {{ associateAccountSocialprofileCustomerAccounts(
                key: {{accountid: \"{account}\"}}, refs: [{{socialprofileid: \"{profile}\"}}]) {{ changed }} }}"
        ))
        .await;
    assert_eq!(customer(&server, backend, &profile).await, json!({ "id": account, "type": "account" }));
    // And by a bind.
    server
        .write(&format!(
            "mutation {{ updateSocialprofile(key: {{socialprofileid: \"{profile}\"}},
                input: {{customeridContact: {{ref: {{contactid: \"{contact}\"}}}}}}) {{ outcome }} }}"
        ))
        .await;
    assert_eq!(customer(&server, backend, &profile).await, json!({ "id": contact, "type": "contact" }));
}

#[apply(backends)]
#[tokio::test]
async fn c032_a_multi_table_lookup_takes_only_records_of_its_arms(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c032_bad").await else { return };
    let (profile, account) = profile_of(&server, backend, "account").await;
    let set = |target: &str| {
        format!(
            "mutation {{ associateSocialprofileCustomeridContact(key: {{socialprofileid: \"{profile}\"}}, ref: {target}) {{ changed }} }}"
        )
    };
    server.refuses(&set(&format!("{{ref: \"accounts({account})\"}}")), "TYPE_MISMATCH").await;
    // The key of an account is no contact's.
    let extensions = server.refuses(&set(&format!("{{contactid: \"{account}\"}}")), "TARGET_NOT_FOUND").await;
    assert_eq!(extensions["navigationProperty"], "customeridContact");
}

#[apply(backends)]
#[tokio::test]
async fn c033_clearing_an_arm_that_is_not_set_changes_nothing(#[case] backend: Backend) {
    let Some(server) = demo_of_its_own(backend, "c033").await else { return };
    let (profile, account) = profile_of(&server, backend, "account").await;
    let clear = |arm: &str| {
        format!(
            "mutation {{ disassociateSocialprofile{arm}(key: {{socialprofileid: \"{profile}\"}}) {{ changed results {{ status }} }} }}"
        )
    };
    let before = server.state().await;
    let data = server.write(&clear("CustomeridContact")).await;
    assert_eq!(data["disassociateSocialprofileCustomeridContact"], json!({ "changed": false, "results": [] }));
    assert_eq!(server.state().await, before);
    assert_eq!(customer(&server, backend, &profile).await, json!({ "id": account, "type": "account" }));
    let update = format!(
        "mutation {{ updateSocialprofile(key: {{socialprofileid: \"{profile}\"}}, input: {{customeridContact: null}}) {{ outcome }} }}"
    );
    assert_eq!(server.write(&update).await["updateSocialprofile"]["outcome"], "UNCHANGED");
    assert_eq!(server.state().await, before);
    let data = server.write(&clear("CustomeridAccount")).await;
    assert_eq!(
        data["disassociateSocialprofileCustomeridAccount"],
        json!({ "changed": true, "results": [{ "status": "DISASSOCIATED" }] })
    );
    assert_eq!(customer(&server, backend, &profile).await, json!({ "id": null, "type": null }));
}
