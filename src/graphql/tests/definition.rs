//! The catalog as data.

use serde_json::json;

use super::answer;

#[tokio::test]
async fn an_entity_tells_its_names_keys_and_attributes() {
    let operation = r#"{ entityDefinition(logicalName: "contact") {
        logicalName typeName entitySetName tableName kind description primaryKey
        alternateKeys { name attributes }
        attributes { logicalName columnName type isNullable isLookup isGenerated hasDefault description } } }"#;
    let attribute = |name: &str, column: &str, ty: &str, is_nullable: bool, is_lookup: bool| {
        json!({"logicalName": name, "columnName": column, "type": ty, "isNullable": is_nullable, "isLookup": is_lookup,
            "isGenerated": false, "hasDefault": false, "description": null})
    };
    let expected = json!({"entityDefinition": {
        "logicalName": "contact", "typeName": "Contact", "entitySetName": "contacts", "tableName": "contact",
        "kind": "TABLE", "description": "A person. Says \"\"\"hello\"\"\".", "primaryKey": ["contactId"],
        "alternateKeys": [{"name": "emailaddress", "attributes": ["emailaddress"]}],
        "attributes": [
            attribute("contactId", "contact_id", "UUID", false, false),
            attribute("emailaddress", "emailaddress", "String", true, false),
            attribute("accountId", "account_id", "UUID", true, true),
        ],
    }});
    assert_eq!(answer(operation).await, expected);
}

#[tokio::test]
async fn both_ends_tell_the_same_relationship() {
    let operation = r#"
        fragment all on OneToManyRelationship {
            __typename schemaName kind description isCustom
            referencedEntity referencedAttribute referencedAttributes referencedEntityNavigationPropertyName
            referencingEntity referencingAttribute referencingAttributes referencingEntityNavigationPropertyName
            isOneToOne isRequired isHierarchical isConditional cascadeConfiguration { delete }
        }
        {
            account: entityDefinition(logicalName: "account") {
                oneToManyRelationships { ...all } manyToOneRelationships { ...all }
            }
            byName: relationshipDefinition(schemaName: "account_parent") { ... on RelationshipDefinition { ...all } }
        }"#;
    let answer = answer(operation).await;
    let expected = json!({
        "__typename": "OneToManyRelationship", "schemaName": "account_parent", "kind": "ONE_TO_MANY",
        "description": null, "isCustom": false,
        "referencedEntity": "account", "referencedAttribute": "accountId", "referencedAttributes": ["accountId"],
        "referencedEntityNavigationPropertyName": "accountsByParent",
        "referencingEntity": "account", "referencingAttribute": "parentId", "referencingAttributes": ["parentId"],
        "referencingEntityNavigationPropertyName": "parent",
        "isOneToOne": false, "isRequired": false, "isHierarchical": false, "isConditional": false,
        "cascadeConfiguration": {"delete": "REMOVE_LINK"},
    });
    assert_eq!(answer["account"]["oneToManyRelationships"][0], expected);
    assert_eq!(answer["account"]["manyToOneRelationships"], json!([expected]));
    assert_eq!(answer["byName"], expected);
}

#[tokio::test]
async fn a_many_to_many_relationship_tells_its_two_ends() {
    let operation = r#"{ relationshipDefinition(schemaName: "teamMember") {
        __typename kind ... on ManyToManyRelationship {
            intersectEntityName
            entity1LogicalName entity1IntersectAttribute entity1IntersectAttributes entity1NavigationPropertyName
            entity2LogicalName entity2IntersectAttribute entity2IntersectAttributes entity2NavigationPropertyName } }
        team: entityDefinition(logicalName: "team") { manyToManyRelationships { schemaName } }
        teamMember: entityDefinition(logicalName: "teamMember") { kind manyToManyRelationships { schemaName } } }"#;
    let expected = json!({
        "relationshipDefinition": {
            "__typename": "ManyToManyRelationship", "kind": "MANY_TO_MANY", "intersectEntityName": "teamMember",
            "entity1LogicalName": "team", "entity1IntersectAttribute": "teamId",
            "entity1IntersectAttributes": ["teamId"], "entity1NavigationPropertyName": "contacts",
            "entity2LogicalName": "contact", "entity2IntersectAttribute": "contactId",
            "entity2IntersectAttributes": ["contactId"], "entity2NavigationPropertyName": "teams",
        },
        "team": {"manyToManyRelationships": [{"schemaName": "teamMember"}]},
        "teamMember": {"kind": "INTERSECT", "manyToManyRelationships": []},
    });
    assert_eq!(answer(operation).await, expected);
}

#[tokio::test]
async fn a_multi_table_lookup_tells_its_arms() {
    let operation = r#"{ entityDefinition(logicalName: "socialprofile") { multiTableLookups {
        name typeName discriminatorAttribute navigationProperties
        relationships { schemaName isConditional isRequired cascadeConfiguration { delete } } } } }"#;
    let arm = |name: &str| {
        json!({"schemaName": name, "isConditional": true, "isRequired": false,
            "cascadeConfiguration": {"delete": null}})
    };
    let expected = json!({"entityDefinition": {"multiTableLookups": [{
        "name": "customeridRecord", "typeName": "SocialprofileCustomeridRecord",
        "discriminatorAttribute": "customerType",
        "navigationProperties": ["customeridAccount", "customeridContact"],
        "relationships": [arm("socialprofile_customeridAccount"), arm("socialprofile_customeridContact")],
    }]}});
    assert_eq!(answer(operation).await, expected);
}

#[tokio::test]
async fn types_of_enums_are_those_of_the_schema() {
    let operation = r#"{ entityDefinition(logicalName: "orderline") { attributes { type } } }"#;
    let types = ["Int", "Int", "Int", "AccountStatusEnum"].map(|ty| json!({"type": ty}));
    assert_eq!(answer(operation).await, json!({"entityDefinition": {"attributes": types}}));
}

async fn check_where(filter: &str, expected: &[&str]) {
    let answer = answer(&format!("{{ relationshipDefinitions({filter}) {{ schemaName }} }}")).await;
    let found = answer["relationshipDefinitions"].as_array().expect("definitions are a list").iter();
    assert_eq!(found.map(|one| one["schemaName"].as_str().unwrap()).collect::<Vec<_>>(), expected, "{filter}");
}

#[tokio::test]
async fn relationships_are_filtered_by_kind_and_ends() {
    check_where("where: {kind: MANY_TO_MANY}", &["teamMember"]).await;
    check_where("where: {entity: \"team\"}", &["teamMember", "orderline_team", "teamMember_team"]).await;
    check_where("where: {entity: \"team\", kind: ONE_TO_MANY}", &["orderline_team", "teamMember_team"]).await;
    check_where("where: {referencedEntity: \"team\"}", &["orderline_team", "teamMember_team"]).await;
    check_where("where: {referencingEntity: \"account\"}", &["account_parent"]).await;
    check_where("where: {schemaName: \"account_parent\", entity: null}", &["account_parent"]).await;
    check_where("where: {schemaName: \"none\"}", &[]).await;
}

#[tokio::test]
async fn what_is_not_defined_is_refused_with_what_was_meant() {
    let check = async |field: &str, code: &str, hint: &str| {
        let response = super::schema(super::fixture::every_shape()).execute(format!("{{ {field} {{ kind }} }}")).await;
        let extensions = response.errors[0].extensions.as_ref();
        let told = |name: &str| extensions.and_then(|told| told.get(name)).cloned();
        assert_eq!(told("code"), Some(code.into()), "{field}");
        assert_eq!(told("hint"), Some(hint.into()), "{field}");
    };
    check(r#"entityDefinition(logicalName: "contacts")"#, "INVALID", "did you mean \"contact\"?").await;
    let misspelled = r#"relationshipDefinition(schemaName: "acount_parent")"#;
    check(misspelled, "NOT_FOUND", "did you mean \"account_parent\"?").await;
}

#[tokio::test]
async fn a_relationship_is_named_by_its_schema_name_or_by_its_id() {
    let operation = r#"{ relationshipDefinition(schemaName: "account_parent") { metadataId }
        all: relationshipDefinitions(where: null) { schemaName } }"#;
    let found = answer(operation).await;
    assert_eq!(found["all"].as_array().map(Vec::len), Some(9));
    let id = found["relationshipDefinition"]["metadataId"].as_str().expect("it has an id").to_owned();
    let same = answer(&format!("{{ relationshipDefinition(metadataId: \"{id}\") {{ schemaName }} }}")).await;
    assert_eq!(same["relationshipDefinition"]["schemaName"], "account_parent");
    let both = format!("(schemaName: \"account_parent\", metadataId: \"{id}\")");
    for arguments in [both.as_str(), "(schemaName: null)", ""] {
        let operation = format!("{{ relationshipDefinition{arguments} {{ kind }} }}");
        let response = super::schema(super::fixture::every_shape()).execute(&operation).await;
        let code = response.errors[0].extensions.as_ref().and_then(|extensions| extensions.get("code"));
        assert_eq!(code, Some(&async_graphql::Value::from("INVALID")), "{operation}");
    }
}

#[tokio::test]
async fn what_the_engine_lets_pass_is_invalid() {
    let check = async |operation: &str| {
        let response = super::schema(super::fixture::every_shape()).execute(operation).await;
        let code = response.errors[0].extensions.as_ref().and_then(|extensions| extensions.get("code"));
        assert_eq!(code, Some(&async_graphql::Value::from("INVALID")), "{operation}");
    };
    check("query($name: String!) { entityDefinition(logicalName: $name) { kind } }").await;
    check("query($name: String!) { relationshipDefinition(schemaName: $name) { kind } }").await;
    check("{ relationshipDefinitions(where: 3) { kind } }").await;
    check("query($kind: RelationshipKind) { relationshipDefinitions(where: {kind: $kind, like: 1}) { kind } }").await;
}
