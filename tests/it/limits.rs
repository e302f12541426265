//! What one operation may ask for: the same on every database, whatever its own limits are.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, demo, scratch},
};

async fn code(server: &Server, query: &str, variables: Value) -> Value {
    server.run(query, variables).await["errors"][0]["extensions"]["code"].clone()
}

#[apply(backends)]
#[tokio::test]
async fn as_many_conditions_as_allowed_are_answered_and_more_refused(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = "query ($where: ContactWhere) { contactsAggregate(where: $where) { count } }";
    for word in ["and", "or"] {
        for (count, expected) in
            [(10, Value::Null), (500, Value::Null), (501, "LIMIT_EXCEEDED".into()), (30_000, "LIMIT_EXCEEDED".into())]
        {
            let conditions: Vec<Value> = (0..count).map(|_| json!({ "donotcall": { "eq": true } })).collect();
            assert_eq!(
                code(&server, query, json!({ "where": { word: conditions } })).await,
                expected,
                "{word} {count}"
            );
        }
    }
    let names: Vec<String> = (0..5_000).map(|n| format!("name {n}")).collect();
    assert_eq!(code(&server, query, json!({ "where": { "lastname": { "in": names } } })).await, Value::Null);
}

#[apply(backends)]
#[tokio::test]
async fn a_record_is_joined_to_so_many_others_and_no_more(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    // Two single-valued ways at every level: twice as many joins with each.
    let branching = |depth: usize| {
        (0..depth).fold("fullname".to_owned(), |below, _| {
            format!("fullname manager {{ {below} }} userprofile {{ systemuser {{ {below} }} }}")
        })
    };
    let query = |depth| format!("{{ systemusers {{ {} }} }}", branching(depth));
    // 3 × (2⁴ − 1) = 45 joins, and 93 with one level more.
    assert_eq!(code(&server, &query(4), json!({})).await, Value::Null);
    assert_eq!(code(&server, &query(5), json!({})).await, "LIMIT_EXCEEDED");
    assert_eq!(
        code(&server, &format!("{{ teams {{ teammembershipAssociation {{ {} }} }} }}", branching(4)), json!({})).await,
        Value::Null
    );
}

#[apply(backends)]
#[tokio::test]
async fn lists_have_a_hundred_records_unless_more_are_asked_for(#[case] backend: Backend) {
    let rows: Vec<String> = (1..=300).map(|id| format!("({id}, {})", 1 + id % 2)).collect();
    let statements = format!(
        "create table parent (id integer primary key); insert into parent values (1), (2);
         create table child (id integer primary key, parent_id integer not null references parent (id));
         insert into child values {}",
        rows.join(", ")
    );
    let Some(server) = scratch(backend, "pages", &statements).await else { return };
    let data = server
        .data(
            "{ children { id } all: children(first: 5000) { id } rest: children(offset: 290) { id }
               childrenConnection { nodes { id } pageInfo { hasNextPage } }
               parents { children { id } all: children(first: 5000) { id } page: children(first: 2, offset: 149) { id }
                 childrenConnection { nodes { id } pageInfo { hasNextPage } totalCount } } }",
        )
        .await;
    let length = |list: &Value| list.as_array().unwrap().len();
    assert_eq!([&data["children"], &data["all"], &data["rest"]].map(length), [100, 300, 10]);
    assert_eq!(length(&data["childrenConnection"]["nodes"]), 100);
    assert_eq!(data["childrenConnection"]["pageInfo"]["hasNextPage"], true);
    for parent in data["parents"].as_array().unwrap() {
        assert_eq!([&parent["children"], &parent["all"], &parent["page"]].map(length), [100, 150, 1]);
        assert_eq!(length(&parent["childrenConnection"]["nodes"]), 100);
        assert_eq!(parent["childrenConnection"]["totalCount"], 150);
    }
}
