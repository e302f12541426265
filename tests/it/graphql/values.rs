//! Values of every type as they are answered.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, demo, demo_key, pluck, scratch},
};

#[apply(backends)]
#[tokio::test]
async fn text_of_every_script_goes_there_and_back(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let names = server.texts("select name as v from account order by accountid").await;
    assert!(names.contains(&"東京精密工業株式会社".to_owned()) && names.contains(&"Rocket Startup 🚀".to_owned()));
    for name in &names {
        let query = "query ($name: String) { accounts(where: {name: {eq: $name}}) { name }
            part: accounts(where: {name: {contains: $name}}) { name } }";
        let data = server.data_with(query, json!({ "name": name })).await;
        assert_eq!(data["accounts"], json!([{ "name": name }]));
        assert_eq!(data["part"], json!([{ "name": name }]), "{name}");
        let literal = format!("{{ accounts(where: {{name: {{eq: {}}}}}) {{ name }} }}", json!(name));
        assert_eq!(server.data(&literal).await["accounts"], json!([{ "name": name }]));
    }
    let notes =
        server.texts("select note as v from orderline where note is not null order by salesorderid, line").await;
    let data = server.data("{ orderlines(where: {note: {isNull: false}}, first: 500) { note } }").await;
    assert_eq!(pluck(&data["orderlines"], "note"), notes);
}

#[apply(backends)]
#[tokio::test]
async fn json_bytes_and_times_are_answered_in_their_own_form(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let profiles = "{ userprofiles(orderBy: {userprofileid: ASC}) { preferences avatar worktimestart } }";
    let profiles = server.data(profiles).await["userprofiles"].take();
    assert_eq!(
        profiles[0]["preferences"],
        json!({ "theme": "light", "pagesize": 25, "pinned": ["account", "salesorder"],
            "notify": { "email": true, "sms": false, "quiet": null } })
    );
    assert_eq!(profiles[1]["preferences"], json!({ "theme": "system", "greeting": "¡Hola! \"" }));
    assert_eq!(profiles[2]["preferences"], Value::Null);
    let pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAACklEQVR4nGMAAQAABQABDQottAAAAABJRU5ErkJggg==";
    assert_eq!(profiles[0]["avatar"], pixel);
    assert_eq!(profiles[1]["avatar"], Value::Null);
    assert_eq!(profiles[0]["worktimestart"], "08:00:00");
    assert_eq!(profiles[7]["worktimestart"], Value::Null);
    let found = "query ($avatar: Bytes!) { userprofilesAggregate(where: {avatar: {eq: $avatar}}) { count }
        list: userprofilesAggregate(where: {avatar: {in: [$avatar]}}) { count } }";
    let found = server.data_with(found, json!({ "avatar": pixel })).await;
    assert_eq!(found, json!({ "userprofilesAggregate": { "count": 3 }, "list": { "count": 3 } }));
}

#[apply(backends)]
#[tokio::test]
async fn moments_are_answered_in_utc(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let query = format!(
        "{{ account(key: {{accountid: \"{}\"}}) {{ createdon versionnumber donot: numberofemployees }} }}",
        demo_key("8acc", 1)
    );
    // The first account was created 17 days into 2022, at 540 + 11 minutes.
    assert_eq!(
        server.data(&query).await["account"],
        json!({ "createdon": "2022-01-18T09:11:00Z", "versionnumber": "2", "donot": 2150 })
    );
}

#[apply(backends)]
#[tokio::test]
async fn extreme_values_of_every_type_are_answered_exactly(#[case] backend: Backend) {
    let (double, moment, hour) = match backend {
        Backend::Sqlite => ("double", "datetime_text", "time"),
        Backend::Postgres => ("double precision", "timestamp", "time"),
        Backend::MariaDb => ("double", "datetime(3)", "time(3)"),
    };
    let statements = format!(
        "create table thing (id integer primary key, big bigint, twice {double}, flag boolean, moment {moment}, day date,
            hour {hour}, letter char(3), \"long\" text);
         insert into thing values
            (1, 9223372036854775807, 1e308, true, '2024-02-29 23:59:59.123', '0001-01-01', '23:59:59.5', 'abc', 'a\tb\nc\"d\\e'),
            (2, -9223372036854775808, 5e-324, false, '1970-01-01 00:00:00', '9999-12-31', '00:00:00', 'x', ''),
            (3, 0, -0.1, null, null, null, null, null, null);"
    );
    let Some(server) = scratch(backend, "extreme", &statements).await else { return };
    let data = server.data("{ things(orderBy: {id: ASC}) { big twice flag day hour long } }").await;
    assert_eq!(
        data["things"],
        json!([
            { "big": "9223372036854775807", "twice": 1e308, "flag": true, "day": "0001-01-01", "hour": "23:59:59.5",
                "long": "a\tb\nc\"d\\e" },
            { "big": "-9223372036854775808", "twice": 5e-324, "flag": false, "day": "9999-12-31", "hour": "00:00:00", "long": "" },
            { "big": "0", "twice": -0.1, "flag": null, "day": null, "hour": null, "long": null }
        ])
    );
}
