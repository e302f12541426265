//! The schema of a catalog that holds every shape, seen as SDL, through introspection, and through its definitions.

mod fixture;

use std::sync::Arc;

use async_graphql::{
    Value,
    dynamic::Schema,
    extensions::{Extension, ExtensionFactory},
};
use serde_json::json;

use super::{
    schema::{ENGINE_FIELDS, build},
    sdl,
};
use crate::{catalog::EntityDraft, plan::Limits};

/// Answers nothing, so that every operation reaches the engine's executor.
struct Nothing;

impl ExtensionFactory for Nothing {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

impl Extension for Nothing {}

fn schema(drafts: Vec<EntityDraft>) -> Schema {
    build(&fixture::catalog(drafts), Limits::default(), Nothing).expect("the schema builds")
}

#[test]
fn a_small_catalog_as_sdl() {
    insta::assert_snapshot!(sdl(&schema(fixture::small())));
}

/// The lines of a type in the SDL, descriptions left out.
fn type_lines(sdl: &str, header: &str) -> Vec<String> {
    let mut quoted = false;
    let start = sdl.find(&format!("\n{header} ")).unwrap_or_else(|| panic!("there is no {header}")) + 1;
    let lines = sdl[start..].lines().take_while(|line| *line != "}");
    let plain = lines.filter(|line| {
        let is_quote = line.trim() == "\"\"\"";
        quoted ^= is_quote;
        !quoted && !is_quote
    });
    plain.map(|line| line.trim().to_owned()).collect()
}

fn check(header: &str, expected: &[&str]) {
    assert_eq!(type_lines(&sdl(&schema(fixture::every_shape())), header), expected);
}

#[test]
fn navigation_properties_tell_their_relationship() {
    check(
        "type Account",
        &[
            "type Account implements Node {",
            "ref: ID!",
            "accountId: UUID!",
            "name: String!",
            "status: AccountStatus",
            "employees: Int",
            "revenue: Decimal",
            "parentId: UUID",
            r#"parent: Account @relationship(name: "account_parent", partner: "accountsByParent", kind: "MANY_TO_ONE")"#,
            "accountsByParent(",
            "where: AccountWhere,",
            "orderBy: [AccountOrderBy!],",
            "first: Int,",
            "offset: Int",
            r#"): [Account!]! @relationship(name: "account_parent", partner: "parent", kind: "ONE_TO_MANY")"#,
            "accountsByParentConnection(",
            "where: AccountWhere,",
            "orderBy: [AccountOrderBy!],",
            "first: Int,",
            "after: String,",
            "last: Int,",
            "before: String",
            "): AccountConnection!",
            "accountsByParentAggregate(",
            "where: AccountWhere,",
            "groupBy: [AccountAttribute!]",
            "): AccountAggregate!",
            "contacts(",
            "where: ContactWhere,",
            "orderBy: [ContactOrderBy!],",
            "first: Int,",
            "offset: Int",
            r#"): [Contact!]! @relationship(name: "contact_account", partner: "account", kind: "ONE_TO_MANY")"#,
            "contactsConnection(",
            "where: ContactWhere,",
            "orderBy: [ContactOrderBy!],",
            "first: Int,",
            "after: String,",
            "last: Int,",
            "before: String",
            "): ContactConnection!",
            "contactsAggregate(",
            "where: ContactWhere,",
            "groupBy: [ContactAttribute!]",
            "): ContactAggregate!",
        ],
    );
}

#[test]
fn dump() {
    std::fs::write("/tmp/e-npm/small.graphql", sdl(&schema(fixture::small()))).unwrap();
    std::fs::write("/tmp/e-npm/every.graphql", sdl(&schema(fixture::every_shape()))).unwrap();
    let q = std::fs::read_to_string("/tmp/e-npm/introspection.graphql").unwrap();
    let s = schema(fixture::every_shape());
    let r = futures_util::FutureExt::now_or_never(s.execute(q.as_str())).unwrap();
    std::fs::write("/tmp/e-npm/introspection.json", serde_json::to_string(&r).unwrap()).unwrap();
}
