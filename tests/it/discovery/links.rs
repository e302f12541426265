//! Foreign keys of every shape.

use rstest_reuse::apply;
use serde_json::json;

use crate::{
    backends,
    support::{Backend, scratch},
};

#[apply(backends)]
#[tokio::test]
async fn composite_foreign_keys_link_by_all_their_columns(#[case] backend: Backend) {
    let sql =
        "create table shelf (room varchar(5) not null, nr integer not null, label varchar(20), primary key (room, nr));
        create table book (id integer primary key, title varchar(20) not null, shelf_nr integer, shelf_room varchar(5),
            foreign key (shelf_room, shelf_nr) references shelf (room, nr));
        insert into shelf values ('a', 1, 'A one'), ('a', 2, 'A two'), ('b', 1, 'B one');
        insert into book values (1, 'x', 1, 'a'), (2, 'y', 1, 'b'), (3, 'z', null, 'a'), (4, 'v', 1, 'b');";
    let Some(server) = scratch(backend, "composite", sql).await else { return };
    let data = server
        .data(
            "{ books { title shelf { label } }
               shelves(orderBy: [{label: ASC}]) { ref label books(first: 1, orderBy: [{title: ASC}]) { title }
                   booksAggregate { count } booksConnection(first: 1) { totalCount nodes { title } } }
               one: books(where: {shelf: {label: {eq: \"B one\"}}}) { title }
               shelf(key: {roomNr: {room: \"b\", nr: 1}}) { label } }",
        )
        .await;
    let labels: Vec<_> = data["books"].as_array().unwrap().iter().map(|book| book["shelf"]["label"].clone()).collect();
    assert_eq!(labels, [json!("A one"), json!("B one"), json!(null), json!("B one")]);
    let shelves = json!([
        {"ref": "shelves(room='a',nr=1)", "label": "A one", "books": [{"title": "x"}], "booksAggregate": {"count": 1},
            "booksConnection": {"totalCount": 1, "nodes": [{"title": "x"}]}},
        {"ref": "shelves(room='a',nr=2)", "label": "A two", "books": [], "booksAggregate": {"count": 0},
            "booksConnection": {"totalCount": 0, "nodes": []}},
        {"ref": "shelves(room='b',nr=1)", "label": "B one", "books": [{"title": "v"}], "booksAggregate": {"count": 2},
            "booksConnection": {"totalCount": 2, "nodes": [{"title": "y"}]}}
    ]);
    assert_eq!(data["shelves"], shelves);
    assert_eq!(data["one"], json!([{"title": "y"}, {"title": "v"}]));
    assert_eq!(data["shelf"]["label"], "B one");
}

#[apply(backends)]
#[tokio::test]
async fn several_foreign_keys_to_one_table_have_names_of_their_own(#[case] backend: Backend) {
    let sql = "create table city (id integer primary key, name varchar(20) not null);
        create table flight (id integer primary key, from_id integer not null references city (id),
            to_id integer not null references city (id), via_id integer references city (id));
        insert into city values (1, 'Rome'), (2, 'Oslo'), (3, 'Bonn');
        insert into flight values (1, 1, 2, null), (2, 2, 1, 3);";
    let Some(server) = scratch(backend, "several", sql).await else { return };
    let data = server
        .data(
            "{ flights { from { name } to { name } via { name } }
               cities { flightsByFrom { id } flightsByTo { id } flightsByVia { id } } }",
        )
        .await;
    let expected = json!({
        "flights": [
            {"from": {"name": "Rome"}, "to": {"name": "Oslo"}, "via": null},
            {"from": {"name": "Oslo"}, "to": {"name": "Rome"}, "via": {"name": "Bonn"}}
        ],
        "cities": [
            {"flightsByFrom": [{"id": 1}], "flightsByTo": [{"id": 2}], "flightsByVia": []},
            {"flightsByFrom": [{"id": 2}], "flightsByTo": [{"id": 1}], "flightsByVia": []},
            {"flightsByFrom": [], "flightsByTo": [], "flightsByVia": [{"id": 2}]}
        ]
    });
    assert_eq!(data, expected);
}

#[apply(backends)]
#[tokio::test]
async fn a_table_that_references_itself_is_a_tree(#[case] backend: Backend) {
    let sql =
        "create table node (id integer primary key, name varchar(20) not null, parent_id integer references node (id));
        insert into node values (1, 'root', null), (2, 'left', 1), (3, 'right', 1), (4, 'leaf', 2);";
    let Some(server) = scratch(backend, "tree", sql).await else { return };
    // `node` and `Node` are the gateway's own: the entity makes way.
    let definitions = server.data("{ entityDefinitions { logicalName entitySetName } }").await;
    let (name, set) =
        (&definitions["entityDefinitions"][0]["logicalName"], &definitions["entityDefinitions"][0]["entitySetName"]);
    assert_eq!((name, set), (&json!("nodeEntity"), &json!("nodeEntities")));
    let data = server
        .data(
            "{ nodeEntities { name parent { name parent { name } } nodeEntitiesByParent(orderBy: [{name: DESC}]) {
                name nodeEntitiesByParent { name } } } }",
        )
        .await;
    let root = json!({"name": "root", "parent": null, "nodeEntitiesByParent": [
        {"name": "right", "nodeEntitiesByParent": []}, {"name": "left", "nodeEntitiesByParent": [{"name": "leaf"}]}]});
    assert_eq!(data["nodeEntities"][0], root);
    assert_eq!(data["nodeEntities"][3]["parent"], json!({"name": "left", "parent": {"name": "root"}}));
}

const STUDY: &str = "create table student (id integer primary key, name varchar(20) not null);
    create table course (id integer primary key, name varchar(20) not null);
    insert into student values (1, 'Ada'), (2, 'Bob'); insert into course values (1, 'Math'), (2, 'Art');";

#[apply(backends)]
#[tokio::test]
async fn an_intersect_may_have_a_surrogate_key_and_a_version(#[case] backend: Backend) {
    let sql = format!(
        "{STUDY} create table enrolment (id integer primary key, student_id integer not null references student (id),
            course_id integer not null references course (id), version integer not null default 1, unique (student_id, course_id));
         insert into enrolment values (1, 1, 1, 1), (2, 1, 2, 1), (3, 2, 2, 4);"
    );
    let Some(server) = scratch(backend, "surrogate", &sql).await else { return };
    let data = server
        .data(
            "{ students { courses(orderBy: [{name: ASC}]) { name } } courses { students { name } }
               enrolments { version student { name } } entityDefinition(logicalName: \"enrolment\") { kind } }",
        )
        .await;
    assert_eq!(
        data["students"],
        json!([{"courses": [{"name": "Art"}, {"name": "Math"}]}, {"courses": [{"name": "Art"}]}])
    );
    assert_eq!(
        data["courses"],
        json!([{"students": [{"name": "Ada"}]}, {"students": [{"name": "Ada"}, {"name": "Bob"}]}])
    );
    assert_eq!(data["enrolments"][2], json!({"version": 4, "student": {"name": "Bob"}}));
    assert_eq!(data["entityDefinition"]["kind"], "INTERSECT");
    // Only the many-to-many collection leads there: the intersect has nothing of its own.
    assert_eq!(server.code("{ students { enrolments { id } } }").await, "GRAPHQL_VALIDATION_FAILED");
}

#[apply(backends)]
#[tokio::test]
async fn an_intersect_with_a_payload_stays_an_entity_and_both_collections_stay(#[case] backend: Backend) {
    let sql = format!(
        "{STUDY} create table grade (student_id integer not null references student (id),
            course_id integer not null references course (id), mark integer, primary key (student_id, course_id));
         insert into grade values (1, 1, 2), (2, 1, 3);"
    );
    let Some(server) = scratch(backend, "payload", &sql).await else { return };
    let data = server
        .data(
            "{ students { grades { mark course { name } } courses { name } } courses { students { name } grades { mark } }
               grade(key: {studentIdCourseId: {studentId: 2, courseId: 1}}) { ref mark student { name } }
               entityDefinition(logicalName: \"grade\") { kind } }",
        )
        .await;
    assert_eq!(
        data["students"][0],
        json!({"grades": [{"mark": 2, "course": {"name": "Math"}}], "courses": [{"name": "Math"}]})
    );
    assert_eq!(data["courses"][0]["students"], json!([{"name": "Ada"}, {"name": "Bob"}]));
    assert_eq!(data["grade"], json!({"ref": "grades(studentId=2,courseId=1)", "mark": 3, "student": {"name": "Bob"}}));
    assert_eq!(data["entityDefinition"]["kind"], "TABLE");
}

#[apply(backends)]
#[tokio::test]
async fn a_unique_lookup_is_single_valued_from_both_ends(#[case] backend: Backend) {
    let sql = "create table person (id integer primary key, name varchar(20) not null);
        create table passport (id integer primary key, number varchar(20) not null,
            person_id integer not null unique references person (id));
        create table photo (person_id integer primary key references person (id), file varchar(20));
        insert into person values (1, 'Ada'), (2, 'Bob'); insert into passport values (7, 'P7', 1);
        insert into photo values (2, 'bob.png');";
    let Some(server) = scratch(backend, "one_to_one", sql).await else { return };
    let data = server
        .data(
            "{ people { name passport { number person { name } } photo { file } } passports { person { name photo { file } } }
               with: people(where: {passportExists: true}) { name } people2: people(where: {photo: {file: {eq: \"bob.png\"}}}) { name }
               ordered: people(orderBy: [{passport: {number: ASC_NULLS_FIRST}}]) { name } }",
        )
        .await;
    let expected = json!({
        "people": [
            {"name": "Ada", "passport": {"number": "P7", "person": {"name": "Ada"}}, "photo": null},
            {"name": "Bob", "passport": null, "photo": {"file": "bob.png"}}
        ],
        "passports": [{"person": {"name": "Ada", "photo": null}}],
        "with": [{"name": "Ada"}], "people2": [{"name": "Bob"}], "ordered": [{"name": "Bob"}, {"name": "Ada"}]
    });
    assert_eq!(data, expected);
}

#[apply(backends)]
#[tokio::test]
async fn lookups_of_other_types_than_numbers_match(#[case] backend: Backend) {
    let sql = "create table country (code char(4) primary key, name varchar(20) not null);
        create table town (name varchar(20) primary key, country_code char(4) references country (code), founded date);
        create table feast (id integer primary key, town_name varchar(20) not null references town (name), on_day date not null,
            cost numeric(10, 2) not null);
        create table fee (cost numeric(10, 2) primary key, label varchar(9));
        create table toll (id integer primary key, cost numeric(10, 2) references fee (cost));
        insert into country values ('de', 'Germany'), ('it', 'Italy');
        insert into town values ('Köln', 'de', '0800-01-01'), ('Rome', 'it', null);
        insert into feast values (1, 'Köln', '2024-02-29', 10.5), (2, 'Köln', '2024-11-11', 0.1);
        insert into fee values (1.10, 'small'), (20, 'big'); insert into toll values (1, 1.10), (2, 20);";
    let Some(server) = scratch(backend, "types", sql).await else { return };
    let data = server
        .data(
            "{ countries { name towns { name feasts(orderBy: [{onDay: DESC}]) { onDay cost } countryCodeCountry { name } } }
               fees(orderBy: [{cost: ASC}]) { label tolls { id } tollsAggregate { count } } }",
        )
        .await;
    let koeln = json!([{"name": "Köln", "feasts": [{"onDay": "2024-11-11", "cost": "0.10"}, {"onDay": "2024-02-29", "cost": "10.50"}],
        "countryCodeCountry": {"name": "Germany"}}]);
    assert_eq!(data["countries"][0], json!({"name": "Germany", "towns": koeln}));
    assert_eq!(
        data["fees"],
        json!([{"label": "small", "tolls": [{"id": 1}], "tollsAggregate": {"count": 1}},
        {"label": "big", "tolls": [{"id": 2}], "tollsAggregate": {"count": 1}}])
    );
}

#[apply(backends)]
#[tokio::test]
async fn a_column_named_like_the_gateways_own_is_no_trouble(#[case] backend: Backend) {
    let sql = "create table parent (ord integer primary key, k0 integer, \"key\" integer, \"value\" varchar(9));
        create table child (ord integer primary key, k0 integer references parent (ord), \"value\" integer, list integer);
        insert into parent values (5, 1, 2, 'v'), (6, 3, 4, 'w'); insert into child values (8, 6, 1, 2), (7, 6, 3, 4), (9, 5, 5, 6);";
    let Some(server) = scratch(backend, "inner_names", sql).await else { return };
    let query =
        "{ parents(where: {key: {in: [2, 4]}}) { ord k0 key value children(orderBy: [{ord: ASC}]) { ord k0 value list
        k0Parent { ord value } } childrenAggregate { count sum { ord } } } }";
    let data = server.data(query).await;
    let second = &data["parents"][1];
    assert_eq!((&second["ord"], &second["key"], &second["value"]), (&json!(6), &json!(4), &json!("w")));
    let orders: Vec<_> = second["children"].as_array().unwrap().iter().map(|child| child["ord"].clone()).collect();
    assert_eq!(orders, [json!(7), json!(8)]);
    assert_eq!(second["childrenAggregate"], json!({"count": 2, "sum": {"ord": "15"}}));
}
