//! The schema of a catalog that holds every shape, seen as SDL, through introspection, and through its definitions.

mod cases;
mod definition;
mod engine;
mod fixture;
mod kept;
mod sdl_diff;

use std::sync::Arc;

use async_graphql::{
    dynamic::Schema,
    extensions::{Extension, ExtensionFactory},
};
use serde_json::json;

use super::{
    schema::{ENGINE_FIELDS, build},
    sdl,
};
use crate::{
    catalog::EntityDraft,
    plan::{Limits, Mutations},
};

/// Answers nothing, so that every operation reaches the engine's executor.
struct Nothing;

impl ExtensionFactory for Nothing {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

impl Extension for Nothing {}

fn schema(drafts: Vec<EntityDraft>) -> Schema {
    let catalog = fixture::catalog(drafts);
    build(&catalog, &Mutations::of(&catalog), Limits::default(), false, Nothing).expect("the schema builds")
}

#[test]
fn a_small_catalog_as_sdl() {
    insta::assert_snapshot!(sdl(&schema(fixture::small())));
}

/// The lines of a type in the SDL of every shape, descriptions left out.
fn type_lines(header: &str) -> Vec<String> {
    let sdl = sdl(&schema(fixture::every_shape()));
    let start = sdl.find(&format!("\n{header} ")).unwrap_or_else(|| panic!("there is no {header}")) + 1;
    let end = sdl[start..].find("\n\n").expect("types end with an empty line") + start;
    let parts = sdl[start..end].split("\"\"\"").step_by(2).flat_map(str::lines).map(str::trim);
    parts.filter(|line| !line.is_empty() && *line != "}").map(str::to_owned).collect()
}

fn check_type(header: &str, expected: &[&str]) {
    assert_eq!(type_lines(header)[1..], *expected, "{header}");
}

fn check_line(header: &str, expected: &str) {
    let lines = type_lines(header);
    assert!(lines.iter().any(|line| line == expected), "{expected} is not among {lines:#?}");
}

fn check_absent(header: &str, name: &str) {
    let lines = type_lines(header);
    assert!(!lines.iter().any(|line| line.starts_with(name)), "{name} is among {lines:#?}");
}

#[test]
fn a_nullable_lookup_is_a_nullable_record() {
    let expected =
        r#"parent: Account @relationship(name: "account_parent", partner: "accountsByParent", kind: "MANY_TO_ONE")"#;
    check_line("type Account", expected);
}

#[test]
fn a_required_lookup_is_a_record_that_is_never_null() {
    let expected = r#"team: Team! @relationship(name: "orderline_team", partner: "orderlines", kind: "MANY_TO_ONE")"#;
    check_line("type Orderline", expected);
}

#[test]
fn the_referenced_end_is_a_list_that_is_never_null() {
    let expected = r#"): [Account!]! @relationship(name: "account_parent", partner: "parent", kind: "ONE_TO_MANY")"#;
    check_line("type Account", expected);
    check_line("type Account", "): AccountConnection!");
    check_line("type Account", "): AccountAggregate!");
}

#[test]
fn both_ends_of_a_one_to_one_relationship_are_single() {
    check_line(
        "type Contact",
        r#"userprofile: Userprofile @relationship(name: "userprofile_contact", partner: "contact", kind: "ONE_TO_ONE")"#,
    );
    check_line(
        "type Userprofile",
        r#"contact: Contact! @relationship(name: "userprofile_contact", partner: "userprofile", kind: "ONE_TO_ONE")"#,
    );
}

#[test]
fn a_hidden_end_is_nobodys_partner() {
    check_line("type TeamMember", r#"team: Team! @relationship(name: "teamMember_team", kind: "MANY_TO_ONE")"#);
    check_line(
        "type Team",
        r#"): [Contact!]! @relationship(name: "teamMember", partner: "teams", kind: "MANY_TO_MANY")"#,
    );
}

#[test]
fn a_multi_table_lookup_is_a_union_beside_its_arms() {
    check_line("type Socialprofile", "customeridRecord: SocialprofileCustomeridRecord");
    assert_eq!(
        type_lines("union SocialprofileCustomeridRecord"),
        ["union SocialprofileCustomeridRecord = Account | Contact"]
    );
}

#[test]
fn keys_are_alternatives_and_composite_ones_are_given_whole() {
    check_type("input ContactKey", &["ref: ID", "contactId: UUID", "emailaddress: String"]);
    assert_eq!(type_lines("input ContactKey")[0], "input ContactKey @oneOf {");
    check_type("input OrderlineKey", &["ref: ID", "orderIdLine: OrderlineOrderIdLineKey"]);
    check_type("input OrderlineOrderIdLineKey", &["orderId: Int!", "line: Int!"]);
}

#[test]
fn what_has_no_key_is_not_addressed() {
    check_absent("type Query", "revenue(");
    check_absent("type Query", "revenuesConnection");
    check_line("type Query", "revenues(");
    check_type("type Revenue", &["total: Float!", "extra: JSON"]);
}

#[test]
fn filters_hold_attributes_and_both_kinds_of_navigation_property() {
    check_type(
        "input ContactWhere",
        &[
            "and: [ContactWhere!]",
            "or: [ContactWhere!]",
            "not: ContactWhere",
            "contactId: UUIDFilter",
            "emailaddress: StringFilter",
            "accountId: UUIDFilter",
            "teams: TeamsWhere",
            "account: AccountWhere",
            "accountExists: Boolean",
            "socialprofiles: SocialprofilesWhere",
            "userprofile: UserprofileWhere",
            "userprofileExists: Boolean",
        ],
    );
    check_type("input TeamsWhere", &["some: TeamWhere", "every: TeamWhere", "none: TeamWhere"]);
}

#[test]
fn filters_have_the_operators_of_their_type() {
    check_type(
        "input TextFilter",
        &["eq: String", "ne: String", "in: [String!]", "notIn: [String!]", "isNull: Boolean"],
    );
    check_type("input JSONFilter", &["isNull: Boolean"]);
    check_type(
        "input BooleanFilter",
        &["eq: Boolean", "ne: Boolean", "in: [Boolean!]", "notIn: [Boolean!]", "isNull: Boolean"],
    );
    check_line("input DateFilter", "between: [Date!]");
}

#[test]
fn orders_pass_through_single_valued_navigation_properties() {
    check_type(
        "input OrderlineOrderBy",
        &["orderId: Sort", "line: Sort", "teamId: Sort", "state: Sort", "team: TeamOrderBy"],
    );
    check_absent("input OddityOrderBy", "document");
}

#[test]
fn aggregates_have_the_functions_that_some_attribute_has() {
    check_type(
        "type ContactAggregate",
        &["count: Int!", "min: ContactMin!", "max: ContactMax!", "groups: [ContactAggregateGroup!]!"],
    );
    check_type("type AccountSum", &["employees: BigInt", "revenue: Decimal"]);
    check_type("type AccountAvg", &["employees: Float", "revenue: Float"]);
    check_type("enum OrderlineAttribute", &["ORDER_ID", "LINE", "TEAM_ID", "STATE"]);
}

#[test]
fn enums_give_way_to_other_enums_and_to_types_of_the_gateway_and_of_entities() {
    check_type("enum AccountStatus", &["ACTIVE", "INACTIVE"]);
    check_type("enum AccountStatusEnum", &["OPEN", "CLOSED"]);
    check_type(
        "type AccountKeyStatus",
        &[
            "ref: ID!",
            "etag: String!",
            "id: Int!",
            "mood: TeamEnum!",
            "sort: SortEnum!",
            "attribute: TeamAttributeEnum!",
        ],
    );
}

#[test]
fn lookups_say_what_writes_them() {
    let sdl = sdl(&schema(fixture::every_shape()));
    assert!(sdl.contains("Column parent_id.\n  \n  A lookup, written through `parent`."));
    let arms = "A lookup, written through `customeridAccount`, `customeridContact`.";
    assert_eq!(sdl.matches(arms).count(), 2, "the lookup and its discriminator");
}

async fn answer(operation: &str) -> serde_json::Value {
    let response = schema(fixture::every_shape()).execute(operation).await;
    assert_eq!(response.errors, []);
    response.data.into_json().expect("answers are JSON")
}

#[tokio::test]
async fn introspection_tells_what_the_sdl_tells() {
    let operation = r#"{ __schema { queryType { fields { name } } }
        key: __type(name: "ContactKey") { isOneOf } uuid: __type(name: "UUID") { specifiedByURL } }"#;
    let mut answer = answer(operation).await;
    let fields = answer["__schema"].take();
    let fields = fields["queryType"]["fields"].as_array().expect("the query type has fields").clone();
    let named = |name: &&str| fields.iter().any(|field| field["name"] == **name);
    assert!(ENGINE_FIELDS.iter().filter(|name| !name.starts_with("__")).all(named));
    assert_eq!(answer["key"], json!({"isOneOf": true}));
    assert_eq!(answer["uuid"], json!({"specifiedByURL": "https://www.rfc-editor.org/rfc/rfc9562"}));
}

#[tokio::test]
async fn entity_data_has_no_resolvers() {
    let response = schema(fixture::every_shape()).execute("{ accounts { name } }").await;
    let code = response.errors[0].extensions.as_ref().and_then(|extensions| extensions.get("code"));
    assert_eq!(code, Some(&async_graphql::Value::from("INTERNAL")));
}

#[test]
fn a_table_that_would_claim_the_field_of_another_gets_a_longer_name() {
    let table = |name| fixture::entity(name, &["name"], vec![fixture::column("name", fixture::TEXT)]);
    let catalog = fixture::catalog(vec![table("team"), table("teams_connection")]);
    assert_eq!(catalog.warnings.len(), 1);
    assert!(catalog.find_entity("teamsConnectionEntity").is_some());
    build(&catalog, &Mutations::of(&catalog), Limits::default(), false, Nothing).expect("the names no longer collide");
}

#[test]
fn mutations_of_two_entities_that_read_alike_are_told_apart() {
    let table = |name: &str, key: &str, lookup: &str| {
        let mut draft = fixture::entity(name, &[key], vec![fixture::column(key, fixture::UUID)]);
        draft.columns.push(fixture::nullable(lookup, fixture::UUID));
        draft.relations.push(fixture::reference(lookup, "place", "place_id"));
        draft
    };
    let place = fixture::entity("place", &["place_id"], vec![fixture::column("place_id", fixture::UUID)]);
    let catalog = fixture::catalog(vec![
        table("contact", "contact_id", "home_town_id"),
        table("contact_home", "contact_home_id", "town_id"),
        place,
    ]);
    let mutations = Mutations::of(&catalog);
    let entity =
        |name: &str| mutations.find(name).map(|mutation| catalog.entity(mutation.entity).logical_name.as_str());
    assert_eq!(entity("associateContactHomeTown"), Some("contact"));
    assert_eq!(entity("associateContactHome_Town"), Some("contactHome"));
    build(&catalog, &mutations, Limits::default(), false, Nothing).expect("the schema builds");
}
