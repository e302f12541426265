//! The page on the configuration does what it says: each of its files is put on its database, and asked what it shows.

use rstest_reuse::apply;
use serde_json::{Value, json};

use super::{Server, try_configured};
use crate::{backends, support::Backend};

/// The blocks of the page, each with its language.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("\n```") {
        let (language, after) = after.split_once('\n').unwrap();
        let (block, after) = after.split_once("```").unwrap();
        blocks.push((language, block));
        rest = after;
    }
    blocks
}

#[apply(backends)]
#[tokio::test]
async fn every_example_of_the_page_on_the_configuration_does_what_it_shows(#[case] backend: Backend) {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
    let blocks = blocks(&page);
    let (_, tables) = blocks.iter().find(|(language, _)| *language == "sql").unwrap();
    let mut served: Option<Result<Server, Vec<String>>> = None;
    let (mut query, mut shown) = ("", 0);
    for (index, (language, block)) in blocks.iter().enumerate() {
        match *language {
            "toml" => {
                served = try_configured(backend, &format!("docs_{index}"), tables, block).await;
                if served.is_none() {
                    return;
                }
            }
            "text" => {
                let mistakes = served.as_ref().unwrap().as_ref().err().expect("it has mistakes");
                let mistakes: Vec<String> = mistakes.iter().map(|line| line.replace("public.", "")).collect();
                assert_eq!(mistakes, block.lines().collect::<Vec<_>>());
                shown += 1;
            }
            "graphql" => query = block,
            "json" => {
                let server = served.as_ref().unwrap().as_ref().unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
                let expected: Value = serde_json::from_str(block).unwrap();
                assert_eq!(server.run(query, json!({})).await, json!({ "data": expected }), "{query}");
                shown += 1;
            }
            _ => {}
        }
    }
    assert!(shown >= 12);
}

#[test]
fn the_page_names_every_section() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
    for section in [
        "[server]",
        "[database]",
        "[lists]",
        "[limits]",
        "[naming]",
        "[entities]",
        "[entity.orders]",
        "[entity.orders.attribute.total_cents]",
        "[[relationship]]",
        "[[many-to-many]]",
        "[[multi-table-lookup]]",
    ] {
        assert!(
            blocks(&page).iter().any(|(language, block)| *language == "toml" && block.contains(section)),
            "{section}"
        );
    }
}
