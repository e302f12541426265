//! Every operation in `tests/cases/read` as its plan and as the SQL of each dialect, on the demo's catalog, without a
//! database. A further case is a further file there; variables stand in its first line: `# {"name": "value"}`.

mod text;

use std::path::Path;

use sea_orm::{Database, DatabaseConnection, SqlxPostgresConnector};

use super::super::{Request, document, engine, given, schema as build_schema, sdl::sdl};
use crate::{
    catalog::Catalog,
    execute::Read,
    plan::{Limits, Mutations, collect, plan_read},
    sql::Dialect,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/read");

/// The demo's catalog as each database's entities give it. Nothing is asked of either.
async fn catalogs() -> [(Dialect, Catalog); 2] {
    let lazy = sqlx::PgPool::connect_lazy("postgres://localhost/none").expect("the URL is well formed");
    let postgres = SqlxPostgresConnector::from_sqlx_postgres_pool(lazy);
    let sqlite = Database::connect("sqlite::memory:").await.expect("SQLite opens");
    let catalog = |connection: DatabaseConnection| crate::demo::builder(connection).declared().expect("it builds");
    [(Dialect::Sqlite, catalog(sqlite)), (Dialect::Postgres, catalog(postgres))]
}

async fn render(query: &str, catalogs: &[(Dialect, Catalog)]) -> String {
    let variables = query.lines().next().and_then(|line| line.strip_prefix("# "));
    let variables = variables.map(|text| serde_json::from_str(text).expect("variables are JSON")).unwrap_or_default();
    let request = Request { query: query.to_owned(), variables, ..Request::default() };
    let mut rendered = String::new();
    for (dialect, catalog) in catalogs {
        let schema = build_schema(&catalog.clone().into(), &Mutations::of(catalog), Limits::default(), false)
            .expect("the schema builds");
        let document = match engine::validate(&schema, &request, Limits::default()).await {
            engine::Validated::Document(document) => document,
            engine::Validated::Refused(errors) => panic!("{query}\n{errors:?}"),
            engine::Validated::NotAQuery => panic!("not a query:\n{query}"),
        };
        let operation = &document::operation(&document, None).expect("one operation").node;
        let (variables, _) = given::variables(operation, &request.variables).expect("all variables");
        let selection = document::selection(&document, operation, &variables);
        for field in collect(&[&selection], &|condition| condition == "Query") {
            let plan = plan_read(catalog, Limits::default(), &field).expect("the field is planned");
            let read = Read::new(catalog, *dialect, plan);
            // The plan is the same for every database.
            if rendered.is_empty() || *dialect == catalogs[0].0 {
                rendered.push_str(&text::plan(catalog, &read.plan));
            }
            for (step, statement) in read.statements.iter().enumerate() {
                rendered.push_str(&text::statement(&format!("{dialect:?} {step}"), statement));
            }
        }
    }
    rendered
}

#[tokio::test]
async fn every_case_has_its_plan_and_statements() {
    let catalogs = catalogs().await;
    let mut files: Vec<_> =
        std::fs::read_dir(FOLDER).expect("the folder is there").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "graphql"));
    files.sort();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(FOLDER);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for file in files {
        let query = std::fs::read_to_string(&file).expect("a readable file");
        let name = file.file_stem().and_then(std::ffi::OsStr::to_str).expect("a plain name").to_owned();
        let rendered = render(&query, &catalogs).await;
        settings.set_input_file(Path::new("tests/cases/read").join(format!("{name}.graphql")));
        settings.bind(|| insta::assert_snapshot!(name, rendered));
    }
}

#[tokio::test]
async fn the_schema_of_the_demo() {
    let catalogs = catalogs().await;
    let [sqlite, postgres] = catalogs.map(|(_, catalog)| {
        let schema = build_schema(&catalog.clone().into(), &Mutations::of(&catalog), Limits::default(), true)
            .expect("the schema builds");
        sdl(&schema)
    });
    assert_eq!(sqlite, postgres, "the database behind the entities does not show");
    insta::assert_snapshot!(sqlite);
}
