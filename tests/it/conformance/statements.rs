//! E. Read: case 74, the number of statements depends on the operation.

use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, demo},
};

/// Shapes of operations, `COUNT` in place of the number of records, and how many statements each takes.
const SHAPES: &[(&str, usize)] = &[
    ("{ contacts(first: COUNT) { lastname } }", 1),
    (
        "{ contacts(first: COUNT) { lastname parentcustomeridAccount { name createdby { fullname manager { fullname } } } } }",
        1,
    ),
    ("{ systemusers(first: COUNT) { userprofile { timezone } } }", 1),
    ("{ socialprofiles(first: COUNT) { customer { ... on Account { name } ... on Contact { lastname } } } }", 1),
    ("{ accounts(first: COUNT) { contactCustomerAccounts(first: COUNT) { lastname } } }", 2),
    ("{ accounts(first: COUNT) { contactCustomerAccounts { ref } salesorders { orderlines { line } } } }", 4),
    ("{ contacts(first: COUNT) { follows { followedBy { follows { lastname } } } } }", 4),
    (
        "{ contacts(first: COUNT) { follows(where: {donotcall: {eq: true}}, orderBy: {lastname: ASC}, first: COUNT) { lastname } } }",
        2,
    ),
    ("{ accounts(first: COUNT) { createdby { teammembershipAssociation { name } } } }", 2),
    ("{ contactsConnection(first: COUNT) { nodes { ref } pageInfo { hasNextPage } } }", 1),
    ("{ contactsConnection(first: COUNT) { nodes { ref } totalCount } }", 2),
    ("{ contactsConnection(first: COUNT) { totalCount } }", 1),
    (
        "{ accounts(first: COUNT) { contactCustomerAccountsConnection(first: COUNT) { edges { cursor node { ref } } } } }",
        2,
    ),
    ("{ accounts(first: COUNT) { contactCustomerAccountsConnection(first: COUNT) { nodes { ref } totalCount } } }", 3),
    (
        "{ accounts(first: COUNT) { contactCustomerAccountsAggregate { count max { annualincome } min { lastname } } } }",
        2,
    ),
    (
        "{ accounts(first: COUNT) { contactCustomerAccountsAggregate(groupBy: [DONOTCALL]) { groups { key { donotcall } count } } } }",
        2,
    ),
    (
        "{ accounts(first: COUNT, where: {contactCustomerAccounts: {some: {follows: {some: {}}}}}, orderBy: {createdby: {fullname: ASC}}) { ref } }",
        1,
    ),
    ("{ a: accounts(first: COUNT) { ref } b: contacts(first: COUNT) { follows { ref } } }", 3),
];

#[apply(backends)]
#[tokio::test]
async fn c074_the_number_of_statements_depends_on_the_operation_alone(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for (shape, expected) in SHAPES {
        for count in ["0", "1", "2", "100"] {
            let query = shape.replace("COUNT", count);
            assert_eq!(server.statements(&query).await, *expected, "{query}");
        }
    }
}

#[apply(backends)]
#[tokio::test]
async fn c074_what_is_not_selected_costs_no_statement(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    for (query, expected) in [
        ("{ __typename }", 0),
        ("{ contactsConnection { __typename } }", 0),
        ("{ contactsAggregate { __typename } }", 0),
        ("{ contacts { ref follows @skip(if: true) { ref } } }", 1),
        ("{ contacts @include(if: false) { ref } }", 0),
        // Whether definitions are still what they were.
        ("{ entityDefinitions { logicalName } }", 1),
    ] {
        assert_eq!(server.statements(query).await, expected, "{query}");
    }
}
