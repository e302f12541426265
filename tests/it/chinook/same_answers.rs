//! The same operation gets the same answer from every database, byte for byte in every value.

use crate::support::{Backend, chinook};

const OPERATIONS: &[&str] = &[
    "{ track(key: {trackId: 1}) { ref trackId name unitPrice bytes milliseconds album { ref title } } }",
    "{ node(ref: \"tracks(7)\") { ref __typename ... on Track { name } } }",
    "{ employees(orderBy: [{birthDate: DESC}]) { lastName birthDate hireDate reportsToEmployee { lastName } } }",
    "{ invoices(first: 500, orderBy: [{total: DESC}, {invoiceDate: ASC}]) { invoiceId total invoiceDate billingState } }",
    "{ playlists(orderBy: [{name: ASC}]) { name tracks(first: 3, orderBy: [{composer: DESC}, {name: ASC}]) { name composer } } }",
    "{ customers(orderBy: [{supportRep: {lastName: ASC}}, {company: DESC}], first: 100) { firstName lastName company } }",
    "{ customers(where: {lastName: {startsWithIgnoreCase: \"M\"}}, orderBy: [{lastName: ASC}]) { lastName } }",
    "{ tracks(where: {name: {containsIgnoreCase: \"AMOR\"}}, orderBy: [{name: ASC}]) { name } }",
    "{ invoicesAggregate(groupBy: [BILLING_COUNTRY]) { count sum { total } avg { customerId }
        groups { key { billingCountry } sum { total } min { total invoiceDate } max { total } } } }",
    "{ tracksAggregate { count sum { milliseconds bytes unitPrice } min { name } max { name unitPrice } } }",
    "{ artists(first: 300) { artistId albumsAggregate { count } albums(first: 1) { title tracksAggregate { sum { unitPrice } } } } }",
    "{ tracksConnection(first: 5, orderBy: [{unitPrice: DESC}, {name: ASC}]) { totalCount
        edges { cursor node { name unitPrice } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }",
    "{ employeesConnection(last: 3, orderBy: [{hireDate: ASC}]) { edges { cursor node { hireDate } } pageInfo { startCursor } } }",
    "{ entityDefinitions { logicalName entitySetName attributes { logicalName } } }",
    "{ relationshipDefinitions { schemaName ... on OneToManyRelationship { referencedEntityNavigationPropertyName
        referencingEntityNavigationPropertyName } ... on ManyToManyRelationship { intersectEntityName } } }",
];

#[tokio::test]
async fn every_database_gives_the_same_answer() {
    let (Some(sqlite), Some(postgres)) = (chinook(Backend::Sqlite).await, chinook(Backend::Postgres).await) else {
        return;
    };
    for operation in OPERATIONS {
        assert_eq!(sqlite.data(operation).await, postgres.data(operation).await, "{operation}");
    }
}

#[tokio::test]
async fn a_cursor_of_one_database_holds_on_the_other() {
    let (Some(sqlite), Some(postgres)) = (chinook(Backend::Sqlite).await, chinook(Backend::Postgres).await) else {
        return;
    };
    let page = "tracksConnection(first: 5, orderBy: [{composer: DESC}, {unitPrice: ASC}]";
    let first = sqlite.data(&format!("{{ {page}) {{ pageInfo {{ endCursor }} }} }}")).await;
    let cursor = first["tracksConnection"]["pageInfo"]["endCursor"].as_str().unwrap();
    let next = format!("{{ {page}, after: \"{cursor}\") {{ nodes {{ trackId }} }} }}");
    assert_eq!(sqlite.data(&next).await, postgres.data(&next).await);
}
