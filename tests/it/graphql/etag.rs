//! Entity tags: they change with the record, whoever changes it, and with nothing else.

use rstest_reuse::apply;

use crate::{
    backends,
    support::{Backend, Server, scratch},
};

/// A table of every kind of value, and one that counts its own changes.
async fn tagged(backend: Backend, name: &str) -> Option<Server> {
    let (double, moment, binary, document) = match backend {
        Backend::Sqlite => ("double", "datetime_text", "blob", "json"),
        Backend::Postgres => ("double precision", "timestamp", "bytea", "jsonb"),
        Backend::MariaDb => ("double", "datetime(3)", "blob", "json"),
    };
    let statements = format!(
        "create table thing (id integer primary key, name varchar(40), note text, big bigint, ratio {double}, flag boolean,
            price numeric(10, 2), moment {moment}, data {binary}, document {document});
         insert into thing (id, name, flag, document) values (1, 'one', true, '{{\"a\": 1}}'), (2, 'a', null, null);
         create table counted (id integer primary key, name varchar(40), versionnumber bigint not null default 1,
            thing_id integer references thing (id));
         insert into counted (id, name, versionnumber, thing_id) values (1, 'one', 9007199254740993, 2);"
    );
    scratch(backend, name, &statements).await
}

async fn etag(server: &Server, record: &str) -> String {
    let data = server.data(&format!("{{ node(ref: \"{record}\") {{ etag }} }}")).await;
    data["node"]["etag"].as_str().unwrap().to_owned()
}

#[apply(backends)]
#[tokio::test]
async fn an_etag_changes_with_each_attribute_and_comes_back_with_its_content(#[case] backend: Backend) {
    let Some(server) = tagged(backend, "etag").await else { return };
    let original = etag(&server, "things(1)").await;
    assert_eq!(original.len(), 22, "{original}");
    let bytes = if backend == Backend::Postgres { "'\\x00ff'" } else { "x'00ff'" };
    let changes = [
        ("name", "'on'"),
        ("name", "null"),
        ("name", "'null'"),
        ("note", "''"),
        ("big", "9007199254740993"),
        ("big", "9007199254740992"),
        ("ratio", "0.1"),
        ("flag", "false"),
        ("price", "12.5"),
        ("moment", "'2024-02-29 12:00:00.000001'"),
        ("data", bytes),
        ("document", "'{\"a\": 2}'"),
        ("document", "null"),
    ];
    let mut seen = vec![original.clone()];
    for (column, value) in changes {
        server.execute(&format!("update thing set {column} = {value} where id = 1")).await;
        let changed = etag(&server, "things(1)").await;
        assert!(!seen.contains(&changed), "{column} = {value}");
        assert_eq!(changed, etag(&server, "things(1)").await, "{column} = {value}");
        seen.push(changed);
        server.execute("delete from thing where id = 1").await;
        server.execute("insert into thing (id, name, flag, document) values (1, 'one', true, '{\"a\": 1}')").await;
        assert_eq!(etag(&server, "things(1)").await, original);
    }
}

#[apply(backends)]
#[tokio::test]
async fn values_do_not_run_into_their_neighbours(#[case] backend: Backend) {
    let Some(server) = tagged(backend, "etag_neighbours").await else { return };
    let mut seen = Vec::new();
    for (name, note) in [("'a'", "'b'"), ("'ab'", "''"), ("'a\",\"b'", "''"), ("'a'", "'\",\"b'"), ("null", "'a'")] {
        server.execute(&format!("update thing set name = {name}, note = {note} where id = 2")).await;
        seen.push(etag(&server, "things(2)").await);
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), all);
}

#[apply(backends)]
#[tokio::test]
async fn a_version_is_the_etag_and_tells_of_itself_alone(#[case] backend: Backend) {
    let Some(server) = tagged(backend, "etag_version").await else { return };
    assert_eq!(etag(&server, "counteds(1)").await, "9007199254740993");
    server.execute("update counted set name = 'two'").await;
    assert_eq!(etag(&server, "counteds(1)").await, "9007199254740993");
    server.execute("update counted set versionnumber = 3").await;
    assert_eq!(etag(&server, "counteds(1)").await, "3");
}

#[apply(backends)]
#[tokio::test]
async fn an_etag_is_the_same_wherever_the_record_is_met(#[case] backend: Backend) {
    let Some(server) = tagged(backend, "etag_paths").await else { return };
    let query = "{ counted(key: {id: 1}) { thing { etag counteds { thing { etag } } countedsConnection { nodes { thing { etag } } } } }
        thing(key: {id: 2}) { etag name } things(where: {id: {eq: 2}}) { flag etag }
        counteds { etag } counted1: counted(key: {id: 1}) { etag versionnumber } }";
    let data = server.data(query).await;
    let expected = etag(&server, "things(2)").await;
    let thing = &data["counted"]["thing"];
    let met = [
        thing,
        &thing["counteds"][0]["thing"],
        &thing["countedsConnection"]["nodes"][0]["thing"],
        &data["thing"],
        &data["things"][0],
    ];
    assert_eq!(met.map(|record| record["etag"].as_str().unwrap()), [expected.as_str(); 5]);
    assert_eq!(data["counteds"][0]["etag"], data["counted1"]["versionnumber"]);
}

#[tokio::test]
async fn a_value_that_its_column_should_not_hold_is_part_of_the_record() {
    let Some(server) = tagged(Backend::Sqlite, "etag_odd").await else { return };
    server.execute("update thing set big = 'much' where id = 1").await;
    let odd = etag(&server, "things(1)").await;
    server.execute("update thing set big = 'more' where id = 1").await;
    assert_ne!(etag(&server, "things(1)").await, odd);
}
