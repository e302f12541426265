//! Links from both ends: cases 3, 6, 7, 12, 70.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, demo, demo_key, pluck, text},
};

/// Pairs of records that a query answers: an outer list and, in each of its records, an inner list or record.
async fn pairs(server: &Server, query: &str, [outer, key, inner, inner_key]: [&str; 4]) -> Vec<(String, String)> {
    let data = server.data(query).await;
    let mut pairs = Vec::new();
    for record in data[outer].as_array().unwrap() {
        let one = [record[inner].clone()];
        let related = record[inner].as_array().map_or(&one[..], Vec::as_slice);
        for other in related.iter().filter(|other| !other.is_null()) {
            pairs.push((text(&record[key]), text(&other[inner_key])));
        }
    }
    pairs.sort();
    pairs
}

fn turned(pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut turned: Vec<_> = pairs.into_iter().map(|(a, b)| (b, a)).collect();
    turned.sort();
    turned
}

async fn sql_pairs(server: &Server, sql: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = server.sql(sql).await.iter().map(|row| (text(&row["a"]), text(&row["b"]))).collect();
    pairs.sort();
    assert!(!pairs.is_empty());
    pairs
}

#[apply(backends)]
#[tokio::test]
async fn c003_both_ends_of_a_link_agree(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let many = "{ accounts(first: 200) { accountid contactCustomerAccounts(first: 200) { contactid } } }";
    let many = pairs(&server, many, ["accounts", "accountid", "contactCustomerAccounts", "contactid"]).await;
    let one = "{ contacts(first: 200) { contactid parentcustomeridAccount { accountid } } }";
    let one = pairs(&server, one, ["contacts", "contactid", "parentcustomeridAccount", "accountid"]).await;
    let (a, b) = (backend.uuid("accountid"), backend.uuid("contactid"));
    let sql = format!("select {a} as a, {b} as b from contact where accountid is not null");
    assert_eq!(many, sql_pairs(&server, &sql).await);
    assert_eq!(turned(one), many);
}

#[apply(backends)]
#[tokio::test]
async fn c003_both_ends_of_a_many_to_many_agree(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let teams = "{ systemusers { systemuserid teammembershipAssociation { teamid } } }";
    let teams = pairs(&server, teams, ["systemusers", "systemuserid", "teammembershipAssociation", "teamid"]).await;
    let users = "{ teams { teamid teammembershipAssociation { systemuserid } } }";
    let users = pairs(&server, users, ["teams", "teamid", "teammembershipAssociation", "systemuserid"]).await;
    let (a, b) = (backend.uuid("systemuserid"), backend.uuid("teamid"));
    assert_eq!(teams, sql_pairs(&server, &format!("select {a} as a, {b} as b from teammembership")).await);
    assert_eq!(turned(users), teams);
}

#[apply(backends)]
#[tokio::test]
async fn c003_both_ends_of_a_one_to_one_agree(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let from = "{ systemusers { systemuserid userprofile { userprofileid } } }";
    let from = pairs(&server, from, ["systemusers", "systemuserid", "userprofile", "userprofileid"]).await;
    let to = "{ userprofiles { userprofileid systemuser { systemuserid } } }";
    let to = pairs(&server, to, ["userprofiles", "userprofileid", "systemuser", "systemuserid"]).await;
    let (a, b) = (backend.uuid("systemuserid"), backend.uuid("userprofileid"));
    assert_eq!(from, sql_pairs(&server, &format!("select {a} as a, {b} as b from userprofile")).await);
    assert_eq!(turned(to), from);
}

#[apply(backends)]
#[tokio::test]
async fn c003_both_ends_of_a_self_relationship_agree(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let down = "{ systemusers { systemuserid directReports { systemuserid } } }";
    let down = pairs(&server, down, ["systemusers", "systemuserid", "directReports", "systemuserid"]).await;
    let up = "{ systemusers { systemuserid manager { systemuserid } } }";
    let up = pairs(&server, up, ["systemusers", "systemuserid", "manager", "systemuserid"]).await;
    let (a, b) = (backend.uuid("parentsystemuserid"), backend.uuid("systemuserid"));
    let sql = format!("select {a} as a, {b} as b from systemuser where parentsystemuserid is not null");
    assert_eq!(down, sql_pairs(&server, &sql).await);
    assert_eq!(turned(up), down);
}

#[apply(backends)]
#[tokio::test]
async fn c006_a_self_many_to_many_has_a_direction(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    // Contact 31 follows contact 1, who does not follow back.
    let (a, b) = (demo_key("8c0c", 31), demo_key("8c0c", 1));
    let query = format!(
        "{{ a: contact(key: {{contactid: \"{a}\"}}) {{ follows {{ contactid }} followedBy {{ contactid }} }}
            b: contact(key: {{contactid: \"{b}\"}}) {{ follows {{ contactid }} followedBy {{ contactid }} }} }}"
    );
    let data = server.data(&query).await;
    assert!(pluck(&data["a"]["follows"], "contactid").contains(&b));
    assert!(pluck(&data["b"]["followedBy"], "contactid").contains(&a));
    assert!(!pluck(&data["b"]["follows"], "contactid").contains(&a));
    assert!(!pluck(&data["a"]["followedBy"], "contactid").contains(&b));

    let (a, b) = (backend.uuid("followerid"), backend.uuid("followedid"));
    let expected = sql_pairs(&server, &format!("select {a} as a, {b} as b from contactfollow")).await;
    let query = "{ contacts(first: 200) { contactid follows(first: 200) { contactid } } }";
    assert_eq!(pairs(&server, query, ["contacts", "contactid", "follows", "contactid"]).await, expected);
    let query = "{ contacts(first: 200) { contactid followedBy(first: 200) { contactid } } }";
    assert_eq!(turned(pairs(&server, query, ["contacts", "contactid", "followedBy", "contactid"]).await), expected);
}

#[apply(backends)]
#[tokio::test]
async fn c007_filtering_by_the_raw_key_finds_the_collection(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for number in [1, 2, 14, 36, 40] {
        let key = demo_key("8acc", number);
        let query = format!(
            "{{ byKey: contacts(where: {{accountid: {{eq: \"{key}\"}}}}) {{ contactid }}
                byList: contacts(where: {{accountid: {{in: [\"{key}\"]}}}}) {{ contactid }}
                byLink: contacts(where: {{parentcustomeridAccount: {{accountid: {{eq: \"{key}\"}}}}}}) {{ contactid }}
                account(key: {{accountid: \"{key}\"}}) {{ contactCustomerAccounts {{ contactid }} }} }}"
        );
        let data = server.data(&query).await;
        let sql = format!(
            "select {} as v from contact where accountid = {} order by contactid",
            backend.uuid("contactid"),
            backend.demo_key("8acc", number)
        );
        let expected = server.texts(&sql).await;
        assert_eq!(pluck(&data["byKey"], "contactid"), expected);
        assert_eq!(pluck(&data["byList"], "contactid"), expected);
        assert_eq!(pluck(&data["byLink"], "contactid"), expected);
        assert_eq!(pluck(&data["account"]["contactCustomerAccounts"], "contactid"), expected);
    }
}

#[apply(backends)]
#[tokio::test]
async fn c012_part_of_a_composite_key_is_invalid(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for reference in [
        "orderlines(1001)",
        "orderlines(salesorderid=1001)",
        "orderlines(line=1)",
        "orderlines(salesorderid=1001,salesorderid=1001)",
        "orderlines(salesorderid=1001,line=1,quantity=2)",
        "orderlines(1001,1)",
        "orderlines()",
    ] {
        assert_eq!(server.code(&format!("{{ node(ref: \"{reference}\") {{ ref }} }}")).await, "INVALID", "{reference}");
        let query = format!("{{ orderline(key: {{ref: \"{reference}\"}}) {{ ref }} }}");
        assert_eq!(server.code(&query).await, "INVALID", "{reference}");
    }
    let query = "{ orderline(key: {salesorderidLine: {line: 1}}) { ref } }";
    assert_eq!(server.code(query).await, "GRAPHQL_VALIDATION_FAILED");
    let query = "query ($key: OrderlineKey!) { orderline(key: $key) { ref } }";
    let response = server.run(query, json!({ "key": { "salesorderidLine": { "salesorderid": 1001 } } })).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

#[apply(backends)]
#[tokio::test]
async fn c012_the_parts_of_a_reference_stand_in_any_order(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server.data("{ node(ref: \"orderlines(line=2,salesorderid=1001)\") { ref } }").await;
    assert_eq!(data["node"]["ref"], "orderlines(salesorderid=1001,line=2)");
}

#[apply(backends)]
#[tokio::test]
async fn c070_a_missing_link_is_null_and_an_empty_collection_a_list(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = format!(
        "{{ contact(key: {{contactid: \"{}\"}}) {{ parentcustomeridAccount {{ name }} }}
            systemuser(key: {{systemuserid: \"{}\"}}) {{ manager {{ ref manager {{ ref directReports {{ ref }} }} }}
              userprofile {{ ref }} teammembershipAssociation {{ name }} directReports {{ ref }} }}
            account(key: {{accountid: \"{}\"}}) {{ contactCustomerAccounts {{ ref }}
              contactCustomerAccountsConnection {{ nodes {{ ref }} edges {{ cursor }} totalCount
                pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}
              contactCustomerAccountsAggregate {{ count max {{ annualincome }} }} }} }}",
        demo_key("8c0c", 8),
        demo_key("85e0", 14),
        demo_key("8acc", 40)
    );
    let data = server.data(&query).await;
    assert_eq!(data["contact"], json!({ "parentcustomeridAccount": null }));
    let nothing = json!({ "manager": null, "userprofile": null, "teammembershipAssociation": [], "directReports": [] });
    assert_eq!(data["systemuser"], nothing);
    assert_eq!(
        data["account"],
        json!({
            "contactCustomerAccounts": [],
            "contactCustomerAccountsConnection": {
                "nodes": [], "edges": [], "totalCount": 0,
                "pageInfo": { "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null }
            },
            "contactCustomerAccountsAggregate": { "count": 0, "max": { "annualincome": null } }
        })
    );
}

#[apply(backends)]
#[tokio::test]
async fn c070_a_record_that_does_not_exist_is_null_without_error(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let key = demo_key("8c0c", 999);
    let query =
        format!("{{ contact(key: {{contactid: \"{key}\"}}) {{ ref }} node(ref: \"contacts({key})\") {{ ref }} }}");
    assert_eq!(server.data(&query).await, json!({ "contact": Value::Null, "node": Value::Null }));
}
