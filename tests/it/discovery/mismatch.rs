//! Foreign keys that fit no key of their target. Only SQLite has them, and notices when it writes.

use serde_json::json;

use crate::support::{Backend, scratch};

#[tokio::test]
async fn what_a_mismatched_foreign_key_keeps_from_being_written_is_unsupported() {
    let sql = "create table place (id integer primary key, code text, name text);
        create table visit (id integer primary key, place_code text references place (code), note text);
        pragma foreign_keys = off; insert into place values (1, 'a', 'Ulm'), (2, 'b', 'Bonn');
        insert into visit values (1, 'a', 'short'); pragma foreign_keys = on;";
    let server = scratch(Backend::Sqlite, "mismatch", sql).await.unwrap();
    for mutation in [
        "deletePlace(key: {id: 1}) { outcome }",
        "deletePlaces(where: {id: {gt: 1}}) { count }",
        "updatePlace(key: {id: 1}, input: {code: \"c\"}) { outcome }",
        "createPlace(input: {id: 3, code: \"c\"}) { outcome }",
        "createVisit(input: {id: 2, placeCode: \"a\"}) { outcome }",
        "updateVisit(key: {id: 1}, input: {placeCode: \"b\"}) { outcome }",
    ] {
        let answer = server.run(&format!("mutation {{ {mutation} }}"), json!({})).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "UNSUPPORTED", "{mutation}: {answer:#}");
        assert!(error["message"].as_str().unwrap().contains("foreign key"), "{answer:#}");
    }
    // What does not touch the foreign key is written.
    server
        .data(
            "mutation { updatePlace(key: {id: 1}, input: {name: \"Aachen\"}) { outcome }
               updateVisit(key: {id: 1}, input: {note: \"long\"}) { outcome } }",
        )
        .await;
    assert_eq!(server.sql("select name from place where id = 1").await, [json!({"name": "Aachen"})]);
    assert_eq!(server.sql("select place_code, note from visit").await, [json!({"place_code": "a", "note": "long"})]);
    let catalog = server.catalog();
    let warning = catalog.warnings.iter().find(|warning| warning.entity == "visit").expect("there is a warning");
    assert!(warning.message.contains("FOREIGN KEY (place_code) REFERENCES place (code)"), "{warning}");
}
