//! What is stored of definitions, and how it is counted.

use relata::{
    catalog::{
        ArmDefinition, CascadeDelete, Constant, Definition, DefinitionKind, Discriminator, EndDefinition,
        IntersectDefinition, LookupColumn, LookupDefinition, MultiTableDefinition, Table,
    },
    define::{
        Transaction,
        store::{self, Change, Stored},
    },
    error::Code,
    execute::{Database, generation},
    reflect,
};
use rstest_reuse::apply;
use sea_orm::{DatabaseConnection, TransactionTrait};

use super::{run, texts};
use crate::{
    backends,
    support::{Backend, connection},
};

fn named(name: &str) -> Table {
    Table { namespace: None, name: name.to_owned() }
}

fn lookup() -> LookupDefinition {
    LookupDefinition {
        referencing: named("deal"),
        columns: vec!["agent_id".to_owned()],
        referenced: Table { namespace: Some("sa\"les".to_owned()), name: "agent".to_owned() },
        referenced_columns: vec!["id".to_owned()],
        discriminator: Some(Discriminator { column: "kind".to_owned(), value: Constant::Text("it's".to_owned()) }),
        referencing_navigation: Some("agent".to_owned()),
        referenced_navigation: None,
        delete: Some(CascadeDelete::RemoveLink),
        hierarchical: Some(false),
        column: Some(LookupColumn { required: true, unique: false, description: Some("é \u{1F600}".to_owned()) }),
    }
}

fn definition(name: &str, kind: DefinitionKind) -> Definition {
    Definition { schema_name: name.to_owned(), is_custom: true, description: Some("a 'b' \"c\"".to_owned()), kind }
}

fn definitions() -> Vec<Definition> {
    let end = |table: &str| EndDefinition {
        table: named(table),
        columns: vec!["id".to_owned()],
        intersect_columns: vec![format!("{table}_id")],
        navigation: None,
    };
    let intersect = IntersectDefinition { intersect: named("pair"), ends: [end("a"), end("b")] };
    let arm = ArmDefinition { schema_name: "Arm".to_owned(), description: None, lookup: lookup() };
    let multi = MultiTableDefinition {
        table: named("deal"),
        column: "key".to_owned(),
        discriminator: "kind".to_owned(),
        name: "regarding".to_owned(),
        arms: vec![arm],
    };
    vec![
        definition("A", DefinitionKind::OneToMany(lookup())),
        definition("B", DefinitionKind::ManyToMany(intersect)),
        definition("C", DefinitionKind::MultiTable(multi)),
    ]
}

async fn save(db: &DatabaseConnection, changes: &[Change]) -> i64 {
    let transaction = Transaction::begin(&Database::of(db).unwrap()).await.unwrap();
    let generation = store::save(transaction.connection(), changes).await.unwrap();
    transaction.commit().await.unwrap();
    generation
}

#[apply(backends)]
#[tokio::test]
async fn what_is_stored_comes_back_and_every_change_counts(backend: Backend) {
    let Some(db) = connection(backend, "define_store").await else { return };
    // Asking ends no transaction, although there is nothing to ask.
    let asking = db.begin().await.unwrap();
    assert_eq!(store::load(&asking).await.unwrap(), Stored::default());
    assert_eq!(generation(&asking, 0).await.unwrap(), 0);
    run(&asking, "select 1").await;
    asking.rollback().await.unwrap();

    let all = definitions();
    let puts: Vec<Change> = all.iter().cloned().map(Change::Put).collect();
    assert_eq!(save(&db, &puts).await, 1);
    assert_eq!(store::load(&db).await.unwrap(), Stored { generation: 1, definitions: all.clone() });
    let changed = Definition { description: None, ..all[0].clone() };
    assert_eq!(save(&db, &[Change::Put(changed.clone()), Change::Remove("B".to_owned())]).await, 2);
    assert_eq!(store::load(&db).await.unwrap().definitions, [changed, all[2].clone()]);
    let removed = [Change::Remove("A".to_owned()), Change::Remove("C".to_owned())];
    assert_eq!(save(&db, &removed).await, 3);
    assert_eq!(store::load(&db).await.unwrap(), Stored { generation: 3, definitions: Vec::new() });
    assert_eq!(generation(&db, 0).await.unwrap(), 3);
    assert_eq!(generation(&db, 2).await.unwrap(), 3);
    let drafts = reflect::database::discover(&db, &[]).await.unwrap();
    assert!(drafts.is_empty(), "the gateway's own tables are nobody's entities");
}

#[apply(backends)]
#[tokio::test]
async fn what_is_rolled_back_is_neither_stored_nor_counted(backend: Backend) {
    let Some(db) = connection(backend, "define_unsaved").await else { return };
    let transaction = Transaction::begin(&Database::of(&db).unwrap()).await.unwrap();
    let put = Change::Put(definitions().remove(0));
    assert_eq!(store::save(transaction.connection(), &[put]).await.unwrap(), 1);
    assert_eq!(store::load(transaction.connection()).await.unwrap().definitions.len(), 1);
    transaction.rollback().await.unwrap();
    assert_eq!(store::load(&db).await.unwrap(), Stored::default());
}

#[apply(backends)]
#[tokio::test]
async fn what_a_newer_gateway_wrote_is_left_as_it_is(backend: Backend) {
    let Some(db) = connection(backend, "define_newer").await else { return };
    save(&db, &[Change::Put(definitions().remove(0))]).await;
    run(&db, "update relata_state set version = 2").await;
    let error = store::load(&db).await.unwrap_err();
    assert_eq!(error.code(), Code::Internal);
    assert!(error.public_message().contains("version 2"), "{error}");
    let transaction = Transaction::begin(&Database::of(&db).unwrap()).await.unwrap();
    let refused = store::save(transaction.connection(), &[Change::Remove("A".to_owned())]).await.unwrap_err();
    assert!(refused.public_message().contains("version 2"), "{refused}");
    transaction.rollback().await.unwrap();
    assert_eq!(texts(&db, "select schema_name from relata_definition").await, ["A"]);
}

#[apply(backends)]
#[tokio::test]
async fn what_cannot_be_read_is_named_and_kept(backend: Backend) {
    let Some(db) = connection(backend, "define_unreadable").await else { return };
    save(&db, &[Change::Put(definitions().remove(0))]).await;
    for text in ["", "{}", "{\"schemaName\": \"A\", \"isCustom\": true, \"kind\": {\"further\": 1}}"] {
        run(&db, &format!("update relata_definition set definition = '{text}'")).await;
        let error = store::load(&db).await.unwrap_err();
        assert!(error.public_message().contains("definition A"), "{error}");
        assert_eq!(texts(&db, "select definition from relata_definition").await, [text]);
    }
}
