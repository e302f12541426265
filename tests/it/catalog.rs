//! The catalogs of the demo and of Chinook as text, the same from every database.

use crate::support::{Backend, Server, chinook, demo};

#[path = "../../src/cli/inspect.rs"]
#[expect(dead_code, reason = "the command line prints JSON too")]
mod inspect;

fn text(server: &Server) -> String {
    inspect::text(&server.catalog())
}

/// SQLite has no namespaces, and the two Chinook files spell their tables differently.
fn without_tables(text: &str) -> Vec<String> {
    let heading = |line: &str| line.split(['(', ',']).next().unwrap_or_default().trim_end().to_owned();
    text.lines().map(|line| if line.starts_with(' ') { line.to_owned() } else { heading(line) }).collect()
}

#[tokio::test]
async fn the_catalog_of_the_demo() {
    let Some(sqlite) = demo(Backend::Sqlite).await else { return };
    insta::assert_snapshot!(text(&sqlite));
    let Some(postgres) = demo(Backend::Postgres).await else { return };
    assert_eq!(text(&sqlite), text(&postgres));
}

#[tokio::test]
async fn the_catalog_of_chinook() {
    let Some(sqlite) = chinook(Backend::Sqlite).await else { return };
    insta::assert_snapshot!(text(&sqlite));
    let Some(postgres) = chinook(Backend::Postgres).await else { return };
    let (mut one, mut other) = (without_tables(&text(&sqlite)), without_tables(&text(&postgres)));
    one.sort_unstable();
    other.sort_unstable();
    assert_eq!(one, other);
}
