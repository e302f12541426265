//! Records by reference and by every key.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, demo, demo_key, scratch, text},
};

#[apply(backends)]
#[tokio::test]
async fn node_finds_a_record_of_every_entity_again(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let sets = server.data("{ entityDefinitions { entitySetName logicalName typeName primaryKey } }").await;
    let sets = sets["entityDefinitions"].as_array().unwrap();
    assert_eq!(sets.len(), 14);
    for entity in sets {
        let [set, one] = ["entitySetName", "logicalName"].map(|name| text(&entity[name]));
        let data = server.data(&format!("{{ {set}(first: 3, offset: 1) {{ ref __typename }} }}")).await;
        let records = data[&set].as_array().unwrap();
        assert!(!records.is_empty());
        for record in records {
            assert_eq!(record["__typename"], entity["typeName"]);
            let query = format!(
                "query ($ref: ID!) {{ node(ref: $ref) {{ ref __typename }} {one}(key: {{ref: $ref}}) {{ ref __typename }} }}"
            );
            let found = server.data_with(&query, json!({ "ref": record["ref"] })).await;
            assert_eq!(found["node"], *record);
            assert_eq!(found[&one], *record);
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn every_key_finds_its_record(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let (user, team) = (demo_key("85e0", 2), demo_key("8ea0", 1));
    let data = server
        .data(&format!(
            "{{ a: contact(key: {{emailaddress1: \"anna.schmidt@mail.example\"}}) {{ lastname }}
                b: salesorder(key: {{ordernumber: \"SO-2024-0010\"}}) {{ salesorderid }}
                c: salesorder(key: {{salesorderid: 1010}}) {{ ordernumber }}
                d: role(key: {{name: \"Auditor\"}}) {{ name description }}
                e: systemuser(key: {{internalemailaddress: \"d.oleary@relata.example\"}}) {{ fullname }}
                f: teammembership(key: {{systemuseridTeamid: {{systemuserid: \"{user}\", teamid: \"{team}\"}}}}) {{ team {{ name }} systemuser {{ fullname }} }}
                g: userprofile(key: {{systemuserid: \"{user}\"}}) {{ timezone }}
                h: account(key: {{accountnumber: \"AC-00137\"}}) {{ name }}
                i: salesorder(key: {{ordernumber: \"so-2024-0010\"}}) {{ salesorderid }} }}"
        ))
        .await;
    assert_eq!(data["b"]["salesorderid"], 1010);
    assert_eq!(data["c"]["ordernumber"], "SO-2024-0010");
    assert_eq!(data["d"], json!({ "name": "Auditor", "description": null }));
    assert_eq!(data["e"]["fullname"], "Daniel O'Leary");
    assert_eq!(
        data["f"],
        json!({ "team": { "name": "Enterprise EMEA" }, "systemuser": { "fullname": "Daniel O'Leary" } })
    );
    assert_eq!(data["g"]["timezone"], "Europe/Dublin");
    assert_eq!(data["h"]["name"], "Nordwind Maschinenbau GmbH");
    assert_eq!(data["i"], Value::Null);
}

#[apply(backends)]
#[tokio::test]
async fn references_hold_keys_of_every_type_and_any_letter(#[case] backend: Backend) {
    let bytes = match backend {
        Backend::Sqlite => "blob",
        Backend::Postgres => "bytea",
        Backend::MariaDb => "varbinary(20)",
    };
    let statements = format!(
        "create table word (word varchar(50) primary key);
         insert into word values ('it''s'), ('a,b=c'), ('('')'), ('\"q\"'), ('back\\slash'), ('東京 🚀'), (''), (' '), ('a)b('), ('''');
         create table big (id bigint primary key);
         insert into big values (9007199254740993), (-9223372036854775808);
         create table pair (a varchar(20) not null, b integer not null, day date not null, primary key (a, b, day));
         insert into pair values ('x,y', -1, '2024-02-29'), ('''=''', 0, '1999-12-31');
         create table exact (amount numeric(10, 3) primary key);
         insert into exact values (1.500), (-0.25);
         create table raw (data {bytes} primary key);
         create table flag (is_on boolean not null, n integer not null, primary key (is_on, n));
         insert into flag values (true, 1), (false, 1);"
    );
    let Some(server) = scratch(backend, "keys", &statements).await else { return };
    for (set, one, count) in
        [("words", "word", 10), ("bigs", "big", 2), ("pairs", "pair", 2), ("exacts", "exact", 2), ("flags", "flag", 2)]
    {
        let records = server.data(&format!("{{ {set} {{ ref }} }}")).await[set].take();
        assert_eq!(records.as_array().unwrap().len(), count);
        for record in records.as_array().unwrap() {
            let query =
                format!("query ($ref: ID!) {{ node(ref: $ref) {{ ref }} {one}(key: {{ref: $ref}}) {{ ref }} }}");
            let found = server.data_with(&query, json!({ "ref": record["ref"] })).await;
            assert_eq!(found["node"], *record);
            assert_eq!(found[one], *record);
        }
    }
    let data = server.data("{ words(where: {word: {eq: \"it's\"}}) { ref } }").await;
    assert_eq!(data["words"][0]["ref"], "words('it''s')");
    let data = server.data("{ pairs(where: {b: {eq: -1}}) { ref } }").await;
    assert_eq!(data["pairs"][0]["ref"], "pairs(a='x,y',b=-1,day=2024-02-29)");
}
