//! What databases do and refuse on their own: triggers, constraints that are checked at the end, rights, and unique
//! keys that stand in the way of a link.

use relata::Gateway;
use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, Server, quick_connection, run_sql, scratch},
};

/// A table that leaves out a record named `skip` and raises an error at one named `boom`.
fn guarded(backend: Backend) -> &'static str {
    if backend == Backend::MariaDb {
        "create table item (id serial primary key, name varchar(10), shouted varchar(10));
         create trigger guards before insert on item for each row begin
           if new.name = 'boom' then signal sqlstate '45000' set message_text = 'secret'; end if;
           set new.shouted = upper(new.name);
         end;
         create trigger late before update on item for each row begin
           if new.name = 'boom' then signal sqlstate '45000' set message_text = 'secret'; end if;
         end"
    } else if backend == Backend::Sqlite {
        "create table item (id integer primary key, name varchar(10), shouted varchar(10));
         create trigger skips before insert on item when new.name = 'skip' begin select raise(ignore); end;
         create trigger booms before insert on item when new.name = 'boom' begin select raise(abort, 'secret'); end;
         create trigger late before update on item when new.name = 'boom' begin select raise(fail, 'secret'); end;
         create trigger shouts after insert on item begin update item set shouted = upper(name) where id = new.id; end;"
    } else {
        "create table item (id serial primary key, name varchar(10), shouted varchar(10));
         create function guard() returns trigger language plpgsql as $$ begin
           if new.name = 'skip' then return null; end if;
           if new.name = 'boom' then raise exception 'secret' using errcode = '45000'; end if;
           new.shouted := upper(new.name);
           return new;
         end $$;
         create trigger guard before insert or update on item for each row execute function guard();"
    }
}

#[apply(backends)]
#[tokio::test]
async fn triggers_change_records_and_refuse_them(#[case] backend: Backend) {
    let Some(server) = scratch(backend, "triggers", guarded(backend)).await else { return };
    let many = |names: &[&str]| {
        let inputs: String = names.iter().map(|name| format!("{{name: \"{name}\"}} ")).collect();
        format!("mutation {{ createItems(inputs: [{inputs}]) {{ count items {{ name shouted }} }} }}")
    };
    let data = server.write(&many(&["a", "b", "c", "d", "e", "f", "g", "h", "i"])).await;
    assert_eq!(data["createItems"]["count"], 9);
    assert_eq!(data["createItems"]["items"][8], json!({ "name": "i", "shouted": "I" }));
    // None that was asked for may be missing, and none takes the place of another.
    for names in [&["skip"][..], &["j", "skip", "k"], &["j", "k", "l", "m", "n", "o", "p", "skip", "q"], &["j", "boom"]]
    {
        // Its triggers cannot leave a row out.
        if backend == Backend::MariaDb && names.contains(&"skip") {
            continue;
        }
        let refusal = server.refuses(&many(names), "INVALID").await;
        assert_eq!(refusal["entity"], "item", "{names:?}");
    }
    let update = "mutation { updateItem(key: {id: 1}, input: {name: \"boom\"}) { outcome } }";
    let error = server.failed(update, json!({}), "INVALID").await;
    assert!(!error.to_string().contains("secret"), "{error}");
}

/// PostgreSQL leaves a record as it is whose change a trigger takes back: it is there nevertheless.
#[tokio::test]
async fn a_record_that_a_trigger_keeps_from_changing_is_still_found() {
    let Some(server) = scratch(Backend::Postgres, "kept", guarded(Backend::Postgres)).await else { return };
    server.execute("insert into item (name) values ('a')").await;
    let data = server.write("mutation { updateItem(key: {id: 1}, input: {name: \"skip\"}) { item { name } } }").await;
    assert_eq!(data["updateItem"]["item"]["name"], "a");
}

#[apply(backends)]
#[tokio::test]
async fn constraints_that_are_checked_at_the_end_are_told_like_others(#[case] backend: Backend) {
    // MariaDB checks everything at once.
    let deferred = if backend == Backend::MariaDb { "" } else { "deferrable initially deferred" };
    let unique = if backend == Backend::Sqlite { "" } else { deferred };
    let tables = format!(
        "create table kind (code varchar(10) not null primary key, alias varchar(10) unique);
         create table item (id integer not null primary key, alias varchar(10) references kind (alias) {deferred},
            name varchar(10) unique {unique});
         insert into kind values ('k', 'old'); insert into item values (1, 'old', 'a'), (2, null, 'b');"
    );
    let Some(server) = scratch(backend, "deferred", &tables).await else { return };
    let rename = "mutation { updateItem(key: {id: 2}, input: {name: \"a\"}) { outcome } }";
    let refusal = server.refuses(rename, "CONFLICT").await;
    assert_eq!((&refusal["entity"], &refusal["attributes"]), (&json!("item"), &json!(["name"])));
    let update = "mutation { updateKind(key: {code: \"k\"}, input: {alias: \"new\"}) { outcome } }";
    // At the end the reference leads nowhere; at once the record is held by who refers to it.
    let code = if backend == Backend::MariaDb { "RESTRICTED" } else { "TARGET_NOT_FOUND" };
    server.refuses(update, code).await;
    // Nothing of it is left in the way of the next operation.
    server.write("mutation { updateItem(key: {id: 2}, input: {name: \"c\"}) { outcome } }").await;
    if backend == Backend::Postgres {
        // Two that take each other's names, as only such a constraint allows.
        server
            .write(
                "mutation { a: updateItem(key: {id: 1}, input: {name: \"c\"}) { outcome }
                b: updateItem(key: {id: 2}, input: {name: \"a\"}) { outcome } }",
            )
            .await;
    }
}

/// SQLite has no namespaces that could be left out.
#[tokio::test]
async fn a_value_that_references_what_is_not_served_is_told_as_such() {
    let tables = "create schema hidden; create table hidden.kind (id integer primary key);
        create table item (id integer primary key, name varchar(10), kind_id integer references hidden.kind (id));
        insert into item values (1, 'a', null);";
    let Some(server) = scratch(Backend::Postgres, "not_served", tables).await else { return };
    for mutation in [
        "createItem(input: {id: 2, kindId: 9}) { outcome }",
        "updateItem(key: {id: 1}, input: {kindId: 9}) { outcome }",
        "updateItems(where: {id: {eq: 1}}, input: {kindId: 9}) { count }",
    ] {
        server.refuses(&format!("mutation {{ {mutation} }}"), "TARGET_NOT_FOUND").await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn another_unique_key_of_an_intersect_is_no_link(#[case] backend: Backend) {
    let tables =
        "create table person (id integer not null primary key); create table seat (id integer not null primary key);
        create table seating (person_id integer not null references person (id),
            seat_id integer not null unique references seat (id), primary key (person_id, seat_id));
        insert into person values (1), (2); insert into seat values (1), (2); insert into seating values (1, 1);";
    let Some(server) = scratch(backend, "seats", tables).await else { return };
    let associate = |person: u32, seats: &str| {
        format!(
            "mutation {{ associatePersonSeats(key: {{id: {person}}}, refs: [{seats}]) {{ results {{ status }} }} }}"
        )
    };
    server.refuses(&associate(2, "{id: 2}, {id: 1}"), "CONFLICT").await;
    server
        .refuses("mutation { createPerson(input: {id: 3, seats: {associate: [{id: 1}]}}) { outcome } }", "CONFLICT")
        .await;
    let data = server.write(&associate(1, "{id: 2}, {id: 1}")).await;
    let statuses = json!([{ "status": "ASSOCIATED" }, { "status": "ALREADY_ASSOCIATED" }]);
    assert_eq!(data["associatePersonSeats"]["results"], statuses);
}

#[apply(backends)]
#[tokio::test]
async fn a_record_without_the_key_that_links_go_by_is_not_linked(#[case] backend: Backend) {
    let tables = "create table person (id integer not null primary key, code varchar(10) unique);
        create table seat (id integer not null primary key, code varchar(10) unique);
        create table seating (person varchar(10) not null references person (code),
            seat varchar(10) not null references seat (code), primary key (person, seat));
        create table coat (id integer not null primary key, person_id varchar(10) references person (code));
        insert into person values (1, 'p'), (2, null); insert into seat values (1, 's'), (2, null);
        insert into coat values (1, null);";
    let Some(server) = scratch(backend, "codes", tables).await else { return };
    for mutation in [
        "associatePersonSeats(key: {id: 2}, refs: [{id: 1}]) { changed }",
        "associatePersonSeats(key: {id: 1}, refs: [{id: 1}, {id: 2}]) { changed }",
        "replacePersonSeats(key: {id: 1}, refs: [{id: 2}]) { changed }",
        "createPerson(input: {id: 3, seats: {associate: [{id: 1}]}}) { outcome }",
        "updatePerson(key: {id: 1}, input: {seats: {create: [{id: 3}]}}) { outcome }",
        "associatePersonCoats(key: {id: 2}, refs: [{id: 1}]) { changed }",
        "createCoat(input: {id: 2, person: {create: {id: 3}}}) { outcome }",
    ] {
        server.refuses(&format!("mutation {{ {mutation} }}"), "INVALID").await;
    }
    // It may get its key together with the links.
    let data = server
        .write(
            "mutation { updatePerson(key: {id: 2}, input: {code: \"q\", seats: {associate: [{id: 1}]},
            coats: {associate: [{id: 1}]}}) { person { seats { id } coats { id } } } }",
        )
        .await;
    assert_eq!(data["updatePerson"]["person"], json!({ "seats": [{ "id": 1 }], "coats": [{ "id": 1 }] }));
}

#[apply(backends)]
#[tokio::test]
async fn the_first_record_may_reference_itself(#[case] backend: Backend) {
    let tables = "create table knot (id integer not null primary key, root_id integer not null references knot (id));";
    let Some(server) = scratch(backend, "root", tables).await else { return };
    let data = server
        .write("mutation { a: createKnot(input: {id: 1, root: {ref: {id: 1}}}) { knot { root { id } } }
            b: createKnots(inputs: [{id: 2, root: {ref: {id: 1}}}, {id: 3, root: {ref: {ref: \"knots(3)\"}}}]) { knots { root { id } } } }")
        .await;
    assert_eq!(data["a"]["knot"]["root"]["id"], 1);
    assert_eq!(data["b"]["knots"], json!([{ "root": { "id": 1 } }, { "root": { "id": 3 } }]));
    server
        .refuses("mutation { createKnot(input: {id: 4, root: {ref: {id: 5}}}) { outcome } }", "TARGET_NOT_FOUND")
        .await;
}

#[apply(backends)]
#[tokio::test]
async fn a_profile_whose_key_is_its_link_is_made_from_either_end(#[case] backend: Backend) {
    let tables = "create table person (id integer not null primary key);
        create table profile (person_id integer not null primary key references person (id), text varchar(10));
        insert into person values (1), (2); insert into profile values (2, 'two');";
    let Some(server) = scratch(backend, "profiles", tables).await else { return };
    let update = |person: u32, profile: &str| {
        format!(
            "mutation {{ updatePerson(key: {{id: {person}}}, input: {{profile: {profile}}}) {{ person {{ profile {{ text }} }} }} }}"
        )
    };
    let data = server.write(&update(1, "{create: {text: \"one\"}}")).await;
    assert_eq!(data["updatePerson"]["person"]["profile"]["text"], "one");
    for profile in ["{create: {text: \"x\"}}", "null"] {
        server.refuses(&update(2, profile), "REQUIRED_RELATIONSHIP").await;
    }
    server.refuses(&update(1, "{ref: {personId: 2}}"), "IMMUTABLE").await;
    server.write(&update(1, "{ref: {personId: 1}}")).await;
    let data = server
        .write(
            "mutation { createPerson(input: {id: 3, profile: {create: {}}}) { person { profile { text } } }
            createProfile(input: {person: {create: {id: 4}}}) { profile { personId } } }",
        )
        .await;
    assert_eq!(data["createProfile"]["profile"]["personId"], 4);
}

/// On the only connection of a pool.
#[apply(backends)]
#[tokio::test]
async fn what_the_database_does_not_allow_is_forbidden(#[case] backend: Backend) {
    let forbid = match backend {
        Backend::Sqlite => "pragma query_only = on",
        Backend::Postgres => "set default_transaction_read_only = on",
        Backend::MariaDb => "set session transaction read only",
    };
    let tables = "create table item (id integer not null primary key); insert into item values (1);";
    let Some(connection) = quick_connection(backend, "forbidden", 1).await else { return };
    run_sql(&connection, &format!("{tables} {forbid}")).await;
    let gateway = Gateway::builder(connection.clone()).discover(&[]).build().await.unwrap();
    let server = Server::start(gateway, connection).await;
    for mutation in ["createItem(input: {id: 2}) { outcome }", "deleteItem(key: {id: 1}) { outcome }"] {
        server.refuses(&format!("mutation {{ {mutation} }}"), "FORBIDDEN").await;
    }
}

#[apply(backends)]
#[tokio::test]
async fn a_key_may_be_spelled_in_several_ways(#[case] backend: Backend) {
    let (extension, text, numeric) = match backend {
        Backend::Sqlite => ("", "varchar(10) collate nocase", "numeric"),
        Backend::Postgres => ("create extension if not exists citext;", "citext", "numeric"),
        Backend::MariaDb => ("", "varchar(10) collate utf8mb4_general_ci", "numeric(9, 3)"),
    };
    let tables = format!(
        "{extension} create table person (id integer not null primary key, name {text} unique, rank {numeric} unique);
         create table seat (id integer not null primary key, name {text} unique);
         create table seating (person {text} not null references person (name), seat {text} not null references seat (name),
            primary key (person, seat));
         create table coat (id integer not null primary key, owner_name {text} references person (name),
            owner_rank {numeric} references person (rank));
         insert into person values (1, 'ANN', 1.5); insert into seat values (1, 'LEFT'), (2, 'RIGHT');
         insert into seating values ('ann', 'left'); insert into coat values (1, 'ann', 1.50), (2, 'Ann', null);"
    );
    let Some(server) = scratch(backend, "spellings", &tables).await else { return };
    let before = server.state().await;
    let data = server
        .write(
            "mutation { a: associatePersonSeats(key: {id: 1}, refs: [{id: 1}]) { changed }
            b: replacePersonSeats(key: {id: 1}, refs: [{name: \"Left\"}]) { changed }
            c: associateCoatOwnerNamePerson(key: {id: 1}, ref: {name: \"Ann\"}) { changed }
            d: associateCoatOwnerRankPerson(key: {id: 1}, ref: {rank: \"1.500\"}) { changed }
            e: updateCoat(key: {id: 1}, input: {ownerNamePerson: {ref: {id: 1}}}) { outcome } }",
        )
        .await;
    let unchanged = json!({ "changed": false });
    for field in ["a", "b", "c", "d"] {
        assert_eq!(data[field], unchanged, "{field}");
    }
    assert_eq!(data["e"]["outcome"], "UNCHANGED");
    assert_eq!(server.state().await, before);
    let data = server
        .write("mutation { a: disassociatePersonSeats(key: {id: 1}, refs: [{id: 1}, {id: 2}], ifExists: true) { results { status } }
            b: disassociatePersonCoatsByOwnerName(key: {id: 1}, refs: [{id: 1}, {id: 2}]) { results { status } }
            c: disassociatePersonCoatsByOwnerRank(key: {id: 1}, refs: [{id: 1}, {id: 2}], ifExists: true) { results { status } } }")
        .await;
    let gone = json!({ "status": "DISASSOCIATED" });
    let none = json!({ "status": "NOT_ASSOCIATED" });
    assert_eq!(data["a"]["results"], json!([gone, none]));
    assert_eq!(data["b"]["results"], json!([gone, gone]));
    assert_eq!(data["c"]["results"], json!([gone, none]));
}
