//! A. Schema, as definitions tell it: cases 8 and 11.

use rstest_reuse::apply;
use serde_json::Value;

use crate::{
    backends,
    support::{Backend, Server, demo, demo_key, scratch, text},
};

#[apply(backends)]
#[tokio::test]
async fn c008_a_lookup_says_its_target_its_navigation_and_what_it_shows(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server
        .data(
            "{ socialprofiles(orderBy: {socialprofileid: ASC}, first: 60) {
                socialprofileid customerId customerType
                customer { __typename ... on Node { ref } ... on Account { name } ... on Contact { lastname } }
                customeridAccount { name } customeridContact { lastname } } }",
        )
        .await;
    let sql = format!(
        "select {} as \"key\", {} as customer, s.customer_type as kind, a.name as account, c.lastname as contact
         from socialprofile s
         left join account a on a.accountid = s.customer_id and s.customer_type = 'account'
         left join contact c on c.contactid = s.customer_id and s.customer_type = 'contact'
         order by s.socialprofileid",
        backend.uuid("s.socialprofileid"),
        backend.uuid("s.customer_id"),
    );
    let expected = server.sql(&sql).await;
    assert_eq!(expected.len(), 60);
    let answered = data["socialprofiles"].as_array().unwrap();
    assert_eq!(answered.len(), expected.len());
    for (profile, row) in answered.iter().zip(&expected) {
        assert_eq!(profile["socialprofileid"], row["key"]);
        assert_eq!(profile["customerType"], row["kind"]);
        if !row["kind"].is_null() {
            assert_eq!(profile["customerId"], row["customer"]);
        }
        assert_eq!(profile["customeridAccount"]["name"], row["account"]);
        assert_eq!(profile["customeridContact"]["lastname"], row["contact"]);
        let customer = &profile["customer"];
        match (row["account"].as_str(), row["contact"].as_str()) {
            (Some(name), None) => {
                assert_eq!(customer["__typename"], "Account");
                assert_eq!(customer["ref"], format!("accounts({})", text(&row["customer"])));
                assert_eq!(customer["name"], name);
            }
            (None, Some(name)) => {
                assert_eq!(customer["__typename"], "Contact");
                assert_eq!(customer["ref"], format!("contacts({})", text(&row["customer"])));
                assert_eq!(customer["lastname"], name);
            }
            _ => assert_eq!(*customer, Value::Null, "{row}"),
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn c008_definitions_name_both_ends_of_a_lookup(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server
        .data(
            "{ entityDefinition(logicalName: \"socialprofile\") {
                attributes { logicalName isLookup }
                multiTableLookups { name typeName discriminatorAttribute navigationProperties }
                manyToOneRelationships { referencedEntity referencingAttribute referencingEntityNavigationPropertyName
                  referencedEntityNavigationPropertyName } } }",
        )
        .await;
    let entity = &data["entityDefinition"];
    let attributes = entity["attributes"].as_array().unwrap();
    assert!(
        attributes.iter().any(|attribute| attribute["logicalName"] == "customerId" && attribute["isLookup"] == true)
    );
    let lookup = &entity["multiTableLookups"][0];
    assert_eq!(lookup["name"], "customer");
    assert_eq!(lookup["typeName"], "SocialprofileCustomer");
    assert_eq!(lookup["discriminatorAttribute"], "customerType");
    let arms = entity["manyToOneRelationships"].as_array().unwrap();
    assert_eq!(arms.len(), 2);
    for (target, own, partner) in [
        ("account", "customeridAccount", "socialprofileCustomerAccounts"),
        ("contact", "customeridContact", "socialprofileCustomerContacts"),
    ] {
        let arm = arms.iter().find(|arm| arm["referencedEntity"] == target).unwrap();
        assert_eq!(arm["referencingAttribute"], "customerId");
        assert_eq!(arm["referencingEntityNavigationPropertyName"], own);
        assert_eq!(arm["referencedEntityNavigationPropertyName"], partner);
    }
}

#[apply(backends)]
#[tokio::test]
async fn c008_a_key_of_the_wrong_table_leads_nowhere(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let key = demo_key("850c", 60);
    let query = format!(
        "{{ socialprofile(key: {{socialprofileid: \"{key}\"}}) {{
            customerId customerType customer {{ __typename }} customeridAccount {{ name }} customeridContact {{ ref }} }} }}"
    );
    let profile = server.data(&query).await["socialprofile"].take();
    assert_eq!(profile["customerId"], demo_key("8acc", 1));
    assert_eq!(profile["customerType"], "contact");
    for arm in ["customer", "customeridAccount", "customeridContact"] {
        assert_eq!(profile[arm], Value::Null);
    }
}

async fn cascade(server: &Server, schema_name: &str) -> Value {
    let query = format!(
        "{{ relationshipDefinition(schemaName: \"{schema_name}\") {{
            ... on OneToManyRelationship {{ cascadeConfiguration {{ delete }} }} }} }}"
    );
    server.data(&query).await["relationshipDefinition"]["cascadeConfiguration"]["delete"].take()
}

#[apply(backends)]
#[tokio::test]
async fn c011_relationships_say_the_cascade_that_code_declares(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    assert_eq!(cascade(&server, "task_regardingobjectidAccountTask").await, "CASCADE");
    assert_eq!(cascade(&server, "orderline_salesorder").await, "CASCADE");
    assert_eq!(cascade(&server, "contact_parentcustomeridAccount").await, "REMOVE_LINK");
    assert_eq!(cascade(&server, "systemuser_manager").await, "REMOVE_LINK");
    assert_eq!(cascade(&server, "salesorder_account").await, "RESTRICT");
    // These two have no foreign key, so nothing is declared.
    assert_eq!(cascade(&server, "socialprofile_customeridAccount").await, Value::Null);
    assert_eq!(cascade(&server, "socialprofile_customeridContact").await, Value::Null);
}

#[apply(backends)]
#[tokio::test]
async fn c011_relationships_of_a_discovered_database_say_its_foreign_keys(#[case] backend: Backend) {
    let statements = "
        create table parent (id integer primary key);
        create table child (
            id integer primary key,
            owned_id integer references parent (id) on delete cascade,
            guarded_id integer references parent (id) on delete restrict,
            loose_id integer references parent (id) on delete set null,
            plain_id integer references parent (id),
            unrelated_id integer
        );";
    let Some(server) = scratch(backend, "c011", statements).await else { return };
    let query = "{ relationshipDefinitions(where: {referencingEntity: \"child\"}) { ... on OneToManyRelationship {
        referencingAttribute cascadeConfiguration { delete } } } }";
    let data = server.data(query).await;
    let definitions = data["relationshipDefinitions"].as_array().unwrap();
    let delete = |attribute: &str| {
        let found = definitions.iter().find(|definition| definition["referencingAttribute"] == attribute);
        found.map(|definition| definition["cascadeConfiguration"]["delete"].clone())
    };
    assert_eq!(delete("ownedId").unwrap(), "CASCADE");
    assert_eq!(delete("guardedId").unwrap(), "RESTRICT");
    assert_eq!(delete("looseId").unwrap(), "REMOVE_LINK");
    // A foreign key without a word about deletes refuses them.
    let plain = delete("plainId").unwrap();
    assert!(plain == "RESTRICT" || plain.is_null(), "{plain}");
    assert_eq!(delete("unrelatedId"), None);
}
