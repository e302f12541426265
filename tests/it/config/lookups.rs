//! Lookups that lead to several tables.

use rstest_reuse::apply;
use serde_json::json;

use super::{configured, mistakes};
use crate::{backends, support::Backend};

const BLOG: &str = "create table posts (id integer primary key, title varchar(20));
    create table photos (id integer primary key, url varchar(20));
    create table comments (id integer primary key, body varchar(20), subject_type varchar(20), subject_id integer);
    insert into posts values (1, 'hello');
    insert into photos values (1, 'a.png');
    insert into comments values (1, 'nice', 'Post', 1), (2, 'wow', 'Photo', 1), (3, 'hm', null, null);";

#[apply(backends)]
#[tokio::test]
async fn a_key_and_a_discriminator_are_one_lookup(#[case] backend: Backend) {
    let config = "[[multi-table-lookup]]
entity = \"comments\"
name = \"about\"
key = \"subject_id\"
discriminator = \"subject_type\"
targets = [
  { entity = \"posts\", value = \"Post\", navigation = \"aboutPost\", partner = \"remarks\", name = \"comment_post\" },
  { entity = \"photos\", value = \"Photo\" },
]
";
    let Some(server) = configured(backend, "shared_lookup", BLOG, config).await else { return };
    let data = server
        .data(
            "{ comments(orderBy: [{id: ASC}]) { about { __typename ... on Post { title } ... on Photo { url } }
                 aboutPost { title } subjectPhoto { url } }
               posts { remarks { body } } photos { comments { body } }
               relationshipDefinition(schemaName: \"comment_post\") { schemaName } }",
        )
        .await;
    let expected = json!([
        {"about": {"__typename": "Post", "title": "hello"}, "aboutPost": {"title": "hello"}, "subjectPhoto": null},
        {"about": {"__typename": "Photo", "url": "a.png"}, "aboutPost": null, "subjectPhoto": {"url": "a.png"}},
        {"about": null, "aboutPost": null, "subjectPhoto": null},
    ]);
    assert_eq!(data["comments"], expected);
    assert_eq!(data["posts"], json!([{"remarks": [{"body": "nice"}]}]));
    assert_eq!(data["photos"], json!([{"comments": [{"body": "wow"}]}]));
    server.data("mutation { associateCommentSubjectPhoto(key: {id: 1}, ref: {id: 1}) { changed } }").await;
    let row = "select subject_type, subject_id from comments where id = 1";
    assert_eq!(server.sql(row).await, [json!({"subject_type": "Photo", "subject_id": 1})]);
    server.data("mutation { disassociateCommentSubjectPhoto(key: {id: 1}) { changed } }").await;
    assert_eq!(server.sql(row).await, [json!({"subject_type": null, "subject_id": null})]);
}

const KEYS: &str = "create table posts (id integer primary key, title varchar(20));
    create table photos (id integer primary key, url varchar(20));
    create table comments (id integer primary key, post_id integer references posts (id),
        photo_id integer references photos (id));
    insert into posts values (1, 'hello');
    insert into photos values (1, 'a.png');
    insert into comments values (1, 1, null), (2, null, 1), (3, null, null);";

#[apply(backends)]
#[tokio::test]
async fn a_foreign_key_for_each_target_is_one_lookup_too(#[case] backend: Backend) {
    let config = "[[multi-table-lookup]]
entity = \"comments\"
name = \"subject\"
targets = [ { column = \"post_id\" }, { column = \"photo_id\" } ]
";
    let Some(server) = configured(backend, "separate_lookup", KEYS, config).await else { return };
    let data = server
        .data(
            "{ comments(orderBy: [{id: ASC}]) { post { title } photo { url }
                 subject { __typename ... on Post { title } ... on Photo { url } } } }",
        )
        .await;
    let expected = json!([
        {"post": {"title": "hello"}, "photo": null, "subject": {"__typename": "Post", "title": "hello"}},
        {"post": null, "photo": {"url": "a.png"}, "subject": {"__typename": "Photo", "url": "a.png"}},
        {"post": null, "photo": null, "subject": null},
    ]);
    assert_eq!(data["comments"], expected);
    // Setting one clears the other, from either end, in an update and in a list.
    let rows = "select id, post_id, photo_id from comments order by id";
    server.data("mutation { associateCommentPhoto(key: {id: 1}, ref: {id: 1}) { changed } }").await;
    server.data("mutation { associatePostComments(key: {id: 1}, refs: [{id: 2}]) { changed } }").await;
    server.data("mutation { updateComment(key: {id: 3}, input: {post: {ref: {id: 1}}}) { outcome } }").await;
    let expected = [
        json!({"id": 1, "post_id": null, "photo_id": 1}),
        json!({"id": 2, "post_id": 1, "photo_id": null}),
        json!({"id": 3, "post_id": 1, "photo_id": null}),
    ];
    assert_eq!(server.sql(rows).await, expected);
    server.data("mutation { updateComment(key: {id: 3}, input: {photo: {ref: {id: 1}}}) { outcome } }").await;
    assert_eq!(server.sql(rows).await[2], json!({"id": 3, "post_id": null, "photo_id": 1}));
    // Both at once contradict each other.
    let both = "mutation { createComment(input: {id: 4, post: {ref: {id: 1}}, photo: {ref: {id: 1}}}) { outcome } }";
    assert_eq!(server.code(both).await, "INVALID");
    server.data("mutation { createComment(input: {id: 5, post: {ref: {id: 1}}}) { outcome } }").await;
    assert_eq!(server.sql(rows).await[3], json!({"id": 5, "post_id": 1, "photo_id": null}));
}

#[apply(backends)]
#[tokio::test]
async fn what_is_no_such_lookup_is_told(#[case] backend: Backend) {
    let config = "[[multi-table-lookup]]
entity = \"comments\"
name = \"subject\"
targets = [ { column = \"post_id\" }, { column = \"id\" } ]
[[multi-table-lookup]]
entity = \"comments\"
name = \"other\"
key = \"post_id\"
discriminator = \"photo_id\"
targets = [ { entity = \"posts\", value = 3 }, { entity = \"photos\", value = \"x\" }, { entity = \"photo\", value = 3 } ]
";
    let Some(lines) = mistakes(backend, "no_lookup", KEYS, config).await else { return };
    let expected = [
        "relata.toml:10:75: `photo_id` is Int, which is never equal to a text",
        "relata.toml:10:93: there is no table `photo` (did you mean `photos`?)",
        "relata.toml:10:110: is the value of another target already",
    ];
    assert_eq!(lines, expected);
    let config = &config[..config.find("[[multi-table-lookup]]\nentity = \"comments\"\nname = \"other\"").unwrap()];
    let lines = mistakes(backend, "no_lookup_2", KEYS, config).await.unwrap();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("relata.toml:3:8") && lines[0].contains("comments.id: is no arm"), "{lines:?}");
}
