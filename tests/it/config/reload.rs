//! The command line with a configuration, and what becomes of it when its file changes.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use relata::{Config, Gateway, gateway::Request};
use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, connection, listening, run_sql},
};

/// How long something may take that takes a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder with a database and a configuration for it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let connection = sea_orm::Database::connect(place.url()).await.unwrap();
            let tables = "create table item (id integer primary key, label text); insert into item values (1, 'one');
                create table secret (id integer primary key);";
            sea_orm::ConnectionTrait::execute_unprepared(&connection, tables).await.unwrap();
            connection.close().await.unwrap();
        });
        place
    }

    fn url(&self) -> String {
        format!("sqlite://{}?mode=rwc", self.folder.path().join("data.sqlite").display())
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("relata.toml")
    }

    fn write(&self, text: &str) {
        std::fs::write(self.file(), text).unwrap();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relata"));
    command
        .args(arguments)
        .env_remove("RELATA_DATABASE_URL")
        .env_remove("RELATA_CONFIG")
        .env_remove("RELATA_LISTEN")
        .env_remove("RELATA_READ_DATABASE_URL");
    command
}

/// A gateway in a process of its own, and what it has logged.
struct Running {
    child: Child,
    url: String,
    log: Arc<Mutex<Vec<String>>>,
    runtime: tokio::runtime::Runtime,
}

impl Running {
    fn start(config: &Path) -> Self {
        let mut child = command(&["serve", "--config"])
            .arg(config)
            .env("RUST_LOG", "relata=info")
            .env("NO_COLOR", "1")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (url, lines) = listening(&mut child);
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || lines.for_each(|line| kept.lock().unwrap().push(line)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { child, url, log, runtime }
    }

    fn run(&self, query: &str) -> Value {
        self.runtime.block_on(async {
            let request = reqwest::Client::new().post(&self.url).json(&json!({ "query": query }));
            request.send().await.unwrap().json().await.unwrap()
        })
    }

    fn hang_up(&self) {
        let done = Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
    }

    /// Waits until a line of the log holds all of this.
    fn logged(&self, parts: &[&str]) {
        wait(&format!("a line with {parts:?}"), || {
            self.log.lock().unwrap().iter().any(|line| parts.iter().all(|part| line.contains(part)))
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait(what: &str, mut is_there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_there() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn a_change_of_the_file_is_served_and_a_bad_one_is_not() {
    let place = Place::new();
    let text =
        |more: &str| format!("[server]\nlisten = \"127.0.0.1:0\"\n[database]\nurl = \"{}\"\n{more}", place.url());
    place.write(&text(""));
    let running = Running::start(&place.file());
    assert_eq!(running.run("{ items { label } }")["data"], json!({"items": [{"label": "one"}]}));

    // By its content, without being asked.
    place.write(&text("[entity.item]\nname = \"thing\"\n[entities]\nexclude = [\"secret\"]\n"));
    wait("the new name", || running.run("{ things { label } }").get("errors").is_none());
    assert!(running.run("{ secrets { id } }").get("errors").is_some());

    // What is wrong changes nothing, and says why.
    place.write(&text("[entity.itme]\nname = \"other\"\n"));
    running.logged(&["relata.toml:5:9: there is no table `itme` (did you mean `item`?)"]);
    running.logged(&["the last good one is served on"]);
    assert_eq!(running.run("{ things { label } }")["data"], json!({"things": [{"label": "one"}]}));

    // What takes a restart is told, the rest is served.
    let moved = text("[entity.item]\nplural = \"pieces\"\n").replace("127.0.0.1:0", "127.0.0.1:1");
    place.write(&moved);
    wait("the new plural", || running.run("{ pieces { label } }").get("errors").is_none());
    running.logged(&["server.listen has changed", "restart"]);
}

#[test]
fn sighup_asks_for_the_file_again() {
    let place = Place::new();
    place.write(&format!("[server]\nlisten = \"127.0.0.1:0\"\n[database]\nurl = \"{}\"\n", place.url()));
    let running = Running::start(&place.file());
    running.hang_up();
    running.logged(&["the configuration has been reloaded"]);
    std::fs::remove_file(place.file()).unwrap();
    running.hang_up();
    running.logged(&["relata.toml: the configuration cannot be read"]);
    assert_eq!(running.run("{ items { label } }")["data"], json!({"items": [{"label": "one"}]}));
}

#[test]
fn queries_go_to_the_databases_that_the_file_names_for_them() {
    // Two databases that nothing keeps alike, so that an answer shows where it comes from.
    let (place, replica) = (Place::new(), Place::new());
    let text = |more: &str| {
        let database = format!("[database]\nurl = \"{}\"\nread-urls = [{more}]\n", place.url());
        format!("[server]\nlisten = \"127.0.0.1:0\"\n{database}")
    };
    place.write(&text("\"env:RELATA_TEST_REPLICA_URL\""));
    let output = command(&["serve", "--config"]).arg(place.file()).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("RELATA_TEST_REPLICA_URL"), "{error}");

    place.write(&text(&format!("\"{}\"", replica.url())));
    let running = Running::start(&place.file());
    let renamed = running.run("mutation { updateItem(key: {id: 1}, input: {label: \"new\"}) { item { label } } }");
    assert_eq!(renamed["data"]["updateItem"]["item"]["label"], "new");
    assert_eq!(running.run("{ items { label } }")["data"], json!({"items": [{"label": "one"}]}));
    place.write(&text(""));
    running.logged(&["database.read-urls has changed", "restart"]);
}

#[test]
fn arguments_win_over_the_environment_and_that_over_the_file() {
    let place = Place::new();
    place.write("[database]\nurl = \"env:RELATA_TEST_CONFIG_URL\"\n[entity.item]\nname = \"thing\"\n");
    let file = place.file().display().to_string();
    let schema = |command: &mut Command| {
        let output = command.output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    // The URL of the file, from a variable that it names; the file from a variable, too.
    let (sdl, _) = schema(command(&["schema"]).env("RELATA_CONFIG", &file).env("RELATA_TEST_CONFIG_URL", place.url()));
    assert!(sdl.contains("type Thing ") && !sdl.contains("type Item "), "{sdl}");
    let (sdl, error) = schema(&mut command(&["schema", "--config", &file]));
    assert_eq!(sdl, "");
    assert!(error.contains("RELATA_TEST_CONFIG_URL"), "{error}");
    // The environment's URL wins over the file's, the argument's over both.
    let (sdl, _) = schema(command(&["schema", "--config", &file]).env("RELATA_DATABASE_URL", place.url()));
    assert!(sdl.contains("type Thing "), "{sdl}");
    let (sdl, _) = schema(
        command(&["schema", "--config", &file, "--database-url", &place.url()])
            .env("RELATA_DATABASE_URL", "sqlite:///no/such/x.db"),
    );
    assert!(sdl.contains("type Thing "), "{sdl}");
    // The demo can be configured as well.
    place.write("[entity.account]\nname = \"customer\"\n");
    let (sdl, error) = schema(&mut command(&["schema", "--demo", "--config", &file]));
    assert!(sdl.contains("type Customer "), "{error}");
}

#[test]
fn every_mistake_is_a_line_on_standard_error() {
    let place = Place::new();
    place.write("[lists]\nfirst = 1\n[entity.itme]\n[entity.item]\nnam = \"x\"\n");
    let file = place.file().display().to_string();
    let output = command(&["serve", "--database-url", &place.url(), "--config", &file]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    let expected = format!(
        "relata: {file}:2:1: there is no `first` in [lists]\n\
         relata: {file}:5:1: there is no `nam` in [entity.item] (did you mean `name`?)\n"
    );
    assert_eq!(error, expected);
    // What needs the tables to be told is told next.
    place.write("[entity.itme]\n[entity.item]\nname = \"secret\"\n[entities]\nexclude = [\"scret\"]\n");
    let output = command(&["inspect", "--database-url", &place.url(), "--config", &file]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    let expected = format!(
        "relata: {file}:1:9: there is no table `itme` (did you mean `item`?)\n\
         relata: {file}:5:12: `scret` matches no table (did you mean `secret`?)\n"
    );
    assert_eq!(error, expected);
}

#[apply(backends)]
#[tokio::test]
async fn requests_go_on_while_the_configuration_changes(#[case] backend: Backend) {
    let Some(connection) = connection(backend, "config_busy").await else { return };
    run_sql(&connection, "create table item (id integer primary key); insert into item values (1), (2), (3);").await;
    let config = |text: &str| Config::parse("relata.toml", text).unwrap();
    let gateway = Gateway::builder(connection).discover(&[]).build().await.unwrap();
    let count = async || {
        let request = Request { query: "{ items { id } }".to_owned(), ..Request::default() };
        let body: Value = serde_json::from_slice(&gateway.execute(request).await.body).unwrap();
        body["data"]["items"].as_array().unwrap_or_else(|| panic!("{body:#}")).len()
    };
    let asking = async {
        for _ in 0..100 {
            assert!([1, 2, 3].contains(&count().await));
        }
    };
    let changing = async {
        for round in 0..10 {
            let sizes = format!("[lists]\ndefault-size = {}\n", 1 + round % 2);
            gateway.reconfigure(config(&sizes)).await.unwrap();
            let refused = gateway.reconfigure(config("[entity.itme]\n")).await.unwrap_err();
            assert!(refused.to_string().starts_with("relata.toml:1:9: there is no table `itme`"), "{refused}");
            assert_eq!(count().await, 1 + round % 2);
        }
    };
    tokio::join!(asking, changing);
}
