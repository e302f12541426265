//! What only PostgreSQL says about its tables.

use serde_json::json;

use crate::support::{Backend, scratch};

#[tokio::test]
async fn enums_are_served_with_their_values() {
    let sql = "create type mood as enum ('happy', 'so so', 'SAD', 'very-sad', '100%', 'true');
        create table diary (day date primary key, mood mood not null, other mood);
        insert into diary values ('2024-01-01', 'so so', null), ('2024-01-02', '100%', 'SAD'), ('2024-01-03', 'true', 'happy');";
    let Some(server) = scratch(Backend::Postgres, "enums", sql).await else { return };
    let data = server
        .data(
            "{ diaries(orderBy: [{mood: ASC}], where: {mood: {ne: HAPPY}}) { day mood other }
               in: diaries(where: {other: {in: [SAD, HAPPY]}}) { other } eq: diaries(where: {mood: {eq: SO_SO}}) { mood }
               diariesAggregate(groupBy: [MOOD]) { groups { key { mood } count } }
               diariesConnection(first: 1, orderBy: [{mood: DESC}]) { nodes { mood } pageInfo { endCursor } }
               __type(name: \"Mood\") { enumValues { name } } }",
        )
        .await;
    // An enum sorts in the order of its declaration.
    let expected = json!([{"day": "2024-01-01", "mood": "SO_SO", "other": null}, {"day": "2024-01-02", "mood": "_100", "other": "SAD"},
        {"day": "2024-01-03", "mood": "TRUE_", "other": "HAPPY"}]);
    assert_eq!(data["diaries"], expected);
    assert_eq!(data["in"], json!([{"other": "SAD"}, {"other": "HAPPY"}]));
    assert_eq!(data["eq"], json!([{"mood": "SO_SO"}]));
    assert_eq!(data["diariesAggregate"]["groups"].as_array().unwrap().len(), 3);
    let after = data["diariesConnection"]["pageInfo"]["endCursor"].as_str().unwrap();
    let next = format!("{{ diariesConnection(after: \"{after}\", orderBy: [{{mood: DESC}}]) {{ nodes {{ mood }} }} }}");
    assert_eq!(server.data(&next).await["diariesConnection"]["nodes"], json!([{"mood": "_100"}, {"mood": "SO_SO"}]));
}

#[tokio::test]
async fn enum_values_that_become_one_name_are_told_apart() {
    let sql = "create type state as enum ('in progress', 'in_progress', 'IN-PROGRESS', '', '?');
        create table job (id integer primary key, state state not null);
        insert into job values (1, 'in progress'), (2, 'in_progress'), (3, 'IN-PROGRESS'), (4, ''), (5, '?');";
    let Some(server) = scratch(Backend::Postgres, "enum_names", sql).await else { return };
    let data = server.data("{ jobs { id state } }").await;
    for job in data["jobs"].as_array().unwrap() {
        let state = job["state"].as_str().unwrap();
        let query = format!("{{ jobs(where: {{state: {{eq: {state}}}}}) {{ id }} }}");
        assert_eq!(server.data(&query).await["jobs"], json!([{"id": job["id"]}]), "{state}");
    }
}

#[tokio::test]
async fn comments_are_descriptions() {
    let sql =
        "create table note (id integer primary key, body text); comment on table note is 'A remark. Says \"hi\".';
        comment on column note.body is 'What it says.'; insert into note values (1, 'x');";
    let Some(server) = scratch(Backend::Postgres, "comments", sql).await else { return };
    let data =
        server.data("{ __type(name: \"Note\") { description fields { name description } } notes { body } }").await;
    assert_eq!(data["__type"]["description"], "A remark. Says \"hi\".");
    let fields = data["__type"]["fields"].as_array().unwrap();
    assert!(fields.contains(&json!({"name": "body", "description": "What it says."})), "{fields:?}");
}

#[tokio::test]
async fn lookups_of_postgres_own_types_match() {
    let sql = "create type color as enum ('red', 'blue'); create domain code as varchar(5);
        create table paint (color color primary key, name text not null);
        create table wall (id integer primary key, color color references paint (color));
        create table host (address inet primary key, name text not null);
        create table visit (id integer primary key, host inet references host (address), at timestamptz);
        create table term (code code primary key); create table usage (id integer primary key, term code references term (code));
        create table moment (at timestamptz primary key, flag boolean, name bpchar(5));
        create table event (id integer primary key, at timestamptz references moment (at));
        insert into paint values ('red', 'Red'), ('blue', 'Blue'); insert into wall values (1, 'blue'), (2, 'blue'), (3, null);
        insert into host values ('10.0.0.1', 'one'), ('::1', 'six'); insert into visit values (1, '::1', null), (2, '10.0.0.1', null);
        insert into term values ('a'), ('b'); insert into usage values (1, 'b');
        insert into moment values ('2024-01-01 12:00:00.123456+02', true, 'x'); insert into event values (1, '2024-01-01 10:00:00.123456Z');";
    let Some(server) = scratch(Backend::Postgres, "own_types", sql).await else { return };
    let data = server
        .data(
            "{ paints(orderBy: [{color: ASC}]) { name walls { id } wallsAggregate { count } } hosts(where: {name: {eq: \"six\"}}) { visits { id } }
               terms { code usages { id } } moments { at events { id at } } walls { paint: color colorPaint { name } } }",
        )
        .await;
    assert_eq!(
        data["paints"],
        json!([{"name": "Red", "walls": [], "wallsAggregate": {"count": 0}},
        {"name": "Blue", "walls": [{"id": 1}, {"id": 2}], "wallsAggregate": {"count": 2}}])
    );
    assert_eq!(data["hosts"], json!([{"visits": [{"id": 1}]}]));
    assert_eq!(data["terms"], json!([{"code": "a", "usages": []}, {"code": "b", "usages": [{"id": 1}]}]));
    let at = "2024-01-01T10:00:00.123456Z";
    assert_eq!(data["moments"], json!([{"at": at, "events": [{"id": 1, "at": at}]}]));
    assert_eq!(data["walls"][0], json!({"paint": "BLUE", "colorPaint": {"name": "Blue"}}));
}
