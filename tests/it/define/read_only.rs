//! A user of the database who may only read: no definitions are offered, those of others are seen.

use rstest_reuse::apply;
use sea_orm::DatabaseConnection;
use serde_json::json;

use super::tables::blog;
use crate::{
    backends,
    support::{Backend, Defining, Server, connect},
};

const MUTATIONS: [&str; 6] = [
    "createOneToManyRelationship",
    "createManyToManyRelationship",
    "createMultiTableLookup",
    "addMultiTableLookupTarget",
    "updateRelationship",
    "deleteRelationship",
];

/// A connection to a server's database that may only read.
async fn reader(server: &Server, backend: Backend) -> DatabaseConnection {
    match backend {
        Backend::Sqlite => {
            let file = &server.texts("select file as v from pragma_database_list where name = 'main'").await[0];
            connect(&format!("sqlite://{file}?mode=ro")).await
        }
        Backend::Postgres => {
            let name = &server.texts("select current_database()::text as v").await[0];
            let role = format!("relata_{name}");
            server
                .execute(&format!(
                    "create role \"{role}\" login; grant select on all tables in schema public to \"{role}\";
                     alter default privileges in schema public grant select on tables to \"{role}\""
                ))
                .await;
            let url = std::env::var("RELATA_TEST_POSTGRES").unwrap();
            let address = url.rsplit_once('@').unwrap().1.rsplit_once('/').unwrap().0.to_owned();
            connect(&format!("postgres://{role}@{address}/{name}")).await
        }
        Backend::MariaDb => {
            let name = &server.texts("select database() as v").await[0];
            let user = format!("reader_{}", name.rsplit_once("reader").map_or(name.as_str(), |(_, rest)| rest));
            server
                .execute(&format!(
                    "create or replace user '{user}'@'127.0.0.1'; grant select on \"{name}\".* to '{user}'@'127.0.0.1'"
                ))
                .await;
            let url = std::env::var("RELATA_TEST_MARIADB").unwrap();
            let address = url.rsplit_once('@').unwrap().1.trim_end_matches('/').to_owned();
            connect(&format!("mysql://{user}@{address}/{name}")).await
        }
    }
}

async fn serve(connection: DatabaseConnection) -> Server {
    let gateway = relata::Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap();
    Server::start(gateway, connection).await
}

#[apply(backends)]
#[tokio::test]
async fn a_reader_gets_a_gateway_without_definitions(#[case] backend: Backend) {
    let Some(server) = blog(backend, "reader").await else { return };
    for mutation in MUTATIONS {
        assert!(server.offers(mutation).await, "{mutation}");
    }
    let mark = server.ddl_mark().await;
    let limited = serve(reader(&server, backend).await).await;
    for mutation in MUTATIONS {
        assert!(!limited.offers(mutation).await, "{mutation}");
    }
    let (mutation, variables) = Defining::delete("post_author").operation();
    let response = limited.run(&mutation, variables).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{response:#}");
    let data = limited.data("{ authors(orderBy: [{id: ASC}]) { name posts { title } } relationshipDefinition(schemaName: \"post_author\") { isCustom } }").await;
    assert_eq!(data["authors"][0], json!({ "name": "A", "posts": [{ "title": "P1" }] }));
    assert_eq!(data["relationshipDefinition"], json!({ "isCustom": false }));
    // Nothing was made in passing.
    assert_eq!(server.ddl_mark().await, mark);
}

#[apply(backends)]
#[tokio::test]
async fn a_reader_sees_what_others_define(#[case] backend: Backend) {
    let Some(server) = blog(backend, "reader_follows").await else { return };
    let early = serve(reader(&server, backend).await).await;
    server
        .define(&Defining::one_to_many("post_editor", "post", "author", "editor_id").with("description", "who edits"))
        .await;
    server.data("mutation { associatePostEditor(key: {id: 1}, ref: {id: 2}) { changed } }").await;
    let query = "{ post(key: {id: 1}) { editor { name } } relationshipDefinition(schemaName: \"post_editor\") { isCustom description } }";
    let expected = json!({ "post": { "editor": { "name": "B" } }, "relationshipDefinition": { "isCustom": true, "description": "who edits" } });
    assert_eq!(early.data(query).await, expected);
    // A reader that starts when it is there already.
    let url = if backend == Backend::Postgres { None } else { Some(reader(&server, backend).await) };
    if let Some(connection) = url {
        assert_eq!(serve(connection).await.data(query).await, expected);
    }
    server.define(&Defining::delete("post_editor")).await;
    early.lacks(query).await;
}
