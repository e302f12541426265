//! The first thing that a user sees.

use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, demo},
};

#[apply(backends)]
#[tokio::test]
async fn a_query_over_links_answers(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let data = server.data("{ accounts(first: 1) { name contactCustomerAccounts(first: 1) { lastname } } }").await;
    assert_eq!(data["accounts"][0]["name"], "Nordwind Maschinenbau GmbH");
}
