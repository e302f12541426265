//! A. Schema: cases 1, 2, 4, 5, 10.

use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, demo, pluck, scratch},
};

#[apply(backends)]
#[tokio::test]
async fn c001_a_nullable_lookup_is_a_nullable_object_and_its_partner_a_list(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    assert_eq!(server.type_of("Contact", "parentcustomeridAccount").await.unwrap(), "Account");
    assert_eq!(server.type_of("Account", "contactCustomerAccounts").await.unwrap(), "[Contact!]!");
    assert_eq!(server.type_of("Systemuser", "manager").await.unwrap(), "Systemuser");
    assert_eq!(server.type_of("Systemuser", "directReports").await.unwrap(), "[Systemuser!]!");
    // The end of a one-to-one relationship without the lookup has one record or none.
    assert_eq!(server.type_of("Systemuser", "userprofile").await.unwrap(), "Userprofile");
}

#[apply(backends)]
#[tokio::test]
async fn c002_a_required_lookup_is_non_null(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for (entity, lookup, expected) in [
        ("Orderline", "salesorder", "Salesorder!"),
        ("Salesorder", "account", "Account!"),
        ("Account", "createdby", "Systemuser!"),
        ("Userprofile", "systemuser", "Systemuser!"),
        ("Teammembership", "team", "Team!"),
    ] {
        assert_eq!(server.type_of(entity, lookup).await.unwrap(), expected);
    }
}

#[apply(backends)]
#[tokio::test]
async fn c002_the_column_of_a_discovered_database_decides(#[case] backend: Backend) {
    let statements = "
        create table orders (id integer primary key);
        create table items (
            id integer primary key,
            order_id integer not null references orders (id),
            gift_of_id integer references orders (id)
        );";
    let Some(server) = scratch(backend, "c002", statements).await else { return };
    assert_eq!(server.type_of("Item", "order").await.unwrap(), "Order!");
    assert_eq!(server.type_of("Item", "giftOf").await.unwrap(), "Order");
}

#[apply(backends)]
#[tokio::test]
async fn c004_both_ends_of_a_many_to_many_are_lists_and_nothing_writes_the_intersect(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    assert_eq!(server.type_of("Systemuser", "teammembershipAssociation").await.unwrap(), "[Team!]!");
    assert_eq!(server.type_of("Team", "teammembershipAssociation").await.unwrap(), "[Systemuser!]!");
    assert_eq!(server.type_of("Systemuser", "systemuserrolesAssociation").await.unwrap(), "[Role!]!");
    assert_eq!(server.type_of("Role", "systemuserrolesAssociation").await.unwrap(), "[Systemuser!]!");
    let data = server.data("{ __schema { mutationType { fields { name } } } }").await;
    let fields = data["__schema"]["mutationType"]["fields"].as_array().cloned().unwrap_or_default();
    for intersect in ["systemuserrole", "teammembership", "contactfollow"] {
        for verb in ["create", "update", "upsert", "delete"] {
            let write = format!("{verb}{intersect}");
            assert!(!fields.iter().any(|field| field["name"].as_str().unwrap().to_lowercase().starts_with(&write)));
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn c005_a_many_to_many_without_names_is_named_after_its_other_end(#[case] backend: Backend) {
    let statements = "
        create table post (id integer primary key, title varchar(50));
        create table tag (id integer primary key, word varchar(50));
        create table post_tag (
            post_id integer not null references post (id),
            tag_id integer not null references tag (id),
            primary key (post_id, tag_id)
        );
        insert into post values (1, 'One'), (2, 'Two');
        insert into tag values (10, 'red'), (20, 'blue');
        insert into post_tag values (1, 10), (1, 20), (2, 20);";
    let Some(server) = scratch(backend, "c005", statements).await else { return };
    let data = server.data("{ posts(orderBy: {id: ASC}) { tags(orderBy: {id: ASC}) { word } } tags { posts { id } } }");
    let data = data.await;
    assert_eq!(pluck(&data["posts"][0]["tags"], "word"), ["red", "blue"]);
    assert_eq!(pluck(&data["tags"][1]["posts"], "id"), ["1", "2"]);
    let data = server
        .data(
            "{ relationshipDefinitions(where: {kind: MANY_TO_MANY}) { ... on ManyToManyRelationship {
                entity1LogicalName entity1NavigationPropertyName entity2LogicalName entity2NavigationPropertyName } } }",
        )
        .await;
    let many = &data["relationshipDefinitions"][0];
    let ends = [1, 2].map(|end| {
        let field = |name: &str| many[format!("entity{end}{name}")].as_str().unwrap().to_owned();
        (field("LogicalName"), field("NavigationPropertyName"))
    });
    for end in [("post", "tags"), ("tag", "posts")] {
        assert!(ends.contains(&(end.0.to_owned(), end.1.to_owned())), "{ends:?}");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c005_given_names_of_a_many_to_many_are_its_fields(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = "{ relationshipDefinition(schemaName: \"contactfollow\") { ... on ManyToManyRelationship {
        entity1NavigationPropertyName entity1IntersectAttribute
        entity2NavigationPropertyName entity2IntersectAttribute } } }";
    let many = server.data(query).await["relationshipDefinition"].take();
    assert_eq!(many["entity1NavigationPropertyName"], "follows");
    assert_eq!(many["entity1IntersectAttribute"], "followerid");
    assert_eq!(many["entity2NavigationPropertyName"], "followedBy");
    assert_eq!(many["entity2IntersectAttribute"], "followedid");
    for field in ["follows", "followedBy"] {
        assert_eq!(server.type_of("Contact", field).await.unwrap(), "[Contact!]!");
    }
}

#[apply(backends)]
#[tokio::test]
async fn c010_a_multi_table_lookup_has_a_field_per_target_and_one_key_with_its_type(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    assert_eq!(server.type_of("Socialprofile", "customeridAccount").await.unwrap(), "Account");
    assert_eq!(server.type_of("Socialprofile", "customeridContact").await.unwrap(), "Contact");
    assert_eq!(server.type_of("Socialprofile", "customerId").await.unwrap(), "UUID");
    assert_eq!(server.type_of("Socialprofile", "customerType").await.unwrap(), "String");
    assert_eq!(server.type_of("Socialprofile", "customer").await.unwrap(), "SocialprofileCustomer");
    let data = server.data("{ __type(name: \"SocialprofileCustomer\") { kind possibleTypes { name } } }").await;
    assert_eq!(data["__type"]["kind"], "UNION");
    let mut targets = pluck(&data["__type"]["possibleTypes"], "name");
    targets.sort();
    assert_eq!(targets, ["Account", "Contact"]);
}
