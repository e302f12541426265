//! The difference of real schemas: what a relationship adds, and what is missing without it.

use super::{
    super::sdl_diff::{breaking_changes, diff},
    fixture, schema, sdl,
};
use crate::catalog::EntityDraft;

/// The small catalog as it is before a lookup of contacts is made.
fn before() -> Vec<EntityDraft> {
    let mut drafts = fixture::small();
    let contact = &mut drafts[1];
    contact.columns.retain(|column| column.name != "account_id");
    contact.relations.clear();
    drafts
}

#[test]
fn a_new_relationship_breaks_nothing() {
    let (before, after) = (sdl(&schema(before())), sdl(&schema(fixture::small())));
    assert_eq!(breaking_changes(&before, &after), Vec::<String>::new());
    let difference = diff(&before, &after);
    let lines: Vec<&str> = difference.lines().collect();
    assert!(lines.iter().any(|line| line.starts_with("+  account: Account @relationship(")), "{difference}");
    assert!(!lines[2..].iter().any(|line| line.starts_with('-')), "{difference}");
}

#[test]
fn a_relationship_that_goes_breaks_what_its_two_ends_made() {
    let (before, after) = (sdl(&schema(fixture::small())), sdl(&schema(before())));
    let changes = breaking_changes(&before, &after);
    for expected in [
        "The field Contact.accountId was removed.",
        "The field Contact.account was removed.",
        "The field Account.contacts was removed.",
        "The field Account.contactsConnection was removed.",
        "The field Account.contactsAggregate was removed.",
        "The input field ContactWhere.account was removed.",
        "The input field AccountWhere.contacts was removed.",
        "The field Mutation.associateContactAccount was removed.",
        "The field Mutation.associateAccountContacts was removed.",
    ] {
        assert!(changes.iter().any(|change| change == expected), "{expected} is not among {changes:#?}");
    }
    // What is left of both entities is as it was.
    let kept = ["Contact.emailaddress", "Account.name", "Query.contacts", "Mutation.createContact"];
    assert!(!changes.iter().any(|change| kept.iter().any(|name| change.contains(&format!("{name} ")))), "{changes:#?}");
}

#[test]
fn every_shape_of_schema_is_understood() {
    let all = sdl(&schema(fixture::every_shape()));
    let changes = breaking_changes(&all, "type Query { a: Int }");
    let is_type = |line: &str| {
        ["type ", "input ", "enum ", "union ", "interface ", "scalar "].iter().any(|word| line.starts_with(word))
    };
    let types = all.lines().filter(|line| is_type(line)).count();
    let removed = changes.iter().filter(|change| change.starts_with("The type ")).count();
    // All but the query type, which lost its fields.
    assert_eq!(removed, types - 1);
    assert!(changes.contains(&"The field Query.node was removed.".to_owned()), "{changes:#?}");
}
