//! The engine's executor beside requests for data.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use async_graphql::parser::parse_query;

use super::{fixture, schema};
use crate::{
    graphql::{document, engine},
    plan::Members,
};

#[tokio::test]
async fn introspection_leaves_the_thread_to_others() {
    let schema = schema(fixture::every_shape());
    let document = parse_query("{ __schema { types { name fields { name args { name } } } } }").expect("it is a query");
    let operation = &document::operation(&document, None).expect("there is one").node;
    let variables = Members::new();
    let mut answer = pin!(engine::execute(&schema, &document, operation, &variables, |_, _| true, |it| it));

    // Nothing in it waits for anything: on this thread it would be done at once.
    let polled = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Pending), "{polled:?}");
    let answer = answer.await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
}
