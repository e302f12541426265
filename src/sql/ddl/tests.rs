//! The statements of each change in each dialect. That they do what they say is shown on real databases.

use std::{fmt::Write as _, sync::Arc};

use super::{NewColumn, Reference, Step, TableChange, compile};
use crate::{
    catalog::{AttributeType, CascadeDelete, DatabaseType, EnumType, EnumValue, StoredValue, Table, UuidStorage},
    sql::Dialect,
};

fn table(name: &str) -> Table {
    Table { namespace: Some("sales".to_owned()), name: name.to_owned() }
}

fn column(name: &str, ty: AttributeType, database_type: Option<DatabaseType>) -> NewColumn {
    NewColumn { name: name.to_owned(), ty, database_type, required: false }
}

fn to(name: &str, column: &str, on_delete: Option<CascadeDelete>) -> Reference {
    Reference { table: table(name), column: column.to_owned(), on_delete }
}

fn changes() -> Vec<TableChange> {
    let schema_name = || "Deal".to_owned();
    let lookup = || column("agent_id", AttributeType::Int, Some(DatabaseType::built_in("int4")));
    let required = || NewColumn { required: true, ..lookup() };
    vec![
        TableChange::AddLookup {
            schema_name: schema_name(),
            table: table("odd \"order\""),
            column: lookup(),
            unique: false,
            references: to("agent \"x\"", "odd \"id\"", Some(CascadeDelete::RemoveLink)),
        },
        TableChange::AddLookup {
            schema_name: schema_name(),
            table: table("order"),
            column: required(),
            unique: true,
            references: to("agent", "id", Some(CascadeDelete::Cascade)),
        },
        TableChange::SetOnDelete {
            schema_name: schema_name(),
            table: table("order"),
            column: required(),
            unique: true,
            references: to("agent", "id", Some(CascadeDelete::Restrict)),
        },
        TableChange::DropLookup { schema_name: schema_name(), table: table("order"), column: "agent_id".to_owned() },
        TableChange::AddIntersect {
            schema_name: schema_name(),
            table: table("order_agent"),
            ends: Box::new([
                (
                    NewColumn { name: "order_id".to_owned(), ..required() },
                    to("order", "id", Some(CascadeDelete::Cascade)),
                ),
                (required(), to("agent", "id", Some(CascadeDelete::Cascade))),
            ]),
        },
        TableChange::DropIntersect { table: table("order_agent") },
        TableChange::AddMultiTable {
            schema_name: schema_name(),
            table: table("order"),
            key: column("customer_id", AttributeType::Int, Some(DatabaseType::built_in("int4"))),
            discriminator: "customer_type".to_owned(),
        },
        TableChange::ForgetTarget {
            table: table("order"),
            key: "customer_id".to_owned(),
            discriminator: "customer_type".to_owned(),
            value: "o'person".to_owned(),
        },
        TableChange::DropMultiTable {
            schema_name: schema_name(),
            table: table("order"),
            key: "customer_id".to_owned(),
            discriminator: "customer_type".to_owned(),
        },
    ]
}

fn lines(step: &Step) -> String {
    match step {
        Step::Statement { text, values, display, .. } if text == display && values.is_empty() => format!("{text}\n"),
        Step::Statement { text, values, display, .. } => format!("{text}\n  with {values:?}\n  shown as {display}\n"),
        Step::DropColumn(rebuild) => format!("{}\n", rebuild.drop),
        Step::Rebuild(rebuild) => {
            let replacement = rebuild.replacement.as_ref().expect("another definition");
            format!(
                "rebuild {} with {}\n  as {} of {} known definitions\n  drop: {}\n  add: {}\n",
                rebuild.column,
                replacement.definition,
                replacement.known.iter().position(|known| *known == replacement.definition).expect("it is one of them"),
                replacement.known.len(),
                rebuild.drop,
                replacement.add
            )
        }
    }
}

#[test]
fn changes_are_said_as_the_database_says_them() {
    for (database, dialect) in [("sqlite", Dialect::Sqlite), ("postgres", Dialect::Postgres)] {
        let mut text = String::new();
        for change in changes() {
            let name = format!("{change:?}");
            writeln!(text, "-- {}", name.split_whitespace().next().expect("a name")).expect("text");
            for step in compile(dialect, &change) {
                text.push_str(&lines(&step));
            }
            text.push('\n');
        }
        insta::assert_snapshot!(format!("changes_of_tables_on_{database}"), text);
    }
}

/// The type that a lookup gets, which is the third word of the column's definition.
fn type_of(dialect: Dialect, ty: &AttributeType, database_type: Option<DatabaseType>) -> String {
    let change = TableChange::AddMultiTable {
        schema_name: "M".to_owned(),
        table: table("t"),
        key: column("c", ty.clone(), database_type),
        discriminator: "d".to_owned(),
    };
    let steps = compile(dialect, &change);
    let Step::Statement { text, .. } = &steps[0] else { panic!("a statement") };
    let (_, after) = text.split_once("ADD COLUMN \"c\" ").expect("the column");
    after.split(", ADD COLUMN").next().expect("a type").to_owned()
}

#[test]
fn a_lookup_has_the_type_of_its_key_on_postgres() {
    let string = |max_length| AttributeType::String { max_length };
    let decimal = AttributeType::decimal;
    let check = |ty: AttributeType, declared: &str, expected: &str| {
        assert_eq!(type_of(Dialect::Postgres, &ty, Some(DatabaseType::built_in(declared))), expected, "{declared}");
    };
    check(AttributeType::Int, "int2", "smallint");
    check(AttributeType::Int, "int4", "integer");
    check(AttributeType::BigInt, "int8", "bigint");
    check(AttributeType::Float, "float4", "real");
    check(AttributeType::Float, "float8", "double precision");
    check(string(Some(12)), "varchar", "varchar(12)");
    check(string(None), "varchar", "varchar");
    check(string(Some(2)), "bpchar", "char(2)");
    check(string(None), "bpchar", "\"bpchar\"");
    check(string(None), "text", "text");
    check(string(None), "name", "\"name\"");
    check(decimal(Some(2)), "numeric", "decimal(1000, 2)");
    check(decimal(None), "numeric", "decimal");
    check(AttributeType::Uuid(UuidStorage::Native), "uuid", "uuid");
    check(AttributeType::DateTime { zoned: true }, "timestamptz", "timestamp with time zone");
    check(AttributeType::Text, "inet", "\"inet\"");
    let citext = DatabaseType { namespace: Some("ext\"x".to_owned()), ..DatabaseType::built_in("citext") };
    assert_eq!(type_of(Dialect::Postgres, &string(None), Some(citext)), "\"ext\"\"x\".\"citext\"");
    assert_eq!(type_of(Dialect::Postgres, &string(Some(7)), None), "varchar(7)");
    assert_eq!(type_of(Dialect::Postgres, &AttributeType::Int, None), "integer");
}

#[test]
fn enums_are_numbers_or_words_as_they_are_stored() {
    let list = |stored| {
        let values = vec![EnumValue { name: "ONE".to_owned(), stored }];
        AttributeType::Enum(Arc::new(EnumType { type_name: "Number".to_owned(), values }))
    };
    let number = list(StoredValue::Integer(1));
    let word = list(StoredValue::Text("one".to_owned()));
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        assert_eq!(type_of(dialect, &number, None), "integer");
        assert_eq!(type_of(dialect, &word, None), "text");
    }
    let mood = DatabaseType { namespace: Some("app".to_owned()), ..DatabaseType::built_in("mood") };
    assert_eq!(type_of(Dialect::Postgres, &word, Some(mood)), "\"app\".\"mood\"");
}
