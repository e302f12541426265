//! Foreign keys that fit no key of their target, or whose values are not compared as those of the key are. Only SQLite has
//! them, and notices when it writes.

use relata::Gateway;
use sea_orm::DatabaseConnection;
use serde_json::json;

use crate::support::{Backend, Defining, Server, connection, run_sql, scratch};

#[tokio::test]
async fn what_a_mismatched_foreign_key_keeps_from_being_written_is_unsupported() {
    let sql = "create table place (id integer primary key, code text, name text);
        create table visit (id integer primary key, place_code text references place (code), note text);
        pragma foreign_keys = off; insert into place values (1, 'a', 'Ulm'), (2, 'b', 'Bonn');
        insert into visit values (1, 'a', 'short'); pragma foreign_keys = on;";
    let server = scratch(Backend::Sqlite, "mismatch", sql).await.unwrap();
    for mutation in [
        "deletePlace(key: {id: 1}) { outcome }",
        "deletePlaces(where: {id: {gt: 1}}) { count }",
        "updatePlace(key: {id: 1}, input: {code: \"c\"}) { outcome }",
        "createPlace(input: {id: 3, code: \"c\"}) { outcome }",
        "createVisit(input: {id: 2, placeCode: \"a\"}) { outcome }",
        "updateVisit(key: {id: 1}, input: {placeCode: \"b\"}) { outcome }",
    ] {
        let answer = server.run(&format!("mutation {{ {mutation} }}"), json!({})).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "UNSUPPORTED", "{mutation}: {answer:#}");
        assert!(error["message"].as_str().unwrap().contains("foreign key"), "{answer:#}");
    }
    // What does not touch the foreign key is written.
    server
        .data(
            "mutation { updatePlace(key: {id: 1}, input: {name: \"Aachen\"}) { outcome }
               updateVisit(key: {id: 1}, input: {note: \"long\"}) { outcome } }",
        )
        .await;
    assert_eq!(server.sql("select name from place where id = 1").await, [json!({"name": "Aachen"})]);
    assert_eq!(server.sql("select place_code, note from visit").await, [json!({"place_code": "a", "note": "long"})]);
    let catalog = server.catalog();
    let warning = catalog.warnings.iter().find(|warning| warning.entity == "visit").expect("there is a warning");
    assert!(warning.message.contains("FOREIGN KEY (place_code) REFERENCES place (code)"), "{warning}");
}

/// Values that a column takes for the same name two records of such an index.
#[tokio::test]
async fn a_unique_index_that_tells_more_apart_than_its_column_is_no_key() {
    let tables = "create table note (id integer primary key, code text collate nocase, alias text collate nocase unique, word text,
            mark text collate nocase);
        create unique index codes on note (code collate binary);
        create unique index words on note (word collate nocase);
        create unique index marks on note (id, mark collate rtrim);
        insert into note values (1, 'abc', 'x', 'a', null), (2, 'ABC', 'y', 'b', null);";
    let Some(server) = scratch(Backend::Sqlite, "strict", tables).await else { return };
    let data = server.data("{ __type(name: \"NoteKey\") { inputFields { name } } }").await;
    let names: Vec<&str> =
        data["__type"]["inputFields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ref", "id", "alias", "word"]);
    assert_eq!(server.data("{ note(key: {alias: \"Y\"}) { id } }").await["note"]["id"], 2);
}

/// Keys in several collations, and foreign keys that lead to them in the same and in others.
const COLLATIONS: &str = "
    create table exact (code text primary key);
    create table loose (code varchar(9) collate nocase primary key, other text collate rtrim unique);
    create table own (id integer primary key, exact_code text references exact (code) on delete cascade,
        loose_code text COLLATE NoCase references loose (code) on delete set null,
        other_code text collate rtrim references loose (other) on delete set null);
    create table apart (id integer primary key, exact_code text collate nocase references exact (code) on delete cascade,
        loose_code text references loose (code) on delete set null,
        other_code text collate nocase references loose (other) on delete set null, bare collate rtrim references exact (code));
    create table pair (exact_code text not null references exact (code) on delete cascade,
        loose_code text not null references loose (code) on delete cascade, primary key (exact_code, loose_code));
    create table many (l integer, loose_code text, exact_code text collate nocase, primary key (l),
        foreign key (exact_code, loose_code) references two (e, l));
    create table two (e text collate nocase, l text, primary key (e, l));
    insert into exact values ('Abc'), ('abc');
    insert into loose values ('Abc', 'x');
    insert into own values (1, 'Abc', 'ABC', null), (2, 'abc', null, 'x ');
    insert into apart values (1, 'Abc', 'ABC', null, null), (2, 'abc', null, 'x', 'abc');";

/// The warnings about a table, by column.
fn warnings(server: &Server, table: &str) -> Vec<String> {
    let catalog = server.catalog();
    let about = catalog.warnings.iter().filter(|warning| warning.entity == table);
    about.map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_foreign_key_of_another_collation_than_its_target_is_left_out() {
    let server = scratch(Backend::Sqlite, "collations", COLLATIONS).await.unwrap();
    let message = |column: &str, own: &str, target: &str, other: &str| {
        format!(
            "apart.{column}: left out: its values are compared in the collation {own}, and those of {target}, which it leads \
             to, in {other}"
        )
    };
    assert_eq!(
        warnings(&server, "apart"),
        [
            message("exact_code", "NOCASE", "exact.code", "BINARY"),
            message("loose_code", "BINARY", "loose.code", "NOCASE"),
            message("other_code", "NOCASE", "loose.other", "RTRIM"),
            message("bare", "RTRIM", "exact.code", "BINARY"),
        ]
    );
    assert_eq!(warnings(&server, "own"), [""; 0]);
    assert_eq!(warnings(&server, "many"), [""; 0]);
    // One half of a pair goes, the other stays.
    let data = server
        .data(
            "{ pairs { exactCodeExact { code } looseCode } owns { id exactCodeExact { code } looseCodeLoose { code } }
               exacts { code owns { id } } aparts { id exactCode looseCode otherCode bare } }",
        )
        .await;
    let of_own = json!({"id": 1, "exactCodeExact": {"code": "Abc"}, "looseCodeLoose": {"code": "Abc"}});
    assert_eq!(data["owns"][0], of_own);
    assert_eq!(data["exacts"], json!([{"code": "Abc", "owns": [{"id": 1}]}, {"code": "abc", "owns": [{"id": 2}]}]));
    let of_apart = json!({"id": 1, "exactCode": "Abc", "looseCode": "ABC", "otherCode": null, "bare": null});
    assert_eq!(data["aparts"][0], of_apart);
    for field in ["exacts { aparts { id } }", "looses { aparts { id } }", "aparts { exactCodeExact { code } }"] {
        server.lacks(&format!("{{ {field} }}")).await;
    }
    server.execute("update own set loose_code = 'abc'").await;
    server.data("mutation { updateApart(key: {id: 2}, input: {looseCode: \"abc\"}) { outcome } }").await;
    server.data("mutation { deleteExact(key: {code: \"Abc\"}) { outcome } }").await;
    server.data("mutation { deleteLoose(key: {code: \"Abc\"}) { outcome } }").await;
    // As the database does it: 'abc' is none of those of 'Abc', and one of them where case does not count.
    assert_eq!(
        server.sql("select id, exact_code, loose_code from own").await,
        [json!({"id": 2, "exact_code": "abc", "loose_code": null})]
    );
    assert_eq!(
        server.sql("select id, exact_code, loose_code from apart").await,
        [json!({"id": 2, "exact_code": "abc", "loose_code": null})]
    );
}

async fn collations(name: &str) -> DatabaseConnection {
    let connection = connection(Backend::Sqlite, name).await.unwrap();
    run_sql(&connection, COLLATIONS).await;
    connection
}

#[tokio::test]
async fn a_definition_takes_no_key_of_a_collation_that_its_column_would_not_have() {
    let server = scratch(Backend::Sqlite, "collations_defined", COLLATIONS).await.unwrap();
    for refused in [
        Defining::one_to_many("own_second", "own", "loose", "second"),
        Defining::many_to_many("own_looses", "own_loose", "own", "loose"),
        Defining::multi_table("own_any", "own", "any_id", &["loose"]),
    ] {
        let error = server.refuses_to_define(&refused, "INVALID").await;
        assert_eq!(error["entity"], "loose", "{error:#}");
    }
    server.define(&Defining::one_to_many("own_second", "own", "exact", "second")).await;
}

#[tokio::test]
async fn a_configuration_relates_no_columns_of_different_collations() {
    let section = |from: &str, column: &str, to: &str, key: &str| {
        format!(
            "[[relationship]]\nfrom = {{ entity = \"{from}\", columns = [\"{column}\"] }}\n\
             to = {{ entity = \"{to}\", columns = [\"{key}\"] }}\n"
        )
    };
    let build = async |name: &str, text: &str| {
        let config = relata::Config::parse("relata.toml", text).unwrap();
        Gateway::builder(collations(name).await)
            .discover(&[])
            .config(config)
            .build()
            .await
            .map_err(|error| error.to_string())
    };
    let text =
        [section("apart", "loose_code", "loose", "code"), section("own", "loose_code", "exact", "code")].concat();
    let error = build("collations_refused", &text).await.expect_err("it is refused");
    assert_eq!(
        error,
        "relata.toml:1:1: apart.loose_code is compared in the collation BINARY and loose.code in NOCASE: they cannot be related\n\
         relata.toml:4:1: own.loose_code is compared in the collation NOCASE and exact.code in BINARY: they cannot be related"
    );
    build("collations_taken", &section("apart", "exact_code", "loose", "code")).await.unwrap();
}

/// Two of the tables as code declares them.
mod exact {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "exact")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) code: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod apart {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "apart")]
    pub(super) struct Model {
        #[sea_orm(primary_key)]
        pub(super) id: i32,
        pub(super) exact_code: Option<String>,
        #[sea_orm(belongs_to, from = "exact_code", to = "code")]
        pub(super) exact: HasOne<super::exact::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[tokio::test]
async fn code_relates_no_columns_of_different_collations() {
    let connection = collations("collations_in_code").await;
    let builder = Gateway::builder(connection).entity(exact::Entity).entity(apart::Entity);
    let error = builder.build().await.expect_err("it is refused").to_string();
    assert_eq!(
        error,
        "apart.exact_code: its values are compared in the collation NOCASE, and those of exact.code, which it leads to, in BINARY"
    );
}

/// Foreign keys of another type than their targets: those that compare as they do, and those that do not.
const TYPES: &str = "
    create table number (id integer primary key);
    create table word (code text primary key);
    create table near (id integer primary key, big bigint references number, exact decimal(9, 2) references number,
        bare references number, short varchar(9) references word, plain references word);
    create table apart (id integer primary key, text varchar(9) references number on delete cascade,
        number integer references word on delete set null);
    create table pair (text text references number, number integer references number, primary key (text, number));
    insert into number values (1), (2), (10);
    insert into word values ('1'), ('01'), ('x');
    insert into near values (1, 1, 10, 2, '01', '1'), (2, 10, 1, 10, 'x', '01');
    insert into apart values (1, '1', 1), (2, '02', null), (3, '2.0', 1);
    insert into pair values ('02', 1);";

#[tokio::test]
async fn a_number_that_leads_to_a_text_is_left_out_and_so_is_a_text_that_leads_to_a_number() {
    let server = scratch(Backend::Sqlite, "unlike", TYPES).await.unwrap();
    let message = |column: &str, own: &str, target: &str, other: &str| {
        format!("{column}: left out: its values are {own}, and those of {target}, which it leads to, {other}")
    };
    let text = message("apart.text", "String", "number.id", "Int");
    assert_eq!(warnings(&server, "apart"), [text, message("apart.number", "Int", "word.code", "String")]);
    assert_eq!(warnings(&server, "pair"), [message("pair.text", "String", "number.id", "Int")]);
    assert_eq!(warnings(&server, "near"), [""; 0]);

    for (lookup, list, target) in [
        ("bigNumber", "nearsByBig", "number"),
        ("exactNumber", "nearsByExact", "number"),
        ("bareNumber", "nearsByBare", "number"),
        ("shortWord", "nearsByShort", "word"),
        ("plainWord", "nearsByPlain", "word"),
    ] {
        let (key, set) = if target == "number" { ("id", "numbers") } else { ("code", "words") };
        let data =
            server.data(&format!("{{ nears {{ id {lookup} {{ {key} }} }} {set} {{ {key} {list} {{ id }} }} }}")).await;
        let column = lookup.trim_end_matches("Number").trim_end_matches("Word");
        let rows = server.sql(&format!("select id, {column} as target from near order by id")).await;
        assert_eq!(rows.len(), 2);
        for (row, near) in rows.iter().zip(data["nears"].as_array().unwrap()) {
            assert_eq!(near, &json!({"id": row["id"], lookup: {key: row["target"]}}), "{lookup}");
            for parent in data[set].as_array().unwrap() {
                let expected = if parent[key] == row["target"] { json!([{"id": row["id"]}]) } else { continue };
                assert_eq!(parent[list], expected, "{list}");
            }
        }
    }
    server.data("mutation { associateNearBareNumber(key: {id: 1}, ref: {id: 1}) { changed } }").await;
    assert_eq!(
        server.sql("select typeof(bare) as class, bare from near where id = 1").await,
        [json!({"class": "integer", "bare": 1})]
    );
    server.execute("delete from near").await;
    server.execute("delete from pair").await;
    server.data("mutation { deleteWord(key: {code: \"1\"}) { outcome } }").await;
    server.data("mutation { deleteNumber(key: {id: 2}) { outcome } }").await;
    // The database has done it.
    assert_eq!(server.sql("select id, text, number from apart").await, [json!({"id": 1, "text": "1", "number": null})]);
}
