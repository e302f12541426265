//! Verdicts on changes, over tables that need no database.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::{
    catalog::{
        self, AttributeType, CascadeDelete, Catalog, ColumnDraft, Definition, EntityDraft, KeyDraft, RelationDraft,
        Table,
    },
    error::Code,
    plan::Error,
};

fn column(name: &str, ty: AttributeType) -> ColumnDraft {
    ColumnDraft {
        name: name.to_owned(),
        ty: Some(ty),
        database_type: None,
        nullable: name != "id",
        has_default: false,
        generated: false,
        description: None,
    }
}

fn table(name: &str, columns: &[&str]) -> EntityDraft {
    EntityDraft {
        table: Some(Table { namespace: None, name: name.to_owned() }),
        is_discovered: true,
        columns: columns.iter().map(|name| column(name, AttributeType::Int)).collect(),
        primary_key: vec!["id".to_owned()],
        ..EntityDraft::default()
    }
}

fn lookup(column: &str, target: &str, delete: Option<CascadeDelete>) -> RelationDraft {
    RelationDraft {
        name: None,
        is_referencing: true,
        is_single: false,
        columns: vec![column.to_owned()],
        target: Table { namespace: None, name: target.to_owned() },
        target_columns: vec!["id".to_owned()],
        hierarchical: false,
        delete,
        condition: Ok(None),
        constraint: None,
        is_assumed: false,
    }
}

/// Accounts, contacts that belong to them, notes, lines with a key of two parts, tags by a text, and a view.
fn drafts() -> Vec<EntityDraft> {
    let contact = EntityDraft {
        relations: vec![lookup("account_id", "account", Some(CascadeDelete::Cascade))],
        unique_keys: vec![KeyDraft { columns: vec!["name".to_owned()] }],
        ..table("contact", &["id", "name", "account_id"])
    };
    let line = EntityDraft { primary_key: vec!["id".to_owned(), "no".to_owned()], ..table("line", &["id", "no"]) };
    let mut tag = table("tag", &["id"]);
    tag.columns[0].ty = Some(AttributeType::String { max_length: None });
    let view = EntityDraft { is_view: true, primary_key: Vec::new(), ..table("summary", &["id"]) };
    vec![table("account", &["id", "name"]), contact, table("note", &["id", "text"]), line, tag, view]
}

fn ground(drafts: Vec<EntityDraft>, definitions: Vec<Definition>) -> Ground {
    let catalog = catalog::build(drafts.clone(), &[], &definitions).expect("the catalog builds");
    Ground { catalog: Arc::new(catalog), drafts: Arc::new(drafts), definitions: Arc::new(definitions) }
}

fn start() -> Ground {
    ground(drafts(), Vec::new())
}

/// Everything that a catalog says, in words.
fn told(ground: &Ground) -> String {
    let Catalog { entities, relationships, multi_table_lookups, warnings, .. } = ground.catalog.as_ref();
    format!("{entities:?} {relationships:?} {multi_table_lookups:?} {warnings:?}")
}

/// A change, and the ground after it.
fn make(before: &Ground, change: &Change) -> std::result::Result<(Edit, Ground), Error> {
    let edit = check(before, change)?;
    let (drafts, definitions) = edit.apply(before);
    let after = ground(drafts, definitions);
    edit.check(&before.catalog, &after.catalog)?;
    Ok((edit, after))
}

fn one_to_many(input: Value) -> Change {
    Change::CreateOneToMany(serde_json::from_value(input).expect("an input"))
}

fn many_to_many(input: Value) -> Change {
    Change::CreateManyToMany(serde_json::from_value(input).expect("an input"))
}

fn multi_table(input: Value) -> Change {
    Change::CreateMultiTable(serde_json::from_value(input).expect("an input"))
}

fn update(schema_name: &str, input: Value) -> Change {
    Change::Update { schema_name: schema_name.to_owned(), input: serde_json::from_value(input).expect("an input") }
}

fn delete(schema_name: &str) -> Change {
    Change::Delete { schema_name: schema_name.to_owned() }
}

/// A lookup of notes to accounts, with more said about it.
fn note_account(more: &Value) -> Change {
    let mut input = json!({"schemaName": "note_account", "referencedEntity": "account", "referencingEntity": "note",
        "lookup": {"name": "account_id"}});
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    one_to_many(input)
}

fn fields(catalog: &Catalog, entity: &str) -> Vec<String> {
    let (_, entity) = catalog.entities().find(|(_, known)| known.logical_name == entity).expect("the entity");
    entity.navigation.iter().map(|property| property.name.clone()).collect()
}

fn refused(ground: &Ground, change: &Change) -> Code {
    match make(ground, change) {
        Err(error) => error.code,
        Ok((edit, _)) => panic!("not refused: {edit:?}"),
    }
}

#[test]
fn a_lookup_gives_both_entities_a_field() {
    let (edit, after) = make(&start(), &note_account(&json!({}))).expect("it is good");
    assert_eq!(fields(&after.catalog, "note"), ["account"]);
    assert_eq!(fields(&after.catalog, "account"), ["contacts", "notes"]);
    assert_eq!(edit.tables.len(), 1);
    let relationship = &after.catalog.relationships.iter().find(|known| known.schema_name == "note_account");
    let one = relationship.and_then(crate::catalog::Relationship::as_one_to_many).expect("one-to-many");
    assert_eq!(one.cascade.delete, Some(CascadeDelete::RemoveLink));
    // And away again, without a trace.
    let (_, end) = make(&after, &delete("note_account")).expect("it is good");
    assert!(told(&end) == told(&start()), "nothing else differs");
    assert_eq!(*end.definitions, []);
}

#[test]
fn a_second_lookup_between_the_same_entities_renames_nothing() {
    let second = one_to_many(json!({"schemaName": "contact_payer", "referencedEntity": "account",
        "referencingEntity": "contact", "lookup": {"name": "payer_id"}}));
    let (_, after) = make(&start(), &second).expect("it is good");
    assert_eq!(fields(&after.catalog, "account"), ["contacts", "contactsByPayer"]);
    assert_eq!(fields(&after.catalog, "contact"), ["account", "payer"]);
}

#[test]
fn names_that_are_taken_are_conflicts() {
    let ground = start();
    let conflicts = [
        json!({"schemaName": "contact_account"}),
        json!({"lookup": {"name": "TEXT"}}),
        json!({"lookup": {"name": "ref"}}),
        json!({"lookup": {"name": "owner_id"}, "referencingEntityNavigationPropertyName": "text"}),
        json!({"lookup": {"name": "owner_id"}, "referencingEntityNavigationPropertyName": "ownerId"}),
        json!({"referencedEntityNavigationPropertyName": "contacts"}),
        json!({"referencedEntityNavigationPropertyName": "contactsConnection"}),
        json!({"referencedEntityNavigationPropertyName": "etag"}),
    ];
    for more in conflicts {
        assert_eq!(refused(&ground, &note_account(&more)), Code::Conflict, "{more}");
    }
    let own = one_to_many(json!({"schemaName": "note_above", "referencedEntity": "note", "referencingEntity": "note",
        "lookup": {"name": "above_id"}, "referencedEntityNavigationPropertyName": "above",
        "referencingEntityNavigationPropertyName": "above"}));
    assert_eq!(refused(&ground, &own), Code::Conflict, "both ends on one entity");
}

#[test]
fn who_may_not_take_part_is_told_why() {
    let ground = start();
    for (more, why) in [
        (json!({"referencedEntity": "acount"}), "there is no entity"),
        (json!({"referencedEntity": "summary"}), "it is a view"),
        (json!({"referencingEntity": "summary"}), "it is a view"),
        (json!({"referencedEntity": "line"}), "its key is not a single attribute"),
    ] {
        let error = make(&ground, &note_account(&more)).expect_err("it is refused");
        assert_eq!(error.code, Code::Invalid, "{more}");
        assert!(error.message.contains(why), "{error}");
    }
    let catalog = &ground.catalog;
    for (id, entity) in catalog.entities() {
        let names = |partners: Vec<&catalog::Entity>| -> Vec<String> {
            partners.iter().map(|partner| partner.logical_name.clone()).collect()
        };
        let valid = names(eligible::valid_referenced(catalog, id).collect());
        for partner in &catalog.entities {
            let change = one_to_many(json!({"schemaName": "new_one", "referencedEntity": partner.logical_name,
                "referencingEntity": entity.logical_name, "lookup": {"name": "fresh_id"}}));
            let verdict = make(&ground, &change).is_ok();
            assert_eq!(
                verdict,
                valid.contains(&partner.logical_name),
                "{} {}",
                entity.logical_name,
                partner.logical_name
            );
        }
    }
}

#[test]
fn cascades_and_hierarchies_are_one_per_entity() {
    let ground = start();
    let cascading = json!({"cascade": {"delete": "CASCADE"}});
    let payer = |more: &Value| {
        let mut input = json!({"schemaName": "contact_payer", "referencedEntity": "account",
            "referencingEntity": "contact", "lookup": {"name": "payer_id"}});
        input["cascade"] = more["cascade"].clone();
        one_to_many(input)
    };
    assert_eq!(refused(&ground, &payer(&cascading)), Code::Conflict, "contacts go with their account already");
    let (_, with) = make(&ground, &payer(&json!({"cascade": {"delete": "RESTRICT"}}))).expect("it is good");
    assert_eq!(refused(&with, &update("contact_payer", cascading)), Code::Conflict);

    let required = json!({"lookup": {"name": "account_id", "required": true}, "cascade": {"delete": "REMOVE_LINK"}});
    assert_eq!(refused(&ground, &note_account(&required)), Code::Invalid);
    assert_eq!(refused(&ground, &note_account(&json!({"isHierarchical": true}))), Code::Invalid);
    let above = |name: &str| {
        one_to_many(json!({"schemaName": name, "referencedEntity": "note", "referencingEntity": "note",
            "lookup": {"name": format!("{name}_id")}, "isHierarchical": true}))
    };
    let (_, with) = make(&ground, &above("above")).expect("it is good");
    assert_eq!(refused(&with, &above("beyond")), Code::Conflict);
}

#[test]
fn pairs_are_named_after_their_relationship() {
    let change = many_to_many(json!({"schemaName": "note_tags", "intersectEntityName": "note_tag",
        "entity1": {"entity": "note"}, "entity2": {"entity": "tag"}}));
    let (edit, after) = make(&start(), &change).expect("it is good");
    assert_eq!(fields(&after.catalog, "note"), ["noteTags"]);
    assert_eq!(fields(&after.catalog, "tag"), ["noteTags"]);
    let intersect = after.catalog.entities.iter().find(|entity| entity.logical_name == "noteTag").expect("a table");
    assert_eq!(intersect.kind, catalog::EntityKind::Intersect);
    let columns: Vec<&str> = intersect.attributes.iter().map(|attribute| attribute.column.as_str()).collect();
    assert_eq!(columns, ["note_id", "tag_id"]);
    assert_eq!(edit.relationships, ["note_tags"]);
    let (_, end) = make(&after, &delete("note_tags")).expect("it is good");
    assert!(told(&end) == told(&start()), "nothing else differs");

    let itself = |first: Value, second: Value| {
        many_to_many(json!({"schemaName": "note_links", "intersectEntityName": "note_link",
            "entity1": first, "entity2": second}))
    };
    let nameless = itself(json!({"entity": "note"}), json!({"entity": "note"}));
    assert_eq!(refused(&start(), &nameless), Code::Invalid, "two roles need two names");
    let named = |name: &str| json!({"entity": "note", "navigationPropertyName": name});
    let (_, after) = make(&start(), &itself(named("cites"), named("citedBy"))).expect("it is good");
    assert_eq!(fields(&after.catalog, "note"), ["cites", "citedBy"]);
}

#[test]
fn tables_of_pairs_need_a_name_of_their_own() {
    let ground = start();
    for (table, code) in [
        ("Contact", Code::Conflict),
        ("contacts", Code::Conflict),
        ("page_info", Code::Conflict),
        ("account_where", Code::Conflict),
        ("relata_pairs", Code::Invalid),
        ("no such", Code::Invalid),
    ] {
        let change = many_to_many(json!({"schemaName": "note_tags", "intersectEntityName": table,
            "entity1": {"entity": "note"}, "entity2": {"entity": "tag"}}));
        assert_eq!(refused(&ground, &change), code, "{table}");
    }
}

#[test]
fn a_multi_table_lookup_gains_and_loses_targets() {
    let lookup = |targets: Value| {
        multi_table(json!({"schemaName": "note_regarding", "referencingEntity": "note",
            "lookup": {"name": "regarding_id"}, "targets": targets}))
    };
    let to = |entity: &str| json!({"referencedEntity": entity});
    let ground = start();
    for targets in
        [json!([]), json!([to("account"), to("account")]), json!([to("note")]), json!([to("account"), to("tag")])]
    {
        assert_eq!(refused(&ground, &lookup(targets.clone())), Code::Invalid, "{targets}");
    }
    let (_, one) = make(&ground, &lookup(json!([to("account")]))).expect("it is good");
    assert_eq!(fields(&one.catalog, "note"), ["regardingAccount"]);
    assert_eq!(one.catalog.multi_table_lookups[0].arms, ["regardingAccount"]);
    let add = Change::AddTarget {
        schema_name: "note_regarding".to_owned(),
        target: serde_json::from_value(to("contact")).expect("a target"),
    };
    let (_, two) = make(&one, &add).expect("it is good");
    assert_eq!(fields(&two.catalog, "note"), ["regardingAccount", "regardingContact"]);
    assert_eq!(fields(&two.catalog, "contact"), ["account", "notes"]);
    let (_, again) = make(&two, &delete("note_regarding_contact")).expect("it is good");
    assert!(told(&again) == told(&one), "nothing else differs");
    assert_eq!(refused(&one, &delete("note_regarding_account")), Code::Invalid, "the last target");
    let (_, end) = make(&two, &delete("note_regarding")).expect("it is good");
    assert!(told(&end) == told(&ground), "nothing else differs");
}

#[test]
fn what_is_declared_elsewhere_is_refined_but_not_deleted() {
    let ground = start();
    assert_eq!(refused(&ground, &delete("contact_account")), Code::Forbidden);
    assert_eq!(refused(&ground, &delete("contact_acount")), Code::NotFound);
    let change = update(
        "contact_account",
        json!({"referencedEntityNavigationPropertyName": "people", "cascade": {"behavior": "REFERENTIAL"},
            "description": "Who works there"}),
    );
    let (edit, after) = make(&ground, &change).expect("it is good");
    assert_eq!(edit.tables, [], "nothing happens to tables");
    assert_eq!(fields(&after.catalog, "account"), ["people"]);
    let relationship = after.catalog.relationships.iter().find(|known| known.schema_name == "contact_account");
    let relationship = relationship.expect("its name stays");
    assert_eq!(relationship.description.as_deref(), Some("Who works there"));
    assert!(!relationship.is_custom);
    let delete = relationship.as_one_to_many().and_then(|one| one.cascade.delete);
    assert_eq!(delete, Some(CascadeDelete::RemoveLink));

    for more in [json!({"schemaName": "other"}), json!({"referencedEntity": "note"}), json!({"lookupName": "id"})] {
        assert_eq!(refused(&after, &update("contact_account", more.clone())), Code::Immutable, "{more}");
    }
    let same = json!({"schemaName": "contact_account", "referencedEntity": "account", "lookupName": "account_id"});
    let (edit, _) = make(&after, &update("contact_account", same)).expect("nothing changes");
    assert_eq!((edit.stored, edit.tables), (Vec::new(), Vec::new()));
}

#[test]
fn what_others_hold_on_to_stays() {
    let (_, with) = make(&start(), &note_account(&json!({}))).expect("it is good");
    let mut drafts = with.drafts.to_vec();
    let note = drafts.iter_mut().find(|draft| draft.table.as_ref().is_some_and(|table| table.name == "note"));
    note.expect("notes").relations.push(lookup("account_id", "contact", None));
    let held = ground(drafts, with.definitions.to_vec());
    let error = make(&held, &delete("note_account")).expect_err("it is refused");
    assert_eq!(error.code, Code::Restricted);
    assert_eq!(error.details["dependents"], json!(["note_accountContact"]));
}

#[test]
fn definitions_read_back_as_they_were_stored() {
    let ground = start();
    let (first, with) = make(&ground, &note_account(&json!({"description": "About"}))).expect("it is good");
    let lookup = multi_table(json!({"schemaName": "note_regarding", "referencingEntity": "note",
        "lookup": {"name": "regarding_id"}, "targets": [{"referencedEntity": "contact"}]}));
    let (second, _) = make(&with, &lookup).expect("it is good");
    for definition in first.stored.iter().chain(&second.stored) {
        let text = serde_json::to_string(definition).expect("it is stored");
        assert_eq!(&serde_json::from_str::<Definition>(&text).expect("it reads back"), definition);
    }
}
