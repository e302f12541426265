//! Connections, and the end of serving them.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::Fake;
use crate::http::serve::serve_with;

/// A server on a free port, how to stop it, and its end.
async fn start(fake: &Fake, drain: Duration) -> (TcpStream, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let shutdown = async { stopped.await.unwrap() };
    let router = fake.routes();
    let server = tokio::spawn(async move { serve_with(listener, router, shutdown, drain).await.unwrap() });
    (TcpStream::connect(address).await.unwrap(), stop, server)
}

const SLOW: &[u8] = b"GET /graphql?query={+slow+} HTTP/1.1\r\nHost: a\r\n\r\n";

#[tokio::test]
async fn a_running_request_is_finished_before_the_end() {
    let fake = Fake::new();
    let (mut client, stop, server) = start(&fake, Duration::from_mins(1)).await;
    let address = client.peer_addr().unwrap();
    client.write_all(SLOW).await.unwrap();
    fake.running.notified().await;
    stop.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.is_finished());
    fake.finish.notify_one();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("slow"), "{answer}");
    server.await.unwrap();
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let fake = Fake::new();
    let (mut client, stop, server) = start(&fake, Duration::from_millis(20)).await;
    client.write_all(SLOW).await.unwrap();
    fake.running.notified().await;
    stop.send(()).unwrap();
    server.await.unwrap();
}

#[tokio::test]
async fn both_versions_of_http_are_spoken_on_one_port() {
    let (mut client, _stop, _server) = start(&Fake::new(), Duration::ZERO).await;
    let address = client.peer_addr().unwrap();
    // The client's part of the connection preface: the fixed text and an empty SETTINGS frame.
    client.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let mut frame = [0; 9];
    client.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame[3], 4, "the server's part is a SETTINGS frame");

    for (text, status) in [
        (&b"GET /graphql?query={a} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"[..], "200"),
        (b"GET /graphql HTTP/1.1\r\nHost: a\r\nAccept: a\0b\r\n\r\n", "400"),
        (b"GET /graphql?query=\xff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "400"),
        (
            b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 999999\r\n\r\n",
            "413",
        ),
    ] {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(text).await.unwrap();
        let mut answer = vec![0; 12];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, format!("HTTP/1.1 {status}").into_bytes());
    }
}
