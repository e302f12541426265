//! The command line: what it prints, and how it ends.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::support::{Backend, connect, empty, run_sql};

fn relata(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relata"));
    command.args(arguments).env_remove("RELATA_DATABASE_URL").env_remove("RUST_LOG").output().unwrap()
}

/// The only line on standard error, and the exit code.
fn failure(arguments: &[&str]) -> (String, i32) {
    let output = relata(arguments);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(output.stdout.is_empty());
    (text.trim_end().to_owned(), output.status.code().unwrap())
}

/// A database file with these tables.
fn database(name: &str, statements: &[&str]) -> String {
    let file = format!("{}/cli_{name}_{}.sqlite", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    let _ = std::fs::remove_file(&file);
    let url = format!("sqlite://{file}?mode=rwc");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let connection = sea_orm::Database::connect(&url).await.unwrap();
        for statement in statements {
            sea_orm::ConnectionTrait::execute_unprepared(&connection, statement).await.unwrap();
        }
        connection.close().await.unwrap();
    });
    url
}

#[test]
fn start_up_errors_are_one_line_and_exit_code_1() {
    let check = |arguments: &[&str], expected: &str| {
        let (line, code) = failure(arguments);
        assert!(line.starts_with("relata: ") && line.contains(expected), "{line}");
        assert_eq!(code, 1);
    };
    check(&["serve", "--database-url", "sqlite:///no/such/folder/x.db"], "unable to open database file");
    check(&["serve", "--database-url", "postgres://127.0.0.1:1/x"], "Connection refused");
    check(&["serve", "--database-url", "mariadb://127.0.0.1:1/x"], "MariaDB database could not be opened");
    check(&["serve", "--database-url", "mysql://127.0.0.1:1/x"], "Connection refused");
    check(&["serve", "--database-url", "nonsense"], "must start with sqlite:, postgres: or mariadb:");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    check(&["demo", "--listen", &address], &format!("{address} could not be listened on"));
}

#[test]
fn wrong_arguments_are_exit_code_2() {
    for arguments in [&["serve"][..], &["schema"], &["inspect", "--json"], &["nonsense"], &["demo", "--listen", "x"]] {
        assert_eq!(relata(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn inspect_describes_the_catalog() {
    let url = database(
        "inspect",
        &[
            "create table artist (id integer primary key, name text)",
            "create table album (id integer primary key, artist_id integer not null references artist (id) on delete cascade)",
            "create table fan (id integer primary key)",
            "create table liking (artist_id integer references artist (id), fan_id integer references fan (id), \
             primary key (artist_id, fan_id))",
        ],
    );
    let text = String::from_utf8(relata(&["inspect", "--database-url", &url]).stdout).unwrap();
    assert!(text.contains("artist: Artist!") && text.contains("albums: [Album]"), "{text}");
    let lines: Vec<&str> = text.lines().skip_while(|line| *line != "relationships").map(str::trim).collect();
    assert!(lines.contains(&"album_artist: album.artist -> artist.albums, required, on delete CASCADE"), "{text}");
    assert!(lines.contains(&"liking: artist.fans <-> fan.artists, through liking"), "{text}");
    let json: Value = serde_json::from_slice(&relata(&["inspect", "--json", "--database-url", &url]).stdout).unwrap();
    let album = &json["entities"][0];
    assert_eq!(album["logicalName"], "album");
    assert_eq!(album["navigationProperties"][0]["partner"], "albums");
    let relationships = json["relationships"].as_array().unwrap();
    let named = |name: &str| relationships.iter().find(|known| known["schemaName"] == name).unwrap();
    let expected = json!({
        "schemaName": "album_artist", "kind": "ONE_TO_MANY", "description": null, "isCustom": false,
        "referencedEntity": "artist", "referencedAttribute": "id", "referencedAttributes": ["id"],
        "referencedEntityNavigationPropertyName": "albums",
        "referencingEntity": "album", "referencingAttribute": "artistId", "referencingAttributes": ["artistId"],
        "referencingEntityNavigationPropertyName": "artist", "lookupName": "artist_id", "multiTableLookup": null,
        "isOneToOne": false, "isRequired": true, "isHierarchical": false, "isConditional": false,
        "cascadeConfiguration": { "delete": "CASCADE" },
    });
    assert_eq!(*named("album_artist"), expected);
    let expected = json!({
        "schemaName": "liking", "kind": "MANY_TO_MANY", "description": null, "isCustom": false,
        "intersectEntityName": "liking",
        "entity1LogicalName": "artist", "entity1IntersectAttribute": "artistId",
        "entity1IntersectAttributes": ["artistId"], "entity1NavigationPropertyName": "fans",
        "entity2LogicalName": "fan", "entity2IntersectAttribute": "fanId",
        "entity2IntersectAttributes": ["fanId"], "entity2NavigationPropertyName": "artists",
    });
    assert_eq!(*named("liking"), expected);
    assert_eq!(named("liking_artist")["referencedEntityNavigationPropertyName"], Value::Null);
    assert_eq!(json["multiTableLookups"], json!([]));
}

#[test]
fn an_empty_database_is_served() {
    let url = database("empty", &["create table note (id integer primary key)", "drop table note"]);
    let output = relata(&["schema", "--database-url", &url]);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("type Query"));
}

#[test]
fn the_demo_says_where_it_is_and_ends_well_on_sigterm() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_relata"))
        .args(["demo", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .env_remove("RUST_LOG")
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let url = line.rsplit_once("GraphQL at ").unwrap().1.trim().trim_end_matches("\u{1b}[0m").to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (body, sdl) = runtime.block_on(async {
        let query = reqwest::Client::new().get(format!("{url}?query=%7B__typename%7D"));
        let body = query.send().await.unwrap().text().await.unwrap();
        let sdl = reqwest::get(format!("{url}/schema.graphql")).await.unwrap().text().await.unwrap();
        (body, sdl)
    });
    assert_eq!(body, r#"{"data":{"__typename":"Query"}}"#);
    let printed = String::from_utf8(relata(&["schema", "--demo"]).stdout).unwrap();
    assert_eq!(printed.trim_end(), sdl.trim_end());
    let killed = Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(process.wait().unwrap().code(), Some(0));
}

#[test]
fn a_mariadb_is_served_by_either_name_of_its_scheme() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let Some(url) = runtime.block_on(empty(Backend::MariaDb, "cli")) else { return };
    runtime.block_on(async {
        let connection = connect(&url).await;
        run_sql(&connection, "create table artist (id integer primary key, name varchar(9))").await;
        connection.close().await.unwrap();
    });
    for url in [url.clone(), url.replacen("mysql:", "mariadb:", 1)] {
        let text = String::from_utf8(relata(&["inspect", "--database-url", &url]).stdout).unwrap();
        assert!(text.contains("Artist (Table artist"), "{text}");
    }
    let server = url.rsplit_once('/').unwrap().0;
    let (line, code) = failure(&["inspect", "--database-url", &format!("{server}/")]);
    assert!(line.contains("the connection is in no database"), "{line}");
    assert_eq!(code, 1);
}
