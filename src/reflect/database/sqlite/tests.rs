//! Reflection of `SQLite` databases in memory, against drafts written out by hand.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use super::super::discover;
use super::super::expect::{
    INT, TEXT, assert_drafts, column, decimal, generated, keys, relation, required, string, table, with_default,
};
use crate::catalog::{AttributeType, CascadeDelete, EntityDraft, Problem, UuidStorage};

async fn database(sql: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let db = Database::connect(options).await.unwrap();
    db.execute_unprepared(sql).await.unwrap();
    db
}

async fn check(sql: &str, expected: &[EntityDraft]) {
    let found = discover(&database(sql).await, &[]).await.unwrap();
    assert_drafts(&found, expected);
}

#[tokio::test]
async fn columns_tell_their_types_defaults_and_nulls() {
    check(
        "CREATE TABLE item (
            id INTEGER PRIMARY KEY,
            label NVARCHAR(160) NOT NULL DEFAULT 'new',
            price NUMERIC(10,2),
            note TEXT DEFAULT NULL,
            at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            anything,
            gross GENERATED ALWAYS AS (price * 2) VIRTUAL,
            net DECIMAL(10, 2) NOT NULL AS (price / 2) STORED
        )",
        &[table(
            None,
            "item",
            &["id"],
            vec![
                with_default(required("id", INT, "INTEGER")),
                with_default(required("label", string(160), "NVARCHAR(160)")),
                column("price", decimal(2), "NUMERIC(10,2)"),
                column("note", string(None), "TEXT"),
                with_default(required("at", AttributeType::DateTime { zoned: false }, "DATETIME")),
                column("anything", TEXT, ""),
                generated(column("gross", TEXT, "")),
                generated(required("net", decimal(2), "DECIMAL(10, 2)")),
            ],
        )],
    )
    .await;
}

#[tokio::test]
async fn only_an_alias_of_the_rowid_fills_itself_in() {
    check(
        "CREATE TABLE alias (id integer, PRIMARY KEY (id));
        CREATE TABLE descending (id INTEGER PRIMARY KEY DESC);
        CREATE TABLE short (id INT PRIMARY KEY);
        CREATE TABLE words (code TEXT PRIMARY KEY);
        CREATE TABLE without_rowid (id INTEGER PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE pair (a INTEGER, b INTEGER, c INTEGER, PRIMARY KEY (c, a)) WITHOUT ROWID;",
        &[
            table(None, "alias", &["id"], vec![with_default(required("id", INT, "INTEGER"))]),
            table(None, "descending", &["id"], vec![required("id", INT, "INTEGER")]),
            table(
                None,
                "pair",
                &["c", "a"],
                vec![required("a", INT, "INTEGER"), column("b", INT, "INTEGER"), required("c", INT, "INTEGER")],
            ),
            table(None, "short", &["id"], vec![required("id", INT, "INT")]),
            table(None, "without_rowid", &["id"], vec![required("id", INT, "INTEGER")]),
            table(None, "words", &["code"], vec![required("code", string(None), "TEXT")]),
        ],
    )
    .await;
}

#[tokio::test]
async fn unique_keys_are_plain_and_say_something_new() {
    check(
        "CREATE TABLE k (id INT PRIMARY KEY, a INT UNIQUE, b INT, c INT, d INT, UNIQUE (c, b));
        CREATE UNIQUE INDEX plain ON k (d DESC);
        CREATE UNIQUE INDEX again ON k (b, c);
        CREATE UNIQUE INDEX same_as_primary ON k (id);
        CREATE UNIQUE INDEX partial ON k (b) WHERE c IS NULL;
        CREATE UNIQUE INDEX expression ON k (b, abs(c));
        CREATE INDEX not_unique ON k (c);",
        &[EntityDraft {
            unique_keys: keys(&[&["a"], &["b", "c"], &["d"]]),
            ..table(
                None,
                "k",
                &["id"],
                vec![
                    required("id", INT, "INT"),
                    column("a", INT, "INT"),
                    column("b", INT, "INT"),
                    column("c", INT, "INT"),
                    column("d", INT, "INT"),
                ],
            )
        }],
    )
    .await;
}

#[tokio::test]
async fn foreign_keys_find_their_columns() {
    let to = |columns: &[&str], target: &str, to: &[&str], delete| relation(columns, (None, target), to, delete, None);
    let int = |name: &str| column(name, INT, "INT");
    check(
        "CREATE TABLE Album (Id INT PRIMARY KEY, code INT UNIQUE, other INT);
        CREATE TABLE pair (a INT, b INT, PRIMARY KEY (b, a));
        CREATE TABLE track (
            id INT PRIMARY KEY REFERENCES track ON DELETE SET DEFAULT,
            album INT REFERENCES album ON DELETE CASCADE,
            code INT REFERENCES ALBUM (CODE) ON DELETE SET NULL,
            x INT, y INT,
            gone INT REFERENCES gone ON DELETE RESTRICT,
            internal INT REFERENCES relata_settings (id),
            no_key INT REFERENCES album (other),
            no_column INT REFERENCES album (missing),
            no_match INT REFERENCES pair,
            FOREIGN KEY (y, x) REFERENCES pair
        );",
        &[
            EntityDraft {
                unique_keys: keys(&[&["code"]]),
                ..table(None, "Album", &["Id"], vec![required("Id", INT, "INT"), int("code"), int("other")])
            },
            table(None, "pair", &["b", "a"], vec![required("a", INT, "INT"), required("b", INT, "INT")]),
            EntityDraft {
                relations: vec![
                    to(&["id"], "track", &["id"], Some(CascadeDelete::SetDefault)),
                    to(&["album"], "Album", &["Id"], Some(CascadeDelete::Cascade)),
                    to(&["code"], "Album", &["code"], Some(CascadeDelete::RemoveLink)),
                    to(&["y", "x"], "pair", &["b", "a"], Some(CascadeDelete::Restrict)),
                    to(&["gone"], "gone", &[], Some(CascadeDelete::Restrict)),
                    to(&["internal"], "relata_settings", &["id"], Some(CascadeDelete::Restrict)),
                ],
                warnings: [
                    ("no_column", "album", " (missing)"),
                    ("no_key", "album", " (other)"),
                    ("no_match", "pair", ""),
                ]
                .map(|(column, target, columns)| {
                    let message = format!(
                        "left out: FOREIGN KEY ({column}) REFERENCES {target}{columns} fits no key of {target}; where \
                         the database enforces foreign keys, it refuses most writes to track and {target}"
                    );
                    Problem::warning(&"track", Some(column), message)
                })
                .into(),
                ..table(
                    None,
                    "track",
                    &["id"],
                    [required("id", INT, "INT")]
                        .into_iter()
                        .chain(
                            ["album", "code", "x", "y", "gone", "internal", "no_key", "no_column", "no_match"].map(int),
                        )
                        .collect(),
                )
            },
        ],
    )
    .await;
}

#[tokio::test]
async fn names_may_be_anything() {
    let id = || vec![with_default(required("id", INT, "INTEGER"))];
    check(
        r#"CREATE TABLE "order" (id INTEGER PRIMARY KEY);
        CREATE TABLE "it's ""quoted""" (id INTEGER PRIMARY KEY);
        CREATE TABLE [Order Details] (id INTEGER PRIMARY KEY, "group by" INT UNIQUE REFERENCES "it's ""quoted""");
        CREATE TABLE relation (id INTEGER PRIMARY KEY);"#,
        &[
            EntityDraft {
                unique_keys: keys(&[&["group by"]]),
                relations: vec![relation(
                    &["group by"],
                    (None, "it's \"quoted\""),
                    &["id"],
                    Some(CascadeDelete::Restrict),
                    None,
                )],
                ..table(None, "Order Details", &["id"], [id(), vec![column("group by", INT, "INT")]].concat())
            },
            table(None, "it's \"quoted\"", &["id"], id()),
            table(None, "order", &["id"], id()),
            table(None, "relation", &["id"], id()),
        ],
    )
    .await;
}

#[tokio::test]
async fn views_are_readable_and_internal_tables_are_not_there() {
    let view = |name: &str, columns| EntityDraft { is_view: true, ..table(None, name, &[], columns) };
    let unreadable = "left out: the database cannot read it";
    check(
        "CREATE TABLE song (id INTEGER PRIMARY KEY AUTOINCREMENT, title VARCHAR(10) NOT NULL);
        CREATE TABLE seaql_migrations (version TEXT PRIMARY KEY);
        CREATE TABLE relata_settings (id INTEGER PRIMARY KEY);
        CREATE TEMP TABLE passing (id INTEGER PRIMARY KEY);
        CREATE VIRTUAL TABLE search USING fts5 (title, body);
        CREATE VIEW titles AS SELECT id, title, count(*) AS amount FROM song;
        CREATE TABLE gone (id INT);
        CREATE VIEW broken AS SELECT id FROM gone;
        DROP TABLE gone;",
        &[
            EntityDraft {
                warnings: vec![Problem::warning(&"broken", None, format!("{unreadable}: no such table: main.gone"))],
                ..view("broken", vec![])
            },
            view("search", vec![column("title", TEXT, ""), column("body", TEXT, "")]),
            table(
                None,
                "song",
                &["id"],
                vec![with_default(required("id", INT, "INTEGER")), required("title", string(10), "VARCHAR(10)")],
            ),
            view(
                "titles",
                vec![
                    column("id", INT, "INTEGER"),
                    column("title", string(10), "VARCHAR(10)"),
                    column("amount", TEXT, ""),
                ],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_value_tells_how_uuids_are_stored() {
    let uuid = |storage| AttributeType::Uuid(storage);
    check(
        "CREATE TABLE u (id uuid_text PRIMARY KEY, words UUID, empty GUID, bytes uuid);
        INSERT INTO u VALUES (x'00112233445566778899aabbccddeeff', NULL, NULL, x'00');
        INSERT INTO u VALUES (x'01112233445566778899aabbccddeeff', '00112233-4455-6677-8899-aabbccddeeff', NULL, NULL);
        CREATE VIEW v AS SELECT words AS \"the words\" FROM u;",
        &[
            table(
                None,
                "u",
                &["id"],
                vec![
                    required("id", uuid(UuidStorage::Native), "uuid_text"),
                    column("words", uuid(UuidStorage::Text), "UUID"),
                    column("empty", uuid(UuidStorage::Native), "GUID"),
                    column("bytes", uuid(UuidStorage::Native), "uuid"),
                ],
            ),
            EntityDraft {
                is_view: true,
                ..table(None, "v", &[], vec![column("the words", uuid(UuidStorage::Text), "UUID")])
            },
        ],
    )
    .await;
}

#[tokio::test]
async fn an_empty_database_has_nothing_to_say() {
    check("SELECT 1", &[]).await;
}
