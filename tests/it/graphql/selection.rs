//! Selections: aliases, fragments, merging, directives, `__typename`, several root fields, operation names.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, demo, demo_key, pluck},
};

#[apply(backends)]
#[tokio::test]
async fn a_field_may_be_selected_twice_under_aliases(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = format!(
        "{{ account(key: {{accountid: \"{}\"}}) {{
            x: name y: name
            first: contactCustomerAccounts(orderBy: {{lastname: ASC}}, first: 1) {{ lastname }}
            last: contactCustomerAccounts(orderBy: {{lastname: DESC}}, first: 1) {{ lastname }}
            called: contactCustomerAccountsConnection(where: {{donotcall: {{eq: false}}}}) {{ totalCount }}
            all: contactCustomerAccountsConnection {{ totalCount }}
            maker: createdby {{ fullname }} creator: createdby {{ title }} }} }}",
        demo_key("8acc", 2)
    );
    let account = server.data(&query).await["account"].take();
    let own = format!("from contact where accountid = {}", backend.demo_key("8acc", 2));
    let texts = server.texts(&format!("select lastname as v {own} order by lastname")).await;
    assert_eq!(account["x"], "Adatum Retail Group");
    assert_eq!(account["y"], "Adatum Retail Group");
    assert_eq!(pluck(&account["first"], "lastname"), texts[..1]);
    assert_eq!(pluck(&account["last"], "lastname"), texts[texts.len() - 1..]);
    assert_eq!(account["all"]["totalCount"], texts.len());
    assert_eq!(
        account["called"]["totalCount"],
        server.number(&format!("select count(*) as v {own} and not donotcall")).await
    );
    assert!(account["maker"]["fullname"].is_string() && account["creator"]["fullname"].is_null());
}

#[apply(backends)]
#[tokio::test]
async fn fields_of_one_key_are_merged(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let key = demo_key("8c0c", 1);
    let query = format!(
        "query {{ contact(key: {{contactid: \"{key}\"}}) {{ ...A lastname parentcustomeridAccount {{ accountid }}
              follows(first: 1) {{ ref }} ... on Contact {{ follows(first: 1) {{ lastname }} }} ...B }}
            contact(key: {{contactid: \"{key}\"}}) {{ firstname }} }}
         fragment A on Contact {{ parentcustomeridAccount {{ name }} }}
         fragment B on Node {{ ... on Contact {{ parentcustomeridAccount {{ createdby {{ systemuserid }} }} contactid }} }}"
    );
    let body = server.run(&query, json!({})).await.to_string();
    let contact: Value = serde_json::from_str::<Value>(&body).unwrap()["data"]["contact"].take();
    let members: Vec<_> = contact.as_object().unwrap().keys().cloned().collect();
    let expected = ["parentcustomeridAccount", "lastname", "follows", "contactid", "firstname"];
    assert_eq!(members.len(), expected.len());
    assert!(expected.iter().all(|name| members.iter().any(|member| member == name)), "{members:?}");
    let account = contact["parentcustomeridAccount"].as_object().unwrap();
    assert!(["name", "accountid", "createdby"].iter().all(|name| account.contains_key(*name)));
    assert!(contact["follows"][0]["ref"].is_string() && contact["follows"][0]["lastname"].is_string());
}

#[apply(backends)]
#[tokio::test]
async fn members_come_in_the_order_of_their_first_selection(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = "query { z: __typename ...F contacts(first: 1) { lastname ...G ref } a: __typename }
        fragment F on Query { m: contactsAggregate { __typename } }
        fragment G on Contact { versionnumber ... { donotcall } lastname }";
    let body = json!({ "query": query });
    let text = server.client().post(server.url("/graphql")).json(&body).send().await.unwrap().text().await.unwrap();
    let places: Vec<_> =
        ["\"z\"", "\"m\"", "\"contacts\"", "\"lastname\"", "\"versionnumber\"", "\"donotcall\"", "\"ref\"", "\"a\""]
            .map(|name| text.find(name).unwrap_or_else(|| panic!("no {name} in {text}")))
            .into();
    assert!(places.is_sorted(), "{text}");
}

#[apply(backends)]
#[tokio::test]
async fn fragments_apply_to_entities_interfaces_and_unions(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = format!(
        "{{ node(ref: \"accounts({})\") {{ ref ... on Account {{ name }} ... on Contact {{ lastname }} ...N }}
            socialprofiles(where: {{customerType: {{isNull: false}}}}, orderBy: {{socialprofileid: ASC}}, first: 4) {{
              customer {{ ... on Account {{ name }} ... on Contact {{ name: lastname }} ...N ...U }} }} }}
         fragment N on Node {{ ref __typename }}
         fragment U on SocialprofileCustomer {{ ... on Contact {{ contactid }} ... on Account {{ accountid }} }}",
        demo_key("8acc", 3)
    );
    let data = server.data(&query).await;
    let reference = format!("accounts({})", demo_key("8acc", 3));
    assert_eq!(data["node"], json!({ "ref": reference, "name": "Crédit Rhône-Alpes", "__typename": "Account" }));
    for profile in data["socialprofiles"].as_array().unwrap() {
        let customer = &profile["customer"];
        let (set, key) = match customer["__typename"].as_str().unwrap() {
            "Account" => ("accounts", "accountid"),
            _ => ("contacts", "contactid"),
        };
        assert_eq!(customer["ref"], format!("{set}({})", customer[key].as_str().unwrap()));
        assert_eq!(customer.as_object().unwrap().len(), 4);
    }
}

#[apply(backends)]
#[tokio::test]
async fn skip_and_include_decide_on_fields_and_fragments(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = "query ($yes: Boolean! = true, $no: Boolean! = false) { contacts(first: 1) {
          a: lastname @skip(if: true) b: lastname @skip(if: $no) c: lastname @include(if: $no) d: lastname @include(if: $yes)
          e: lastname @skip(if: $yes) @include(if: $yes) f: lastname @skip(if: $no) @include(if: $yes)
          ... on Contact @skip(if: $yes) { g: lastname } ...F @include(if: $yes) ...F @skip(if: $yes)
          ... @include(if: $no) { i: lastname } parentcustomeridAccount @skip(if: $yes) { name } }
        gone: accounts @include(if: $no) { ref } }
      fragment F on Contact { h: lastname }";
    let keys = |data: &Value| data["contacts"][0].as_object().unwrap().keys().cloned().collect::<String>();
    let data = server.data(query).await;
    assert_eq!(keys(&data), "bdfh");
    assert_eq!(data.as_object().unwrap().len(), 1);
    let data = server.data_with(query, json!({ "yes": false, "no": true })).await;
    assert_eq!(keys(&data).replace("parentcustomeridAccount", ""), "cghi");
    assert!(data["gone"].is_array());
}

#[apply(backends)]
#[tokio::test]
async fn every_object_says_its_type(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server
        .data(
            "{ __typename contacts(first: 1) { __typename t: __typename }
               contactsConnection(first: 1) { __typename edges { __typename node { __typename } } nodes { __typename }
                 pageInfo { __typename } }
               contactsAggregate(groupBy: [DONOTCALL]) { __typename sum { __typename } avg { __typename } min { __typename }
                 max { __typename } groups { __typename key { __typename } sum { __typename } max { __typename } } }
               relationshipDefinitions(where: {schemaName: \"contactfollow\"}) { __typename }
               entityDefinition(logicalName: \"contact\") { __typename attributes { __typename } } }",
        )
        .await;
    assert_eq!(data["__typename"], "Query");
    assert_eq!(data["contacts"], json!([{ "__typename": "Contact", "t": "Contact" }]));
    assert_eq!(
        data["contactsConnection"],
        json!({ "__typename": "ContactConnection", "edges": [{ "__typename": "ContactEdge", "node": { "__typename": "Contact" } }],
            "nodes": [{ "__typename": "Contact" }], "pageInfo": { "__typename": "PageInfo" } })
    );
    let aggregate = &data["contactsAggregate"];
    assert_eq!(aggregate["__typename"], "ContactAggregate");
    for (member, name) in [("sum", "ContactSum"), ("avg", "ContactAvg"), ("min", "ContactMin"), ("max", "ContactMax")] {
        assert_eq!(aggregate[member]["__typename"], name);
    }
    let group = json!({ "__typename": "ContactAggregateGroup", "key": { "__typename": "ContactGroupKey" },
        "sum": { "__typename": "ContactSum" }, "max": { "__typename": "ContactMax" } });
    assert_eq!(aggregate["groups"], json!([group, group]));
    assert_eq!(data["relationshipDefinitions"][0]["__typename"], "ManyToManyRelationship");
    assert_eq!(data["entityDefinition"]["__typename"], "EntityDefinition");
}

#[apply(backends)]
#[tokio::test]
async fn data_definitions_and_introspection_mix_in_one_operation(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = "query ($type: String!, $count: Int, $entity: String!, $all: Boolean! = true) {
        first: contacts(first: $count) { ...C }
        schema: __schema { queryType { name } }
        ...D @include(if: $all)
        last: contactsAggregate { count }
        type: __type(name: $type) { ...T fields { name } } }
      fragment C on Contact { lastname }
      fragment D on Query { entity: entityDefinition(logicalName: $entity) { typeName } accounts(first: $count) { name } }
      fragment T on __Type { kind name }";
    let data = server.data_with(query, json!({ "type": "PageInfo", "count": 1, "entity": "task" })).await;
    assert_eq!(data["first"].as_array().unwrap().len(), 1);
    assert_eq!(data["schema"]["queryType"]["name"], "Query");
    assert_eq!(data["entity"]["typeName"], "Task");
    assert_eq!(data["accounts"], json!([{ "name": "Nordwind Maschinenbau GmbH" }]));
    assert_eq!(data["type"]["kind"], "OBJECT");
    assert_eq!(data["type"]["fields"].as_array().unwrap().len(), 4);
    assert!(data["last"]["count"].is_number());
}

#[apply(backends)]
#[tokio::test]
async fn the_operation_name_chooses_the_operation(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let document = "query A { a: __typename } query B($n: Int!) { contacts(first: $n) { __typename } }";
    let run = async |name: Value| {
        let body = json!({ "query": document, "operationName": name, "variables": { "n": 1 } });
        let response = server.client().post(server.url("/graphql")).json(&body).send().await.unwrap();
        response.json::<Value>().await.unwrap()
    };
    assert_eq!(run(json!("A")).await, json!({ "data": { "a": "Query" } }));
    assert_eq!(run(json!("B")).await, json!({ "data": { "contacts": [{ "__typename": "Contact" }] } }));
    for name in [json!("C"), Value::Null] {
        let response = run(name).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
        assert!(response.get("data").is_none());
    }
    let named = json!({ "query": "query A { a: __typename }", "operationName": "A" });
    let response = server.client().post(server.url("/graphql")).json(&named).send().await.unwrap();
    assert_eq!(response.json::<Value>().await.unwrap(), json!({ "data": { "a": "Query" } }));
}
