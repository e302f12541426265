//! `/odata/$metadata`: the catalog as OData's CSDL, checked against the published rules and against what definitions
//! say.

mod broken;
mod content;
mod document;
mod json;
mod rules;
mod xml;

use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, Server, cast, chinook, demo, scratch},
};

use document::Document;

/// A document as XML, and everything that is wrong with it.
fn check_xml(text: &str) -> (Document, Vec<String>) {
    let (document, mut problems) = xml::read(text);
    problems.extend(rules::broken(&document));
    (document, problems)
}

/// What the server describes itself as in XML: a document that keeps all rules.
async fn described(server: &Server) -> Document {
    let (document, problems) = check_xml(&metadata(server, "application/xml").await);
    assert_eq!(problems, Vec::<String>::new());
    document
}

/// The same in JSON.
async fn described_in_json(server: &Server) -> Document {
    let (document, mut problems) = json::read(&metadata(server, "application/json").await);
    problems.extend(rules::broken(&document));
    assert_eq!(problems, Vec::<String>::new());
    document
}

async fn metadata(server: &Server, accept: &str) -> String {
    let request = server.client().get(server.url("/odata/$metadata")).header("accept", accept);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], format!("{accept}; charset=utf-8"));
    response.text().await.unwrap()
}

/// Both formats keep all rules and say the same.
async fn check(server: &Server) {
    let xml = described(server).await;
    assert_eq!(xml.version, "4.01");
    assert_eq!(xml.entity_types.len(), server.catalog().entities.len());
    assert_eq!(xml.sorted(), described_in_json(server).await.sorted());
}

#[apply(backends)]
#[tokio::test]
async fn the_demo_is_described_by_the_rules(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    check(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn every_shape_of_relationship_is_described_by_the_rules(#[case] backend: Backend) {
    let Some(server) = cast(backend, "csdl").await else { return };
    check(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn chinook_is_described_by_the_rules(#[case] backend: Backend) {
    let Some(server) = chinook(backend).await else { return };
    check(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn tables_of_awkward_shapes_are_described_by_the_rules(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "csdl_awkward", &content::awkward(backend)).await else { return };
    check(&server).await;
}

#[apply(backends)]
#[tokio::test]
async fn an_empty_database_has_an_empty_container(#[case] backend: Backend) {
    let statements = "create table note (id integer primary key); drop table note;";
    let Some(server) = scratch(backend, "csdl_empty", statements).await else { return };
    let document = described(&server).await;
    assert!(document.entity_types.is_empty() && document.sets().is_empty());
    assert_eq!(document, described_in_json(&server).await);
}
