//! The load generator: connections that each send the next request as soon as they have the answer to the last.

use std::{
    cell::Cell,
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use super::client::{Connection, post};

/// Connections to one server.
pub(crate) struct Load {
    connections: Vec<Connection>,
}

/// What is sent, over and over.
pub(crate) struct Requests {
    requests: Vec<Vec<u8>>,
    next: Cell<usize>,
}

/// When to stop sending.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    After(Duration),
    /// After so many requests of each connection.
    Each(usize),
}

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Slice {
    pub(crate) elapsed: Duration,
    pub(crate) latencies: Vec<Duration>,
    /// The first answer that was none.
    pub(crate) failure: Option<String>,
}

impl Requests {
    pub(crate) fn new(path: &str, bodies: &[String]) -> Self {
        Self { requests: bodies.iter().map(|body| post(path, body)).collect(), next: Cell::new(0) }
    }

    pub(crate) fn first(&self) -> &[u8] {
        &self.requests[0]
    }

    fn next(&self) -> &[u8] {
        let next = self.next.get();
        self.next.set(next + 1);
        &self.requests[next % self.requests.len()]
    }
}

impl Load {
    pub(crate) async fn open(address: SocketAddr, connections: usize) -> Self {
        let connections = join_all((0..connections).map(|_| Connection::open(address))).await;
        Self { connections: connections.into_iter().map(Result::unwrap).collect() }
    }

    /// Sends requests over all connections until it is time to stop, and waits for the last answers.
    pub(crate) async fn run(&mut self, requests: &Requests, stop: Stop) -> Slice {
        let start = Instant::now();
        let over = self.connections.iter_mut().map(|connection| send(connection, requests, start, stop));
        let mut whole = Slice::default();
        for slice in join_all(over).await {
            whole.latencies.extend(slice.latencies);
            whole.failure = whole.failure.or(slice.failure);
        }
        whole.elapsed = start.elapsed();
        whole
    }

    /// Sends one request over each connection after the other.
    pub(crate) async fn ask_in_turn(&mut self, requests: &Requests) {
        for connection in &mut self.connections {
            send(connection, requests, Instant::now(), Stop::Each(1)).await;
        }
    }

    /// Sends one request over the first connection: the length of the answer's body, which is not kept.
    pub(crate) async fn length(&mut self, request: &[u8]) -> usize {
        let answer = self.connections[0].exchange(request, 200).await.unwrap();
        let start = String::from_utf8_lossy(&answer.start);
        assert!(answer.status == 200 && start.starts_with("{\"data\":{"), "{start}");
        answer.length
    }

    /// Sends one request over the first connection: the answer's body.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> String {
        let answer = self.connections[0].exchange(request, usize::MAX).await.unwrap();
        let text = String::from_utf8(answer.start).unwrap();
        assert_eq!(answer.status, 200, "{text}");
        text
    }
}

async fn send(connection: &mut Connection, requests: &Requests, start: Instant, stop: Stop) -> Slice {
    let mut slice = Slice::default();
    loop {
        let is_over = match stop {
            Stop::After(time) => start.elapsed() >= time,
            Stop::Each(count) => slice.latencies.len() >= count,
        };
        if is_over {
            return slice;
        }
        let sent = Instant::now();
        let answer = connection.exchange(requests.next(), 200).await.unwrap();
        slice.latencies.push(sent.elapsed());
        if answer.status != 200 || !answer.start.starts_with(b"{\"data\":{") {
            slice.failure.get_or_insert_with(|| String::from_utf8_lossy(&answer.start).into_owned());
        }
    }
}
