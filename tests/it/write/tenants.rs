//! Lookups of several columns that share one with the primary key, with each other, or with nothing but the record.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

/// Contacts are of a tenant, which is part of every key; notes tell theirs in a column of their own.
const TABLES: &str = "
    create table tenant (id integer not null primary key, name varchar(20));
    create table account (tenant_id integer not null references tenant (id), id integer not null,
        primary key (tenant_id, id));
    create table contact (tenant_id integer not null references tenant (id), id integer not null, account_id integer,
        boss_id integer, primary key (tenant_id, id), foreign key (tenant_id, account_id) references account (tenant_id, id),
        foreign key (tenant_id, boss_id) references contact (tenant_id, id));
    create table note (id integer not null primary key, tenant_id integer not null, account_id integer,
        foreign key (tenant_id, account_id) references account (tenant_id, id));
    create table visit (id integer not null primary key, tenant_id integer not null references tenant (id),
        account_id integer, foreign key (tenant_id, account_id) references account (tenant_id, id));
    insert into tenant values (1, 'one'), (2, 'two');
    insert into account values (1, 1), (1, 2), (2, 1);
    insert into contact values (1, 1, 1, null), (1, 2, null, null), (2, 1, null, null);
    insert into note values (1, 1, 1), (2, 1, null);
    insert into visit values (1, 1, 1), (2, 1, null);";

async fn start(backend: Backend, name: &str) -> Option<Server> {
    scratch(backend, name, TABLES).await
}

#[apply(backends)]
#[tokio::test]
async fn a_lookup_that_shares_only_a_part_with_the_key_is_changed(#[case] backend: Backend) {
    let Some(server) = start(backend, "tenants_free").await else { return };
    let key = "{tenantIdId: {tenantId: 1, id: 1}}";
    let mutation = |account: &str| {
        format!(
            "mutation {{ updateContact(key: {key}, input: {{account: {account}}}) {{ contact {{ tenantId accountId }} }} }}"
        )
    };
    let contact = |account: Option<i32>| json!({ "tenantId": 1, "accountId": account });
    let data = server.write(&mutation("{ref: {tenantIdId: {tenantId: 1, id: 2}}}")).await;
    assert_eq!(data["updateContact"]["contact"], contact(Some(2)));
    let data = server.write(&mutation("null")).await;
    assert_eq!(data["updateContact"]["contact"], contact(None));
    server.refuses(&mutation("{ref: {tenantIdId: {tenantId: 2, id: 1}}}"), "IMMUTABLE").await;
    let data = server
        .write(
            "mutation { associateAccountContacts(key: {ref: \"accounts(tenantId=1,id=1)\"},
                refs: [{ref: \"contacts(tenantId=1,id=1)\"}, {ref: \"contacts(tenantId=1,id=2)\"}]) {
              results { status } account { contacts { id } } } }",
        )
        .await;
    assert_eq!(data["associateAccountContacts"]["account"]["contacts"], json!([{ "id": 1 }, { "id": 2 }]));
    // The link to the tenant is the key itself.
    assert!(!server.offers("associateContactTenant").await && server.offers("associateContactAccount").await);
}

#[apply(backends)]
#[tokio::test]
async fn links_that_share_an_attribute_stand_in_for_each_other(#[case] backend: Backend) {
    let Some(server) = start(backend, "tenants_shared").await else { return };
    let create = |input: &str| {
        format!("mutation {{ createContact(input: {{id: 9, {input}}}) {{ contact {{ ref tenant {{ name }} }} }} }}")
    };
    let of_two = "account: {ref: {tenantIdId: {tenantId: 2, id: 1}}}";
    let data = server.write(&create(of_two)).await;
    let expected = json!({ "ref": "contacts(tenantId=2,id=9)", "tenant": { "name": "two" } });
    assert_eq!(data["createContact"]["contact"], expected);
    let refusal = server.refuses(&create("contact: {create: {id: 8}}"), "REQUIRED_RELATIONSHIP").await;
    assert_eq!((&refusal["entity"], &refusal["navigationProperty"]), (&json!("contact"), &json!("tenant")));
    let refusal = server.refuses(&create(&format!("tenant: {{ref: {{id: 1}}}}, {of_two}")), "INVALID").await;
    assert_eq!(refusal["navigationProperty"], "tenant");
    // What is created below a record is of its tenant.
    let data = server
        .write(
            "mutation { createAccount(input: {id: 3, tenant: {create: {id: 3}}, contacts: {create: [{id: 1}, {id: 2,
                contactsByContact: {create: [{id: 3}]}}]}}) { account { contacts { ref } } } }",
        )
        .await;
    let contacts = json!([{ "ref": "contacts(tenantId=3,id=1)" }, { "ref": "contacts(tenantId=3,id=2)" }]);
    assert_eq!(data["createAccount"]["account"]["contacts"], contacts);
    assert_eq!(
        server.sql("select boss_id from contact where tenant_id = 3 and id = 3").await,
        [json!({ "boss_id": 2 })]
    );
}

#[apply(backends)]
#[tokio::test]
async fn what_a_record_tells_of_itself_is_written_as_such_and_no_link_changes_it(#[case] backend: Backend) {
    let Some(server) = start(backend, "tenants_own").await else { return };
    let data = server
        .write("mutation { a: createNote(input: {id: 3, tenantId: 2}) { note { tenantId account { id } } }
            b: createNote(input: {id: 4, account: {ref: {ref: \"accounts(tenantId=2,id=1)\"}}}) { note { tenantId accountId } } }")
        .await;
    assert_eq!(data["a"]["note"], json!({ "tenantId": 2, "account": null }));
    assert_eq!(data["b"]["note"], json!({ "tenantId": 2, "accountId": 1 }));
    server.refuses("mutation { createNote(input: {id: 5}) { outcome } }", "INVALID").await;
    let elsewhere = "{ref: \"accounts(tenantId=2,id=1)\"}";
    for mutation in [
        format!("associateNoteAccount(key: {{id: 1}}, ref: {elsewhere}) {{ changed }}"),
        format!("updateNote(key: {{id: 2}}, input: {{account: {{ref: {elsewhere}}}}}) {{ outcome }}"),
        format!("associateVisitAccount(key: {{id: 2}}, ref: {elsewhere}) {{ changed }}"),
        // The account would not be the same any more.
        "associateVisitTenant(key: {id: 1}, ref: {id: 2}) { changed }".to_owned(),
        format!("updateNote(key: {{id: 1}}, input: {{tenantId: 1, account: {{ref: {elsewhere}}}}}) {{ outcome }}"),
    ] {
        server.refuses(&format!("mutation {{ {mutation} }}"), "INVALID").await;
    }
    // Nor does the record drag its link to another account that happens to have the number.
    for mutation in [
        "updateNote(key: {id: 1}, input: {tenantId: 2}) { outcome }",
        "updateNotes(where: {id: {lte: 2}}, input: {tenantId: 2}, atMost: 2) { count }",
        "upsertNote(key: {id: 1}, input: {id: 1, tenantId: 2}) { outcome }",
    ] {
        server.refuses(&format!("mutation {{ {mutation} }}"), "INVALID").await;
    }
    let data = server
        .write(
            "mutation { a: updateNote(key: {id: 1}, input: {tenantId: 1}) { outcome }
            b: updateNote(key: {id: 2}, input: {tenantId: 2}) { note { tenantId } }
            c: updateNote(key: {id: 2}, input: {tenantId: 1}) { outcome } }",
        )
        .await;
    assert_eq!(data["b"]["note"]["tenantId"], 2);
    // Both at once, or without a link that would be dragged along.
    let data = server
        .write(&format!(
            "mutation {{ updateNote(key: {{id: 1}}, input: {{tenantId: 2, account: {{ref: {elsewhere}}}}}) {{ note {{ tenantId }} }}
              updateVisit(key: {{id: 1}}, input: {{tenant: {{ref: {{id: 2}}}}, account: {{ref: {elsewhere}}}}}) {{ visit {{ tenantId }} }}
              associateVisitTenant(key: {{id: 2}}, ref: {{id: 2}}) {{ visit {{ tenantId }} }} }}"
        ))
        .await;
    assert_eq!(data["updateNote"]["note"]["tenantId"], 2);
    assert_eq!(data["updateVisit"]["visit"]["tenantId"], 2);
    assert_eq!(data["associateVisitTenant"]["visit"]["tenantId"], 2);
}
