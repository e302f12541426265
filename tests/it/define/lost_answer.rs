//! A connection that is lost when MariaDB has changed a table and before it says so: nobody knows what was done.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use relata::Gateway;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::support::{Backend, Server, connect, empty, run_sql};

/// `COM_QUERY` and `COM_STMT_EXECUTE`: the commands of MariaDB's protocol that run a statement, in the byte behind the
/// packet's header.
const RUNS: [u8; 2] = [0x03, 0x17];

/// Forwards connections, and ends the one in which the first column is added when the server has done so.
async fn forward(listener: TcpListener, server: String) {
    let is_done = Arc::new(AtomicBool::new(false));
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let upstream = TcpStream::connect(&server).await.unwrap();
        tokio::spawn(session(client, upstream, Arc::clone(&is_done)));
    }
}

async fn session(mut client: TcpStream, mut server: TcpStream, is_done: Arc<AtomicBool>) {
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    let mut is_known = false;
    loop {
        tokio::select! {
            length = client.read(&mut asked) => {
                let Ok(length @ 1..) = length else { return };
                let packet = &asked[..length];
                is_known |= packet.windows(10).any(|text| text == b"ADD COLUMN");
                server.write_all(packet).await.unwrap();
                if is_known && RUNS.contains(&packet[4]) && !is_done.swap(true, Ordering::SeqCst) {
                    // It has answered, so it is done.
                    server.readable().await.unwrap();
                    return;
                }
            }
            length = server.read(&mut answered) => {
                let Ok(length @ 1..) = length else { return };
                client.write_all(&answered[..length]).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_column_whose_making_was_never_answered_is_taken_back() {
    let Some(url) = empty(Backend::MariaDb, "lost_answer").await else { return };
    let direct = connect(&url).await;
    run_sql(&direct, "create table agent (id integer primary key); create table deal (id integer primary key)").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap();
    let (user, rest) = url.split_once('@').unwrap();
    let (address, database) = rest.split_once('/').unwrap();
    tokio::spawn(forward(listener, address.to_owned()));
    let options = relata::execute::Database::options(&format!("{user}@{place}/{database}"), 3);
    let connection = sea_orm::Database::connect(options).await.unwrap();
    let gateway = Gateway::builder(connection).discover(&[]).build().await.unwrap();
    let server = Server::start(gateway, direct).await;

    let define = "mutation { createOneToManyRelationship(input: {schemaName: \"deal_agent\" referencedEntity: \"agent\"
        referencingEntity: \"deal\" lookup: {name: \"agent_id\"}}) { schemaName } }";
    assert_eq!(server.code(define).await, "UNAVAILABLE");
    let columns = "select column_name as name from information_schema.columns
        where table_schema = database() and table_name = 'deal' order by ordinal_position";
    assert_eq!(server.sql(columns).await, [json!({ "name": "id" })]);
    let defined = json!({ "createOneToManyRelationship": { "schemaName": "deal_agent" } });
    assert_eq!(server.data(define).await, defined);
    assert_eq!(server.sql(columns).await.len(), 2);
}
