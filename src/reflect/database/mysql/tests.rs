//! Reflection of a `MariaDB` database against drafts written out by hand. Runs where the environment names a server.

use std::sync::Arc;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use super::super::expect::{INT, TEXT, assert_drafts, decimal, generated, keys, relation, string, table, with_default};
use super::super::{Error, declare_types, discover};
use crate::catalog::{
    AttributeType, CascadeDelete, ColumnDraft, DatabaseType, EntityDraft, EnumType, EnumValue, StoredValue, UuidStorage,
};

const MAIN: &str = "reflect main";
const OTHER: &str = "reflect_other";

const DROP: &str = "DROP DATABASE IF EXISTS `reflect main`; DROP DATABASE IF EXISTS reflect_other;";

const CREATE: &str = r#"
    CREATE DATABASE `reflect main` CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin; CREATE DATABASE reflect_other;
    CREATE TABLE reflect_other.far (id int PRIMARY KEY, name text CHARACTER SET utf8mb4 COLLATE utf8mb4_german2_ci);
    USE `reflect main`;
    CREATE TABLE kinds (
        a_bool boolean PRIMARY KEY, a_tiny tinyint, a_utiny tinyint(1) unsigned, a_small smallint, a_usmall smallint unsigned,
        a_medium mediumint unsigned, a_int int, a_uint int unsigned, a_padded int zerofill, a_big bigint,
        a_ubig bigint unsigned, a_bit bit, a_bits bit(9), a_year year, a_float float, a_double double,
        a_price decimal(10,2) unsigned, a_round numeric(4), a_char char(2), a_varchar varchar(160) CHARACTER SET latin1,
        a_text text, a_long longtext, a_binary binary(16), a_varbinary varbinary(9), a_blob mediumblob,
        a_json json, checked longtext CHECK (json_valid(checked)), `od``d` json,
        otherwise longtext CHECK (json_valid(otherwise) AND otherwise <> ''),
        a_uuid uuid, a_inet4 inet4, a_inet6 inet6, a_set set('a', 'b'),
        mood enum('so so', 'happy', 'so-so', 'it''s', 'b\\c'),
        a_date date, a_time time(3), a_datetime datetime(6), a_timestamp timestamp NULL, a_point point, a_geometry geometry
    );
    CREATE TABLE kind (s_mood enum('other') COLLATE utf8mb4_general_ci PRIMARY KEY, z enum('') NOT NULL);
    CREATE TABLE `Order Details` (
        id bigint unsigned AUTO_INCREMENT PRIMARY KEY,
        a int COMMENT 'an A', b int DEFAULT NULL, `c``"d` varchar(20) DEFAULT 'NULL',
        twice int AS (a * 2), thrice int AS (a * 3) STORED,
        computed int NOT NULL DEFAULT (1 + 1), hidden int INVISIBLE DEFAULT 5,
        changed timestamp NOT NULL DEFAULT current_timestamp ON UPDATE current_timestamp,
        touched datetime NULL ON UPDATE current_timestamp,
        UNIQUE (`c``"d`, a), UNIQUE (b), UNIQUE (thrice), UNIQUE (a, `c``"d`(3)), KEY (touched)
    ) COMMENT 'what was ordered';
    CREATE TABLE parted (part int, day date, PRIMARY KEY (day, part));
    CREATE TABLE near (
        b int, a int, far int, parent_a int, parent_b int, part int, day date,
        PRIMARY KEY (a, b),
        CONSTRAINT to_far FOREIGN KEY (far) REFERENCES reflect_other.far (id) ON DELETE CASCADE,
        CONSTRAINT to_near FOREIGN KEY (parent_a, parent_b) REFERENCES near (a, b) ON DELETE SET NULL,
        CONSTRAINT to_parted FOREIGN KEY (day, part) REFERENCES parted (day, part)
    );
    CREATE TABLE kept (
        id int PRIMARY KEY, CONSTRAINT to_kept FOREIGN KEY (id) REFERENCES kept (id) ON DELETE RESTRICT
    );
    CREATE TABLE keyless (a int, note varchar(9));
    CREATE TABLE prefixed (name varchar(100), PRIMARY KEY (name(10)));
    CREATE TABLE remembered (id int PRIMARY KEY, n int UNIQUE) WITH SYSTEM VERSIONING;
    CREATE TABLE periods (
        id int PRIMARY KEY, since timestamp(6) GENERATED ALWAYS AS ROW START, until timestamp(6) GENERATED ALWAYS AS ROW END,
        PERIOD FOR SYSTEM_TIME (since, until)
    ) WITH SYSTEM VERSIONING;
    CREATE SEQUENCE numbers;
    CREATE TABLE seaql_migrations (version varchar(9) PRIMARY KEY);
    CREATE TABLE relata_settings (id int PRIMARY KEY);
    CREATE VIEW a_view AS SELECT id, a, upper(`c``"d`) AS up FROM `Order Details`;
    CREATE TABLE gone (id int); CREATE VIEW broken AS SELECT id FROM gone; DROP TABLE gone;
"#;

fn server() -> Option<String> {
    let Ok(url) = std::env::var("RELATA_TEST_MARIADB") else {
        #[expect(clippy::print_stderr, reason = "a test that does not run has to say so")]
        {
            eprintln!("skipped: RELATA_TEST_MARIADB names no server");
        }
        return None;
    };
    Some(url)
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

#[tokio::test]
async fn a_database_tells_what_it_holds() {
    let Some(url) = server() else { return };
    let db = connect(&url).await;
    db.execute_unprepared(DROP).await.unwrap();
    let nowhere = discover(&db, &[]).await;
    db.execute_unprepared(CREATE).await.unwrap();
    db.close().await.unwrap();
    let db = connect(&format!("{url}reflect%20main")).await;

    let found = discover(&db, &[]).await.unwrap();
    let both = discover(&db, &[OTHER.to_owned(), MAIN.to_owned(), MAIN.to_owned()]).await.unwrap();
    let missing = discover(&db, &["reflect nowhere".to_owned()]).await;
    let mut declared = [table(None, "kind", &[], vec![plain("s_mood"), plain("missing")])];
    declare_types(&db, &mut declared).await.unwrap();
    let mut elsewhere =
        [table(Some(OTHER), "far", &[], vec![plain("name")]), table(None, "far", &[], vec![plain("name")])];
    declare_types(&db, &mut elsewhere).await.unwrap();
    db.execute_unprepared(DROP).await.unwrap();

    assert_drafts(&found, &expected());
    let far = table(
        Some(OTHER),
        "far",
        &["id"],
        vec![required("id", INT, "int(11)"), collated(column("name", string(None), "text"), "utf8mb4_german2_ci")],
    );
    assert_drafts(&both, &expected().into_iter().chain([far]).collect::<Vec<_>>());
    assert!(matches!(missing, Err(Error::NamespaceNotFound(name)) if name == "reflect nowhere"));
    assert!(matches!(nowhere, Err(Error::Query(_))), "the connection is in no database");
    let types = |draft: &EntityDraft| -> Vec<_> {
        draft.columns.iter().map(|column| column.database_type.clone().map(|ty| (ty.name, ty.collation))).collect()
    };
    assert_eq!(types(&declared[0]), [Some(("enum('other')".to_owned(), Some("utf8mb4_general_ci".to_owned()))), None]);
    assert_eq!(types(&elsewhere[0]), [Some(("text".to_owned(), Some("utf8mb4_german2_ci".to_owned())))]);
    assert_eq!(types(&elsewhere[1]), [None], "another table of that name is in another namespace");
}

/// A column as code declares it.
fn plain(name: &str) -> ColumnDraft {
    ColumnDraft { database_type: None, ..super::super::expect::column(name, string(None), "") }
}

/// A column in the collation of the database where it holds text.
fn column(name: &str, ty: AttributeType, declared: &str) -> ColumnDraft {
    let column = super::super::expect::column(name, ty, declared);
    let is_text = ["char", "text", "enum", "set"].iter().any(|word| declared.contains(word));
    if is_text { collated(column, "utf8mb4_nopad_bin") } else { column }
}

fn collated(column: ColumnDraft, collation: &str) -> ColumnDraft {
    let database_type = column.database_type.map(|ty| DatabaseType { collation: Some(collation.to_owned()), ..ty });
    ColumnDraft { database_type, ..column }
}

fn required(name: &str, ty: AttributeType, declared: &str) -> ColumnDraft {
    ColumnDraft { nullable: false, ..column(name, ty, declared) }
}

fn expected() -> Vec<EntityDraft> {
    let ours = |name: &str, key: &[&str], columns| table(None, name, key, columns);
    let to = |columns: &[&str], target: (Option<&str>, &str), to: &[&str], delete, constraint: &str| {
        relation(columns, target, to, Some(delete), Some(constraint))
    };
    let stamp = |name| generated(required(name, AttributeType::DateTime { zoned: true }, "timestamp(6)"));
    vec![
        EntityDraft {
            description: Some("what was ordered".to_owned()),
            unique_keys: keys(&[&["b"], &["c`\"d", "a"], &["thrice"]]),
            ..ours("Order Details", &["id"], order_details())
        },
        EntityDraft {
            is_view: true,
            ..ours(
                "a_view",
                &[],
                vec![
                    column("id", decimal(0), "bigint(20) unsigned"),
                    ColumnDraft { description: Some("an A".to_owned()), ..column("a", INT, "int(11)") },
                    column("up", string(20), "varchar(20)"),
                ],
            )
        },
        EntityDraft { is_view: true, ..ours("broken", &[], vec![]) },
        EntityDraft {
            relations: vec![to(&["id"], (None, "kept"), &["id"], CascadeDelete::Restrict, "to_kept")],
            ..ours("kept", &["id"], vec![required("id", INT, "int(11)")])
        },
        ours("keyless", &[], vec![column("a", INT, "int(11)"), column("note", string(9), "varchar(9)")]),
        ours(
            "kind",
            &["s_mood"],
            vec![
                collated(
                    required("s_mood", enumeration("KindSMood", &[("OTHER", "other")]), "enum('other')"),
                    "utf8mb4_general_ci",
                ),
                required("z", enumeration("KindZ", &[("UNNAMED", "")]), "enum('')"),
            ],
        ),
        ours("kinds", &["a_bool"], kinds()),
        EntityDraft {
            relations: vec![
                to(&["far"], (Some(OTHER), "far"), &["id"], CascadeDelete::Cascade, "to_far"),
                to(&["parent_a", "parent_b"], (None, "near"), &["a", "b"], CascadeDelete::RemoveLink, "to_near"),
                to(&["day", "part"], (None, "parted"), &["day", "part"], CascadeDelete::Restrict, "to_parted"),
            ],
            ..ours(
                "near",
                &["a", "b"],
                [required("b", INT, "int(11)"), required("a", INT, "int(11)")]
                    .into_iter()
                    .chain(["far", "parent_a", "parent_b", "part"].map(|name| column(name, INT, "int(11)")))
                    .chain([column("day", AttributeType::Date, "date")])
                    .collect(),
            )
        },
        ours(
            "parted",
            &["day", "part"],
            vec![required("part", INT, "int(11)"), required("day", AttributeType::Date, "date")],
        ),
        ours("periods", &["id"], vec![required("id", INT, "int(11)"), stamp("since"), stamp("until")]),
        ours("prefixed", &["name"], vec![required("name", string(100), "varchar(100)")]),
        EntityDraft {
            unique_keys: keys(&[&["n"]]),
            ..ours("remembered", &["id"], vec![required("id", INT, "int(11)"), column("n", INT, "int(11)")])
        },
    ]
}

fn order_details() -> Vec<ColumnDraft> {
    vec![
        with_default(required("id", decimal(0), "bigint(20) unsigned")),
        ColumnDraft { description: Some("an A".to_owned()), ..column("a", INT, "int(11)") },
        column("b", INT, "int(11)"),
        with_default(column("c`\"d", string(20), "varchar(20)")),
        generated(column("twice", INT, "int(11)")),
        generated(column("thrice", INT, "int(11)")),
        with_default(required("computed", INT, "int(11)")),
        with_default(column("hidden", INT, "int(11)")),
        with_default(required("changed", AttributeType::DateTime { zoned: true }, "timestamp")),
        column("touched", AttributeType::DateTime { zoned: false }, "datetime"),
    ]
}

fn kinds() -> Vec<ColumnDraft> {
    let left_out = |name: &str| ColumnDraft { ty: None, ..column(name, TEXT, name.trim_start_matches("a_")) };
    let json = |name: &str| collated(column(name, AttributeType::Json, "longtext"), "utf8mb4_bin");
    let mood = [("SO_SO", "so so"), ("HAPPY", "happy"), ("SO_SO_2", "so-so"), ("IT_S", "it's"), ("B_C", "b\\c")];
    vec![
        required("a_bool", AttributeType::Boolean, "tinyint(1)"),
        column("a_tiny", INT, "tinyint(4)"),
        column("a_utiny", INT, "tinyint(1) unsigned"),
        column("a_small", INT, "smallint(6)"),
        column("a_usmall", INT, "smallint(5) unsigned"),
        column("a_medium", INT, "mediumint(8) unsigned"),
        column("a_int", INT, "int(11)"),
        column("a_uint", AttributeType::BigInt, "int(10) unsigned"),
        column("a_padded", AttributeType::BigInt, "int(10) unsigned zerofill"),
        column("a_big", AttributeType::BigInt, "bigint(20)"),
        column("a_ubig", decimal(0), "bigint(20) unsigned"),
        column("a_bit", AttributeType::Boolean, "bit(1)"),
        column("a_bits", decimal(0), "bit(9)"),
        column("a_year", INT, "year(4)"),
        column("a_float", AttributeType::Float, "float"),
        column("a_double", AttributeType::Float, "double"),
        column("a_price", decimal(2), "decimal(10,2) unsigned"),
        column("a_round", decimal(0), "decimal(4,0)"),
        column("a_char", string(2), "char(2)"),
        collated(column("a_varchar", string(160), "varchar(160)"), "latin1_swedish_ci"),
        column("a_text", string(None), "text"),
        column("a_long", string(None), "longtext"),
        column("a_binary", AttributeType::Bytes, "binary(16)"),
        column("a_varbinary", AttributeType::Bytes, "varbinary(9)"),
        column("a_blob", AttributeType::Bytes, "mediumblob"),
        json("a_json"),
        column("checked", AttributeType::Json, "longtext"),
        json("od`d"),
        column("otherwise", string(None), "longtext"),
        column("a_uuid", AttributeType::Uuid(UuidStorage::Native), "uuid"),
        column("a_inet4", TEXT, "inet4"),
        column("a_inet6", TEXT, "inet6"),
        column("a_set", TEXT, "set('a','b')"),
        column("mood", enumeration("KindsMood", &mood), "enum('so so','happy','so-so','it''s','b\\\\c')"),
        column("a_date", AttributeType::Date, "date"),
        column("a_time", AttributeType::Time, "time(3)"),
        column("a_datetime", AttributeType::DateTime { zoned: false }, "datetime(6)"),
        column("a_timestamp", AttributeType::DateTime { zoned: true }, "timestamp"),
        left_out("a_point"),
        left_out("a_geometry"),
    ]
}

fn enumeration(type_name: &str, values: &[(&str, &str)]) -> AttributeType {
    let value = |(name, label): &(&str, &str)| EnumValue {
        name: (*name).to_owned(),
        stored: StoredValue::Text((*label).to_owned()),
    };
    AttributeType::Enum(Arc::new(EnumType {
        type_name: type_name.to_owned(),
        values: values.iter().map(value).collect(),
    }))
}
