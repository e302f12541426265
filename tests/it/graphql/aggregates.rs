//! Aggregates: counts, sums, averages and extremes, in all, by groups and per parent.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, demo, demo_key, text},
};

/// A number, whether it is answered as one or as text.
fn number(value: &Value) -> f64 {
    text(value).parse().unwrap_or_else(|_| panic!("no number: {value}"))
}

fn assert_near(value: &Value, expected: f64) {
    assert!((number(value) - expected).abs() <= expected.abs() * 1e-9, "{value} is not {expected}");
}

#[apply(backends)]
#[tokio::test]
async fn totals_are_those_of_sql(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server
        .data(
            "{ salesordersAggregate(where: {priority: {gte: 0}}) { count
                sum { totalamount priority exchangerate } avg { totalamount priority exchangerate }
                min { totalamount orderedon ordernumber exchangerate submittedon } max { totalamount orderedon ordernumber salesorderid } } }",
        )
        .await;
    let all = &data["salesordersAggregate"];
    let sql = async |expression: &str| {
        let sql = format!("select cast({expression} as text) as v from salesorder where priority >= 0");
        server.texts(&sql).await.remove(0)
    };
    assert_eq!(text(&all["count"]), sql("count(*)").await);
    for (function, column) in [
        ("sum", "totalamount"),
        ("sum", "priority"),
        ("sum", "exchangerate"),
        ("avg", "totalamount"),
        ("avg", "priority"),
        ("avg", "exchangerate"),
        ("min", "totalamount"),
        ("min", "exchangerate"),
        ("max", "totalamount"),
        ("max", "salesorderid"),
    ] {
        assert_near(&all[function][column], sql(&format!("{function}({column})")).await.parse().unwrap());
    }
    for (function, column) in
        [("min", "orderedon"), ("max", "orderedon"), ("min", "ordernumber"), ("max", "ordernumber")]
    {
        assert_eq!(text(&all[function][column]), sql(&format!("{function}({column})")).await);
    }
    assert_eq!(all["min"]["submittedon"], "2024-01-06T09:22:00Z");
    // Decimals are text with the column's digits.
    let sum = all["sum"]["totalamount"].as_str().unwrap();
    assert_eq!(sum.split_once('.').unwrap().1.len(), 2, "{sum}");
}

#[apply(backends)]
#[tokio::test]
async fn totals_of_nothing_are_zero_and_null(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server.data("{ salesordersAggregate(where: {salesorderid: {lt: 0}}) { count sum { totalamount } avg { priority } min { orderedon } } }").await;
    assert_eq!(
        data["salesordersAggregate"],
        json!({ "count": 0, "sum": { "totalamount": null }, "avg": { "priority": null }, "min": { "orderedon": null } })
    );
}

#[apply(backends)]
#[tokio::test]
async fn groups_are_those_of_sql(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server
        .data(
            "{ one: accountsAggregate(groupBy: [INDUSTRY]) { count groups { key { industry } count max { numberofemployees } } }
               two: contactsAggregate(groupBy: [DONOTCALL, PREFERREDCONTACTMETHOD], where: {versionnumber: {gt: \"1\"}}) {
                 groups { key { donotcall preferredcontactmethod } count sum { annualincome } } } }",
        )
        .await;
    let groups = data["one"]["groups"].as_array().unwrap();
    let rows = server.sql("select industry as k, cast(count(*) as text) as c, cast(max(numberofemployees) as text) as m from account group by industry").await;
    assert_eq!(groups.len(), rows.len());
    for row in &rows {
        let key = row["k"].as_str().map_or(Value::Null, |key| key.to_uppercase().into());
        let group =
            groups.iter().find(|group| group["key"]["industry"] == key).unwrap_or_else(|| panic!("no group {key}"));
        assert_eq!(text(&group["count"]), text(&row["c"]));
        assert_eq!(text(&group["max"]["numberofemployees"]), text(&row["m"]));
    }
    let groups = data["two"]["groups"].as_array().unwrap();
    let rows = server.sql("select cast(donotcall as text) as a, cast(preferredcontactmethod as text) as b, cast(count(*) as text) as c,
        cast(sum(annualincome) as text) as s from contact where versionnumber > 1 group by donotcall, preferredcontactmethod").await;
    assert_eq!(groups.len(), rows.len());
    for row in &rows {
        let donotcall = matches!(row["a"].as_str(), Some("1" | "true"));
        let method =
            row["b"].as_str().map(|number| ["ANY", "EMAIL", "PHONE", "MAIL"][number.parse::<usize>().unwrap() - 1]);
        let key = json!({ "donotcall": donotcall, "preferredcontactmethod": method });
        let group = groups.iter().find(|group| group["key"] == key).unwrap_or_else(|| panic!("no group {key}"));
        assert_eq!(text(&group["count"]), text(&row["c"]));
        match row["s"].as_str() {
            None => assert_eq!(group["sum"]["annualincome"], Value::Null),
            Some(sum) => assert_near(&group["sum"]["annualincome"], sum.parse().unwrap()),
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn totals_and_groups_belong_to_their_parent(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server
        .data(
            "{ accounts(orderBy: {accountid: ASC}) { accountid
                salesordersAggregate(where: {priority: {gte: 0}}, groupBy: [PRIORITY]) { count max { totalamount } groups { key { priority } count } } }
               contacts(first: 200) { contactid followsAggregate { count min { lastname } groups: __typename }
                 followedByAggregate(groupBy: [DONOTCALL]) { count groups { key { donotcall } count } } } }",
        )
        .await;
    for account in data["accounts"].as_array().unwrap() {
        let own = format!(
            "from salesorder where {} = '{}' and priority >= 0",
            backend.uuid("accountid"),
            text(&account["accountid"])
        );
        let aggregate = &account["salesordersAggregate"];
        assert_eq!(aggregate["count"], server.number(&format!("select count(*) as v {own}")).await);
        let rows = server.sql(&format!("select cast(priority as text) as p, cast(count(*) as text) as c {own} group by priority order by priority")).await;
        let groups = aggregate["groups"].as_array().unwrap();
        let answered: Vec<_> =
            groups.iter().map(|group| (text(&group["key"]["priority"]), text(&group["count"]))).collect();
        let expected: Vec<_> = rows.iter().map(|row| (text(&row["p"]), text(&row["c"]))).collect();
        assert_eq!(answered, expected, "{}", account["accountid"]);
    }
    let mut linked = 0;
    for contact in data["contacts"].as_array().unwrap() {
        let key = text(&contact["contactid"]);
        let follows = format!("from contactfollow where {} = '{key}'", backend.uuid("followerid"));
        let count = server.number(&format!("select count(*) as v {follows}")).await;
        linked += count;
        assert_eq!(contact["followsAggregate"]["count"], count);
        assert_eq!(contact["followsAggregate"]["min"]["lastname"].is_null(), count == 0);
        let groups = contact["followedByAggregate"]["groups"].as_array().unwrap();
        let sum: i64 = groups.iter().map(|group| group["count"].as_i64().unwrap()).sum();
        assert_eq!(contact["followedByAggregate"]["count"], sum);
        let followed = format!("from contactfollow where {} = '{key}'", backend.uuid("followedid"));
        assert_eq!(sum, server.number(&format!("select count(*) as v {followed}")).await);
    }
    assert_eq!(linked, server.number("select count(*) as v from contactfollow").await);
}

#[apply(backends)]
#[tokio::test]
async fn totals_follow_filters_over_links(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = format!(
        "{{ tasksAggregate(where: {{regardingobjectidAccountTask: {{createdby: {{manager: {{systemuserid: {{eq: \"{}\"}}}}}}}}}}) {{
            count groups: max {{ percentcomplete scheduledend }} }} }}",
        demo_key("85e0", 2)
    );
    let sql = format!(
        "select count(*) as v from task t join account a on a.accountid = t.regardingobjectid
         join systemuser u on u.systemuserid = a.createdbyid where u.parentsystemuserid = {}",
        backend.demo_key("85e0", 2)
    );
    assert_eq!(server.data(&query).await["tasksAggregate"]["count"], server.number(&sql).await);
}
