//! Relationships that the database does not declare, and names for those that it does.

use rstest_reuse::apply;
use serde_json::json;

use super::configured;
use crate::{backends, support::Backend};

/// Nothing here is declared: the columns only mean something.
const LEGACY: &str = "create table kunde (nr integer primary key, name varchar(20), chef integer, art varchar(9));
    create table auftrag (nr integer primary key, kd_nr integer, art varchar(9));
    create table pass (nr integer primary key, kd integer unique);
    insert into kunde values (1, 'Ada', null, 'vip'), (2, 'Bo', 1, 'x');
    insert into auftrag values (10, 1, 'open'), (11, 1, 'done'), (12, 2, 'open');
    insert into pass values (5, 2);";

#[apply(backends)]
#[tokio::test]
async fn a_declared_relationship_is_read_and_written_like_any(#[case] backend: Backend) {
    let config = "[[relationship]]
name = \"auftrag_kunde\"
from = { entity = \"auftrag\", columns = [\"kd_nr\"], navigation = \"kunde\" }
to = { entity = \"kunde\", navigation = \"auftraege\" }
delete = \"restrict\"
description = \"Who ordered\"
[[relationship]]
from = { entity = \"kunde\", columns = [\"chef\"], navigation = \"vorgesetzter\" }
to = { entity = \"kunde\", columns = [\"nr\"], navigation = \"mitarbeiter\" }
hierarchical = true
delete = \"remove-link\"
[[relationship]]
from = { entity = \"pass\", columns = [\"kd\"] }
to = { entity = \"kunde\" }
";
    let Some(server) = configured(backend, "declared", LEGACY, config).await else { return };
    let data = server
        .data(
            "{ kundes(orderBy: [{nr: ASC}]) { name auftraege(orderBy: [{nr: ASC}]) { nr } mitarbeiter { name } pass { nr } }
               auftrags(where: {kunde: {name: {eq: \"Bo\"}}}) { nr kunde { vorgesetzter { name } } }
               relationshipDefinition(schemaName: \"auftrag_kunde\") { description ... on OneToManyRelationship {
                 cascadeConfiguration { delete } } } }",
        )
        .await;
    let expected = json!([
        {"name": "Ada", "auftraege": [{"nr": 10}, {"nr": 11}], "mitarbeiter": [{"name": "Bo"}], "pass": null},
        {"name": "Bo", "auftraege": [{"nr": 12}], "mitarbeiter": [], "pass": {"nr": 5}},
    ]);
    assert_eq!(data["kundes"], expected);
    assert_eq!(data["auftrags"], json!([{"nr": 12, "kunde": {"vorgesetzter": {"name": "Ada"}}}]));
    let expected = json!({"description": "Who ordered", "cascadeConfiguration": {"delete": "RESTRICT"}});
    assert_eq!(data["relationshipDefinition"], expected);
    assert_eq!(server.code("mutation { deleteKunde(key: {nr: 1}) { outcome } }").await, "RESTRICTED");
    assert_eq!(
        server.code("mutation { associateKundeVorgesetzter(key: {nr: 1}, ref: {nr: 2}) { changed } }").await,
        "CYCLE"
    );
    server.data("mutation { associateKundeAuftraege(key: {nr: 2}, refs: [{nr: 10}]) { changed } }").await;
    assert_eq!(server.sql("select kd_nr from auftrag where nr = 10").await, [json!({"kd_nr": 2})]);
}

/// Orders that are open, for their customer.
const OPEN: &str = "[[relationship]]
from = { entity = \"auftrag\", columns = [\"kd_nr\"], navigation = \"offenFuer\" }
to = { entity = \"kunde\", navigation = \"offene\" }
where = [ { column = \"art\", equals = \"open\" } ]
";

#[apply(backends)]
#[tokio::test]
async fn constant_conditions_hold_on_either_side(#[case] backend: Backend) {
    let more = "[[relationship]]
from = { entity = \"auftrag\", columns = [\"kd_nr\"], navigation = \"vip\" }
to = { entity = \"kunde\", navigation = \"vipAuftraege\" }
where = [ { column = \"art\", in = [\"vip\", \"top\"], side = \"to\" }, { column = \"chef\", is-null = true, side = \"to\" } ]
";
    let config = format!("{OPEN}{more}");
    let Some(server) = configured(backend, "conditions", LEGACY, &config).await else { return };
    let data = server
        .data(
            "{ auftrags(orderBy: [{nr: ASC}]) { nr offenFuer { name } vip { name } }
               kundes(orderBy: [{nr: ASC}]) { offene { nr } vipAuftraegeAggregate { count } } }",
        )
        .await;
    let expected = json!([
        {"nr": 10, "offenFuer": {"name": "Ada"}, "vip": {"name": "Ada"}},
        {"nr": 11, "offenFuer": null, "vip": {"name": "Ada"}},
        {"nr": 12, "offenFuer": {"name": "Bo"}, "vip": null},
    ]);
    assert_eq!(data["auftrags"], expected);
    let expected = json!([
        {"offene": [{"nr": 10}], "vipAuftraegeAggregate": {"count": 2}},
        {"offene": [{"nr": 12}], "vipAuftraegeAggregate": {"count": 0}},
    ]);
    assert_eq!(data["kundes"], expected);
}

/// Two conditions on one column are two ways to read it: it still tells something of the record itself.
#[apply(backends)]
#[tokio::test]
async fn conditions_towards_one_entity_leave_their_column_writable(#[case] backend: Backend) {
    let more = "[[relationship]]
from = { entity = \"auftrag\", columns = [\"kd_nr\"], navigation = \"fertigFuer\" }
to = { entity = \"kunde\", navigation = \"fertige\" }
where = [ { column = \"art\", equals = \"done\" } ]
";
    let config = format!("{OPEN}{more}");
    let Some(server) = configured(backend, "two_conditions", LEGACY, &config).await else { return };
    let change = "mutation { updateAuftrag(key: {nr: 10}, input: {art: \"done\"}) { auftrag {
        offenFuer { name } fertigFuer { name } } } }";
    let expected = json!({"auftrag": {"offenFuer": null, "fertigFuer": {"name": "Ada"}}});
    assert_eq!(server.data(change).await["updateAuftrag"], expected);
    let refused = "mutation { associateAuftragOffenFuer(key: {nr: 12}, ref: {nr: 1}) { changed } }";
    assert_eq!(server.code(refused).await, "GRAPHQL_VALIDATION_FAILED");
    let expected = json!([{"nr": 10, "kd_nr": 1, "art": "done"}, {"nr": 12, "kd_nr": 2, "art": "open"}]);
    assert_eq!(json!(server.sql("select nr, kd_nr, art from auftrag where nr <> 11 order by nr").await), expected);
}

/// A view that sums up has no rows that could be locked.
#[apply(backends)]
#[tokio::test]
async fn records_of_views_can_be_linked_to(#[case] backend: Backend) {
    let kinds: &[&str] = if backend == Backend::Postgres { &["view", "materialized view"] } else { &["view"] };
    for kind in kinds {
        let tables = format!(
            "create table sale (id integer primary key, buyer integer not null, cents integer not null);
            create table note (id integer primary key, buyer integer);
            insert into sale values (1, 7, 100), (2, 7, 50), (3, 8, 1);
            insert into note values (1, null), (2, 7);
            create {kind} buyer as select buyer as id, cast(sum(cents) as decimal(9, 0)) as cents from sale group by buyer;"
        );
        let config = "[entity.buyer]
key = [\"id\"]
[[relationship]]
from = { entity = \"note\", columns = [\"buyer\"], navigation = \"by\" }
to = { entity = \"buyer\", navigation = \"notes\" }
";
        let name = format!("linked_{}", kind.replace(' ', "_"));
        let Some(server) = configured(backend, &name, &tables, config).await else { return };
        server.data("mutation { associateNoteBy(key: {id: 1}, ref: {id: 8}) { changed } }").await;
        server.data("mutation { associateBuyerNotes(key: {id: 8}, refs: [{id: 2}]) { changed } }").await;
        server.data("mutation { createNote(input: {id: 3, by: {ref: {id: 7}}}) { outcome } }").await;
        server.data("mutation { disassociateNoteBy(key: {id: 1}) { changed } }").await;
        let refused = "mutation { associateNoteBy(key: {id: 1}, ref: {id: 9}) { changed } }";
        assert_eq!(server.code(refused).await, "TARGET_NOT_FOUND");
        let expected = json!([{"id": 1, "buyer": null}, {"id": 2, "buyer": 8}, {"id": 3, "buyer": 7}]);
        assert_eq!(json!(server.sql("select id, buyer from note order by id").await), expected);
    }
}

#[apply(backends)]
#[tokio::test]
async fn no_action_leaves_a_lookup_to_the_database(#[case] backend: Backend) {
    let tables = "create table country (id integer primary key);
        create table city (id integer primary key, country_id integer);
        create table port (id integer primary key, country_id integer, foreign key (country_id) references country (id));
        insert into country values (1), (2);
        insert into city values (1, 1);
        insert into port values (1, 2);";
    let config = "[[relationship]]
name = \"city_country\"
from = { entity = \"city\", columns = [\"country_id\"] }
to = { entity = \"country\" }
delete = \"no-action\"
[[relationship]]
from = { entity = \"port\", columns = [\"country_id\"] }
to = { entity = \"country\" }
delete = \"no-action\"
";
    let Some(server) = configured(backend, "no_action", tables, config).await else { return };
    let data = server
        .data("{ relationshipDefinition(schemaName: \"city_country\") { ... on OneToManyRelationship { cascadeConfiguration { delete } } } }")
        .await;
    assert_eq!(data["relationshipDefinition"], json!({"cascadeConfiguration": {"delete": "NO_ACTION"}}));
    server.data("mutation { deleteCountry(key: {id: 1}) { outcome } }").await;
    assert_eq!(server.sql("select country_id from city").await, [json!({"country_id": 1})]);
    assert_eq!(server.code("mutation { deleteCountry(key: {id: 2}) { outcome } }").await, "RESTRICTED");
}

#[apply(backends)]
#[tokio::test]
async fn foreign_keys_get_other_names(#[case] backend: Backend) {
    let tables = "create table address (id integer primary key, city varchar(20));
        create table orders (id integer primary key, billing_id integer references address (id),
            shipping_id integer references address (id));
        insert into address values (1, 'Ulm'), (2, 'Bonn');
        insert into orders values (1, 1, 2);";
    let config = "[[relationship]]
name = \"order_bill_to\"
from = { entity = \"orders\", columns = [\"billing_id\"], navigation = \"billTo\" }
to = { entity = \"address\", columns = [\"id\"], navigation = \"billed\" }
delete = \"cascade\"
";
    let Some(server) = configured(backend, "renamed_keys", tables, config).await else { return };
    let data = server
        .data(
            "{ orders { billTo { city billed { id } } shipping { city ordersByShipping { id } } }
                 relationshipDefinitions { schemaName } }",
        )
        .await;
    let expected = json!([{"billTo": {"city": "Ulm", "billed": [{"id": 1}]},
        "shipping": {"city": "Bonn", "ordersByShipping": [{"id": 1}]}}]);
    assert_eq!(data["orders"], expected);
    let expected = json!([{"schemaName": "order_bill_to"}, {"schemaName": "order_shipping"}]);
    assert_eq!(data["relationshipDefinitions"], expected);
    server.data("mutation { deleteAddress(key: {id: 1}) { outcome } }").await;
    assert_eq!(server.sql("select count(*) as n from orders").await, [json!({"n": 0})]);
}
