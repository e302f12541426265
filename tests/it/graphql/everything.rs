//! Every operator, order, function and group of every attribute is answered on every database.

use rstest_reuse::apply;
use serde_json::{Value, json};

use crate::{
    backends,
    support::{Backend, Server, demo, scratch},
};

/// A value of a scalar or enum type.
fn example(ty: &str, enums: &Value) -> Value {
    match ty {
        "Boolean" => json!(true),
        "Int" => json!(7),
        "BigInt" => json!("7"),
        "Float" => json!(1.5),
        "Decimal" => json!("1.50"),
        "String" => json!("it's 100% a\\b_c"),
        "UUID" => json!("00000000-0000-4000-8acc-000000000001"),
        "Date" => json!("2024-02-29"),
        "Time" => json!("10:30:00.25"),
        "DateTime" => json!("2024-02-29T10:30:00.25Z"),
        "Bytes" => json!("aGFsbG8="),
        _ => enums[ty].clone(),
    }
}

/// Runs everything that the schema offers for a set's attributes and answers what failed.
async fn failures(server: &Server) -> Vec<String> {
    let types = "{ __schema { types { name kind inputFields { name type { ...T } } fields { name type { ...T } }
        enumValues { name } } } } fragment T on __Type { kind name ofType { kind name ofType { name } } }";
    let types = server.data(types).await["__schema"]["types"].take();
    let find =
        |name: &str| types.as_array().unwrap().iter().find(|ty| ty["name"] == name).cloned().unwrap_or(Value::Null);
    let fields = |ty: &Value, member: &str| ty[member].as_array().cloned().unwrap_or_default();
    let name = |field: &Value| field["name"].as_str().unwrap().to_owned();
    let mut enums = json!({});
    for ty in types.as_array().unwrap().iter().filter(|ty| ty["kind"] == "ENUM") {
        enums[name(ty)] = ty["enumValues"][0]["name"].clone();
    }
    let entities =
        server.data("{ entityDefinitions { typeName entitySetName attributes { logicalName type } } }").await;
    let mut queries = Vec::new();
    for entity in entities["entityDefinitions"].as_array().unwrap() {
        let (ty, set) = (entity["typeName"].as_str().unwrap(), entity["entitySetName"].as_str().unwrap());
        let all: Vec<String> = entity["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a["logicalName"].as_str().unwrap().to_owned())
            .collect();
        queries.push((format!("{{ {set} {{ {} }} }}", all.join(" ")), json!({})));
        for filter in fields(&find(&format!("{ty}Where")), "inputFields") {
            let input = filter["type"]["name"].as_str().unwrap_or_default().to_owned();
            let Some(scalar) = input.strip_suffix("Filter") else { continue };
            for operator in fields(&find(&input), "inputFields") {
                let value = example(if scalar == "Text" { "String" } else { scalar }, &enums);
                let value = match name(&operator).as_str() {
                    "isNull" => json!(true),
                    "between" => json!([value, value]),
                    "in" | "notIn" => json!([value]),
                    _ => value,
                };
                let query = format!(
                    "query ($where: {ty}Where) {{ {set}(where: $where) {{ __typename }} {set}Aggregate(where: $where) {{ count }} }}"
                );
                queries.push((query, json!({ "where": { name(&filter): { name(&operator): value } } })));
            }
        }
        for order in
            fields(&find(&format!("{ty}OrderBy")), "inputFields").iter().filter(|order| order["type"]["name"] == "Sort")
        {
            for sort in ["ASC", "DESC_NULLS_LAST"] {
                let order = name(order);
                queries.push((format!("{{ {set}(orderBy: {{{order}: {sort}}}) {{ {order} }} }}"), json!({})));
                let page = format!(
                    "query ($after: String) {{ {set}Connection(orderBy: {{{order}: {sort}}}, first: 1, after: $after) {{ pageInfo {{ endCursor }} }} }}"
                );
                let first = server.run(&page, json!({})).await;
                queries.push((
                    page,
                    json!({ "after": first["data"][format!("{set}Connection")]["pageInfo"]["endCursor"] }),
                ));
            }
        }
        for function in ["sum", "avg", "min", "max"] {
            let type_name = format!("{ty}{}{}", function[..1].to_uppercase(), &function[1..]);
            let known: Vec<String> = fields(&find(&type_name), "fields").iter().map(name).collect();
            if !known.is_empty() {
                queries.push((format!("{{ {set}Aggregate {{ {function} {{ {} }} }} }}", known.join(" ")), json!({})));
            }
        }
        let keys: Vec<String> = fields(&find(&format!("{ty}GroupKey")), "fields").iter().map(name).collect();
        for (value, key) in fields(&find(&format!("{ty}Attribute")), "enumValues").iter().zip(keys) {
            queries.push((
                format!("{{ {set}Aggregate(groupBy: [{}]) {{ groups {{ count key {{ {key} }} }} }} }}", name(value)),
                json!({}),
            ));
        }
    }
    assert!(queries.len() > 50);
    let mut failures = Vec::new();
    for (query, variables) in queries {
        let response = server.run(&query, variables.clone()).await;
        if let Some(errors) = response.get("errors") {
            // A value that means nothing to a type of the database itself is the caller's fault.
            if errors[0]["extensions"]["code"] != "INVALID" {
                failures.push(format!("{query} {variables}: {}", errors[0]["message"]));
            }
        }
    }
    failures
}

#[apply(backends)]
#[tokio::test]
async fn all_that_the_demo_offers_is_answered(#[case] backend: Backend) {
    let Some(server) = demo(backend).await else { return };
    let failures = failures(&server).await;
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[apply(backends)]
#[tokio::test]
async fn all_that_a_database_of_many_types_offers_is_answered(#[case] backend: Backend) {
    let statements = match backend {
        Backend::Sqlite => {
            "create table kinds (id integer primary key, a_int int, a_big bigint, a_small smallint, a_bool boolean,
                a_real real, a_double double precision, a_decimal decimal(12, 3), a_numeric numeric, a_text text,
                a_char char(4), a_varchar varchar(9), a_clob clob, a_date date, a_time time, a_datetime datetime,
                a_timestamp timestamp, a_blob blob, a_uuid uuid, a_json json, a_generated integer generated always as (a_int + 1),
                untyped);
             insert into kinds values (1, 7, 7, 7, 1, 1.5, 1.5, 1.5, 1.5, 'text', 'char', 'varchar', 'clob', '2024-02-29',
                '10:30:00', '2024-02-29 10:30:00', '2024-02-29T10:30:00Z', x'00ff', '00000000-0000-4000-8acc-000000000001',
                '{\"a\": 1}', 'any');
             insert into kinds (id) values (2);"
        }
        Backend::Postgres => {
            "create type mood as enum ('sad', 'so so', 'happy');
             create domain amount as numeric(10, 2) check (value >= 0); create domain counted as bigint; create domain word as text;
             create table kinds (id int generated always as identity primary key, a_small smallint, a_int int, a_big bigint,
                a_serial serial, a_bool boolean, a_real real, a_double double precision, a_decimal decimal(12, 3), a_numeric numeric,
                a_money money, a_text text, a_char char(4), a_varchar varchar(9), a_name name, a_date date, a_time time,
                a_timetz timetz, a_timestamp timestamp, a_timestamptz timestamptz, a_interval interval, a_bytea bytea, a_uuid uuid,
                a_json json, a_jsonb jsonb, a_xml xml, a_inet inet, a_cidr cidr, a_macaddr macaddr, a_point point, a_bit bit(4),
                a_varbit bit varying(8), a_tsvector tsvector, a_int4range int4range, a_ints int[], a_texts text[], a_mood mood,
                a_moods mood[], a_amount amount, a_counted counted, a_word word, a_oid oid, a_citext_like \"char\",
                a_generated int generated always as (a_int + 1) stored);
             insert into kinds (a_small, a_int, a_big, a_bool, a_real, a_double, a_decimal, a_numeric, a_money, a_text, a_char,
                a_varchar, a_name, a_date, a_time, a_timetz, a_timestamp, a_timestamptz, a_interval, a_bytea, a_uuid, a_json, a_jsonb,
                a_inet, a_cidr, a_macaddr, a_point, a_bit, a_varbit, a_tsvector, a_int4range, a_ints, a_texts, a_mood, a_moods,
                a_amount, a_counted, a_word, a_oid, a_citext_like)
             values (7, 7, 7, true, 1.5, 1.5, 1.5, 1.5, 1.5, 'text', 'char', 'varchar', 'name', '2024-02-29', '10:30', '10:30+02',
                '2024-02-29 10:30:00.123456', '2024-02-29 10:30:00.123456+00', '1 day 2 hours', '\\x00ff',
                '00000000-0000-4000-8acc-000000000001', '{\"a\": 1}', '{\"a\": 1}', '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03',
                '(1,2)', b'1010', b'101', 'a fat cat', '[1,5)', '{1,2}', '{a,b}', 'so so', '{sad,happy}', 1.5, 7, 'word', 7, 'c');
             insert into kinds (a_int) values (null);"
        }
        Backend::MariaDb => {
            "create table kinds (id int auto_increment primary key, a_tiny tinyint, a_small smallint, a_medium mediumint, a_int int,
                a_big bigint, a_utiny tinyint unsigned, a_usmall smallint unsigned, a_umedium mediumint unsigned, a_uint int unsigned,
                a_ubig bigint unsigned, a_bool boolean, a_bit bit, a_bits bit(9), a_year year, a_float float, a_double double,
                a_decimal decimal(12, 3), a_numeric numeric, a_char char(4), a_varchar varchar(9), a_tinytext tinytext, a_text text,
                a_longtext longtext, a_binary binary(2), a_varbinary varbinary(9), a_blob blob, a_json json, a_uuid uuid, a_inet inet6,
                a_mood enum ('sad', 'so so', 'happy'), a_set set ('a', 'b'), a_date date, a_time time, a_seconds time(3),
                a_datetime datetime, a_precise datetime(6), a_timestamp timestamp null, a_point point,
                a_generated int generated always as (a_int + 1) stored, a_virtual int generated always as (a_int + 2) virtual,
                hidden int invisible);
             insert into kinds (a_tiny, a_small, a_medium, a_int, a_big, a_utiny, a_usmall, a_umedium, a_uint, a_ubig, a_bool, a_bit,
                a_bits, a_year, a_float, a_double, a_decimal, a_numeric, a_char, a_varchar, a_tinytext, a_text, a_longtext, a_binary,
                a_varbinary, a_blob, a_json, a_uuid, a_inet, a_mood, a_set, a_date, a_time, a_seconds, a_datetime, a_precise,
                a_timestamp, a_point, hidden)
             values (7, 7, 7, 7, 7, 255, 7, 7, 4294967295, 18446744073709551615, true, b'1', b'100000001', 2024, 1.5, 1.5, 1.5, 2,
                'char', 'varchar', 'tiny', 'text', 'long', x'00ff', x'00ff', x'00ff', '{\"a\": 1}',
                '00000000-0000-4000-8acc-000000000001', '::1', 'so so', 'a,b', '2024-02-29', '10:30:00', '10:30:00.123',
                '2024-02-29 10:30:00', '2024-02-29 10:30:00.123456', '2024-02-29 10:30:00', point(1, 2), 7);
             insert into kinds (a_int) values (null);"
        }
    };
    let Some(server) = scratch(backend, "kinds", statements).await else { return };
    let failures = failures(&server).await;
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
