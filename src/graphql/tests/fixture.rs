//! Catalogs from drafts by hand.

use std::sync::Arc;

use crate::catalog::{
    AttributeType, CascadeDelete, Catalog, ColumnDraft, Comparison, ConditionDraft, Constant, EntityDraft, EnumType,
    EnumValue, KeyDraft, RelationDraft, StoredValue, Table, UuidStorage, build,
};

pub(super) const UUID: AttributeType = AttributeType::Uuid(UuidStorage::Native);
pub(super) const TEXT: AttributeType = AttributeType::String { max_length: None };

pub(super) fn catalog(drafts: Vec<EntityDraft>) -> Arc<Catalog> {
    Arc::new(build(drafts, &[], &[]).expect("the catalog builds"))
}

/// A contact with a lookup to an account, and an enum.
pub(super) fn small() -> Vec<EntityDraft> {
    let account = entity(
        "account",
        &["account_id"],
        vec![
            column("account_id", UUID),
            column("name", TEXT),
            nullable("status", enumeration("AccountStatus", &["ACTIVE", "INACTIVE"])),
        ],
    );
    let mut contact = entity(
        "contact",
        &["contact_id"],
        vec![column("contact_id", UUID), nullable("emailaddress", TEXT), nullable("account_id", UUID)],
    );
    contact.description = Some("A person. Says \"\"\"hello\"\"\".".to_owned());
    contact.unique_keys.push(key(&["emailaddress"]));
    contact.relations.push(reference("account_id", "account", "account_id"));
    vec![account, contact]
}

pub(super) fn every_shape() -> Vec<EntityDraft> {
    let [mut account, contact] = small().try_into().expect("two drafts");
    account.columns.extend([
        nullable("employees", AttributeType::Int),
        nullable("revenue", AttributeType::decimal(Some(2))),
        nullable("parent_id", UUID),
    ]);
    account.relations.push(RelationDraft {
        delete: Some(CascadeDelete::RemoveLink),
        ..reference("parent_id", "account", "account_id")
    });
    let mut drafts = vec![account, contact];
    drafts.extend([profile(), team(), membership(), social_profile(), line(), oddity(), revenue_view(), status()]);
    drafts
}

/// One-to-one with a contact, required.
fn profile() -> EntityDraft {
    let mut profile =
        entity("userprofile", &["id"], vec![column("id", AttributeType::BigInt), column("contact_id", UUID)]);
    profile.unique_keys.push(key(&["contact_id"]));
    profile.relations.push(reference("contact_id", "contact", "contact_id"));
    profile
}

fn team() -> EntityDraft {
    entity("team", &["id"], vec![column("id", AttributeType::Int), column("name", TEXT)])
}

/// Many-to-many between teams and contacts.
fn membership() -> EntityDraft {
    let mut membership = entity(
        "team_member",
        &["team_id", "contact_id"],
        vec![column("team_id", AttributeType::Int), column("contact_id", UUID)],
    );
    membership
        .relations
        .push(RelationDraft { delete: Some(CascadeDelete::Cascade), ..reference("team_id", "team", "id") });
    membership.relations.push(reference("contact_id", "contact", "contact_id"));
    membership
}

/// A lookup that leads to an account or a contact.
fn social_profile() -> EntityDraft {
    let mut social = entity(
        "socialprofile",
        &["id"],
        vec![column("id", AttributeType::Int), nullable("customerid", UUID), nullable("customer_type", TEXT)],
    );
    for target in ["account", "contact"] {
        social.relations.push(RelationDraft {
            name: Some(format!("customerid_{target}")),
            condition: Ok(Some(ConditionDraft::Compare {
                is_own: true,
                column: "customer_type".to_owned(),
                comparison: Comparison::Equal,
                values: vec![Constant::Text(target.to_owned())],
            })),
            ..reference("customerid", target, &format!("{target}_id"))
        });
    }
    social
}

/// A composite key and a required lookup.
fn line() -> EntityDraft {
    let mut line = entity(
        "orderline",
        &["order_id", "line"],
        vec![
            column("order_id", AttributeType::Int),
            column("line", AttributeType::Int),
            column("team_id", AttributeType::Int),
            nullable("state", enumeration("AccountStatus", &["OPEN", "CLOSED"])),
        ],
    );
    line.relations.push(reference("team_id", "team", "id"));
    line
}

/// Every type of value.
fn oddity() -> EntityDraft {
    entity(
        "oddity",
        &["id"],
        vec![
            column("id", AttributeType::Bytes),
            column("flag", AttributeType::Boolean),
            column("big", AttributeType::BigInt),
            column("ratio", AttributeType::Float),
            column("day", AttributeType::Date),
            column("hour", AttributeType::Time),
            column("moment", AttributeType::DateTime { zoned: true }),
            column("document", AttributeType::Json),
            column("address", AttributeType::Text),
        ],
    )
}

fn revenue_view() -> EntityDraft {
    let view =
        entity("revenue", &[], vec![column("total", AttributeType::Float), nullable("extra", AttributeType::Json)]);
    EntityDraft { is_view: true, ..view }
}

/// A table whose type is named like an enum would be.
fn status() -> EntityDraft {
    entity(
        "account_key_status",
        &["id"],
        vec![
            column("id", AttributeType::Int),
            column("mood", enumeration("Team", &["GOOD"])),
            column("sort", enumeration("Sort", &["UP"])),
            column("attribute", enumeration("TeamAttribute", &["NAME"])),
        ],
    )
}

fn table(name: &str) -> Table {
    Table { namespace: None, name: name.to_owned() }
}

pub(super) fn entity(name: &str, primary_key: &[&str], columns: Vec<ColumnDraft>) -> EntityDraft {
    EntityDraft { table: Some(table(name)), columns, primary_key: names(primary_key), ..EntityDraft::default() }
}

pub(super) fn column(name: &str, ty: AttributeType) -> ColumnDraft {
    ColumnDraft {
        name: name.to_owned(),
        ty: Some(ty),
        database_type: None,
        nullable: false,
        has_default: false,
        generated: false,
        description: None,
    }
}

pub(super) fn nullable(name: &str, ty: AttributeType) -> ColumnDraft {
    ColumnDraft { nullable: true, ..column(name, ty) }
}

fn key(columns: &[&str]) -> KeyDraft {
    KeyDraft { columns: names(columns) }
}

pub(super) fn reference(column: &str, target: &str, target_column: &str) -> RelationDraft {
    RelationDraft {
        name: None,
        is_referencing: true,
        is_single: false,
        columns: names(&[column]),
        target: table(target),
        target_columns: names(&[target_column]),
        hierarchical: false,
        delete: None,
        condition: Ok(None),
        constraint: None,
        is_assumed: false,
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn enumeration(type_name: &str, values: &[&str]) -> AttributeType {
    let value = |name: &&str| EnumValue { name: (*name).to_owned(), stored: StoredValue::Text(name.to_lowercase()) };
    AttributeType::Enum(Arc::new(EnumType {
        type_name: type_name.to_owned(),
        values: values.iter().map(value).collect(),
    }))
}
