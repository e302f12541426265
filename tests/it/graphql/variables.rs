//! Variables: anywhere a value may stand, with defaults, missing or null.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, demo, demo_key, pluck},
};

#[apply(backends)]
#[tokio::test]
async fn variables_stand_for_whole_arguments_and_for_parts_of_them(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let literal = "{ contacts(where: {and: [{lastname: {in: [\"Smith\", \"Kim\"]}}, {donotcall: {eq: false}}]},
        orderBy: [{lastname: DESC}, {contactid: ASC}], first: 5, offset: 1) { contactid } }";
    let expected = server.data(literal).await;
    assert!(!expected["contacts"].as_array().unwrap().is_empty());
    for (query, variables) in [
        (
            "query ($where: ContactWhere, $order: [ContactOrderBy!], $first: Int, $offset: Int) {
                contacts(where: $where, orderBy: $order, first: $first, offset: $offset) { contactid } }",
            json!({
                "where": { "and": [{ "lastname": { "in": ["Smith", "Kim"] } }, { "donotcall": { "eq": false } }] },
                "order": [{ "lastname": "DESC" }, { "contactid": "ASC" }], "first": 5, "offset": 1
            }),
        ),
        (
            "query ($one: ContactWhere!, $a: String!, $b: Boolean, $sort: Sort!, $key: ContactOrderBy!) {
                contacts(where: {and: [$one, {donotcall: {eq: $b}}, {lastname: {in: [$a, \"Kim\"]}}]},
                  orderBy: [{lastname: $sort}, $key], first: 5, offset: 1) { contactid } }",
            json!({ "one": { "lastname": { "in": ["Kim", "Smith"] } }, "a": "Smith", "b": false, "sort": "DESC",
                "key": { "contactid": "ASC" } }),
        ),
        (
            "query ($names: [String!] = [\"Smith\", \"Kim\"], $filter: BooleanFilter = {eq: false}, $first: Int = 5,
                $order: [ContactOrderBy!] = [{lastname: DESC}, {contactid: ASC}], $where: ContactWhere = {donotcall: {eq: false}}) {
                contacts(where: {and: [{lastname: {in: $names}, donotcall: $filter}, $where]}, orderBy: $order, first: $first, offset: 1) {
                  contactid } }",
            json!({}),
        ),
    ] {
        assert_eq!(server.data_with(query, variables).await, expected, "{query}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_missing_optional_variable_is_an_argument_not_given(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = "query ($first: Int, $name: String, $none: StringFilter, $where: ContactWhere, $sort: Sort) {
        contacts(first: $first, where: {and: [{lastname: {gte: $name}}, {firstname: $none}], or: [{not: $where}, {donotcall: {eq: true}}]},
          orderBy: [{lastname: $sort, contactid: ASC}]) { contactid } }";
    let expected = "{ contacts(where: {or: [{}, {donotcall: {eq: true}}]}, orderBy: {contactid: ASC}) { contactid } }";
    assert_eq!(server.data(query).await, server.data(expected).await);
}

#[apply(backends)]
#[tokio::test]
async fn null_for_equality_asks_for_null(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = "query ($value: String) { is: contactsAggregate(where: {firstname: {eq: $value}}) { count }
        not: contactsAggregate(where: {firstname: {ne: $value}}) { count } }";
    let nulls = server.number("select count(*) as v from contact where firstname is null").await;
    let others = server.number("select count(*) as v from contact where firstname is not null").await;
    let data = server.data_with(query, json!({ "value": null })).await;
    assert_eq!(data, json!({ "is": { "count": nulls }, "not": { "count": others } }));
    // Not given at all: no condition.
    let data = server.data(query).await;
    assert_eq!(data, json!({ "is": { "count": nulls + others }, "not": { "count": nulls + others } }));
}

#[apply(backends)]
#[tokio::test]
async fn one_value_stands_for_a_list_of_one(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = "query ($names: [String!], $order: [ContactOrderBy!], $by: [ContactAttribute!]) {
        contacts(where: {lastname: {in: $names}}, orderBy: $order) { lastname }
        contactsAggregate(groupBy: $by, where: {lastname: {in: $names}}) { groups { key { lastname } } } }";
    let list = json!({ "names": ["Kim"], "order": [{ "contactid": "DESC" }], "by": ["LASTNAME"] });
    let single = json!({ "names": "Kim", "order": { "contactid": "DESC" }, "by": "LASTNAME" });
    let expected = server.data_with(query, list).await;
    assert_eq!(pluck(&expected["contacts"], "lastname")[0], "Kim");
    assert_eq!(server.data_with(query, single).await, expected);
}

#[apply(backends)]
#[tokio::test]
async fn enum_values_come_as_variables_and_literals(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = "query ($method: Preferredcontactmethod, $some: [Preferredcontactmethod!], $trade: [Industry!]) {
        literal: contactsAggregate(where: {preferredcontactmethod: {eq: EMAIL}}) { count }
        variable: contactsAggregate(where: {preferredcontactmethod: {eq: $method}}) { count }
        list: contactsAggregate(where: {preferredcontactmethod: {in: $some}}) { count }
        others: contactsAggregate(where: {preferredcontactmethod: {notIn: [EMAIL, PHONE]}}) { count }
        not: contactsAggregate(where: {preferredcontactmethod: {ne: MAIL}}) { count }
        trade: accounts(where: {industry: {in: $trade}}, orderBy: {accountid: ASC}) { industry name } }";
    let variables = json!({ "method": "EMAIL", "some": ["EMAIL", "PHONE"], "trade": ["RETAIL", "PUBLIC_SECTOR"] });
    let data = server.data_with(query, variables).await;
    for (field, condition) in [
        ("literal", "preferredcontactmethod = 2"),
        ("variable", "preferredcontactmethod = 2"),
        ("list", "preferredcontactmethod in (2, 3)"),
        ("others", "preferredcontactmethod not in (2, 3)"),
        ("not", "preferredcontactmethod <> 4"),
    ] {
        let expected = server.number(&format!("select count(*) as v from contact where {condition}")).await;
        assert_eq!(data[field]["count"], expected, "{field}");
    }
    let sql = "select name as v from account where industry in ('retail', 'public_sector') order by accountid";
    assert_eq!(pluck(&data["trade"], "name"), server.texts(sql).await);
    let industries: Vec<_> = pluck(&data["trade"], "industry");
    assert!(industries.iter().all(|name| name == "RETAIL" || name == "PUBLIC_SECTOR"), "{industries:?}");
}

#[apply(backends)]
#[tokio::test]
async fn a_key_comes_as_a_variable(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = "query ($key: OrderlineKey!, $id: Int!, $line: Int!, $ref: ID!, $uuid: UUID) {
        a: orderline(key: $key) { ref }
        b: orderline(key: {salesorderidLine: {salesorderid: $id, line: $line}}) { ref }
        c: orderline(key: {ref: $ref}) { ref } d: node(ref: $ref) { ref }
        e: contact(key: {contactid: $uuid}) { contactid } }";
    let reference = "orderlines(salesorderid=1001,line=2)";
    let variables = json!({ "key": { "salesorderidLine": { "salesorderid": 1001, "line": 2 } }, "id": 1001, "line": 2,
        "ref": reference, "uuid": demo_key("8c0c", 7) });
    let data = server.data_with(query, variables).await;
    for field in ["a", "b", "c", "d"] {
        assert_eq!(data[field]["ref"], reference);
    }
    assert_eq!(data["e"]["contactid"], demo_key("8c0c", 7));
    assert_ne!(data["e"], Value::Null);
}

#[apply(backends)]
#[tokio::test]
async fn a_variable_is_used_only_where_its_type_fits(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    // GraphQL 5.8.5: a use, and whether it is allowed.
    let uses = [
        ("query($n: Int) { contacts(first: $n) { ref } }", true),
        ("query($n: Int!) { contacts(first: $n) { ref } }", true),
        ("query($n: String) { contacts(first: $n) { ref } }", false),
        ("query($n: [Int]) { contacts(first: $n) { ref } }", false),
        ("query($w: ContactWhere) { contacts(where: $w) { ref } }", true),
        ("query($w: AccountWhere) { contacts(where: $w) { ref } }", false),
        ("query($t: String) { contacts(where: {lastname: {eq: $t}}) { ref } }", true),
        ("query($t: Int) { contacts(where: {lastname: {eq: $t}}) { ref } }", false),
        ("query($t: String!) { contacts(where: {lastname: {in: [$t]}}) { ref } }", true),
        ("query($t: String) { contacts(where: {lastname: {in: [$t]}}) { ref } }", false),
        ("query($t: String = \"a\") { contacts(where: {lastname: {in: [$t]}}) { ref } }", true),
        ("query($t: [String!]) { contacts(where: {lastname: {in: $t}}) { ref } }", true),
        ("query($t: [String]) { contacts(where: {lastname: {in: $t}}) { ref } }", false),
        ("query($t: String!) { contacts(where: {lastname: {in: $t}}) { ref } }", false),
        ("query($r: ID) { node(ref: $r) { ref } }", false),
        ("query($r: ID = \"contacts(1)\") { node(ref: $r) { ref } }", true),
        ("query($r: String!) { node(ref: $r) { ref } }", false),
        ("query($s: Boolean!) { contacts(first: 0) { ref @skip(if: $s) } }", true),
        ("query($s: Boolean) { contacts(first: 0) { ref @skip(if: $s) } }", false),
        (
            "query($n: String) { accounts(first: 1) { ...F } } fragment F on Account { accountTasks(first: $n) { ref } }",
            false,
        ),
        ("query($n: String) { accounts(first: 1) { ... { accountTasks(first: $n) { ref } } } }", false),
    ];
    for (query, is_allowed) in uses {
        let variables = json!({ "n": 1, "w": null, "t": "a", "r": "contacts(1)", "s": true });
        let response = server.run(query, variables).await;
        let message = response["errors"][0]["message"].as_str().unwrap_or_default();
        assert_eq!(!message.contains("is used where"), is_allowed, "{query}\n{response:#}");
    }
}
