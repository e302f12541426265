//! What is kept of an operation for requests with other values.

use serde_json::json;

use super::fixture;
use crate::{
    execute::Read,
    graphql::{Request, schema, select},
    plan::{Limits, Mutations, collect, plan_read},
    sql::Dialect,
};

#[tokio::test]
async fn a_kept_query_holds_no_values_of_its_request() {
    let catalog = fixture::catalog(fixture::every_shape());
    let schema = schema(&catalog, &Mutations::of(&catalog), Limits::default(), false).expect("the schema builds");
    let query = "query($s: String!) { accounts(where: {name: {ne: $s}, contacts: {some: {emailaddress: {eq: $s}}}}) {
        name contacts(where: {emailaddress: {startsWith: $s}}, first: 5) { emailaddress }
        contactsAggregate(where: {emailaddress: {gt: $s}}) { count } } }";
    let value = "a value that is long";
    let variables = json!({ "s": value }).as_object().cloned().unwrap_or_default();
    let request = Request { query: query.to_owned(), variables, ..Request::default() };
    let selection = select(&schema, Limits::default(), &request).await.expect("it is valid");
    let fields = collect(&[&selection], &|_| true);
    for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql] {
        let plan = plan_read(&catalog, Limits::default(), &fields[0]).expect("it is planned");
        let mut read = Read::new(&catalog, dialect, plan);
        assert!(format!("{read:?}").contains(value));
        read.forget();
        assert!(!format!("{read:?}").contains(value), "{dialect:?}: {read:#?}");
        assert!(read.size() > 100);
    }
}
