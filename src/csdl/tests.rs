//! Documents of catalogs that are made by hand: texts and numbers that no database of the tests holds.

use std::sync::Arc;

use serde_json::Value;

use crate::catalog::{
    AttributeType, Catalog, ColumnDraft, EntityDraft, EnumType, EnumValue, RelationDraft, StoredValue, Table, build,
};

use super::{Format, Texts, text};

fn table(name: &str) -> Table {
    Table { namespace: None, name: name.to_owned() }
}

fn column(name: &str, ty: AttributeType) -> ColumnDraft {
    ColumnDraft {
        name: name.to_owned(),
        ty: Some(ty),
        database_type: None,
        nullable: false,
        has_default: false,
        generated: false,
        description: None,
    }
}

fn draft(name: &str, columns: Vec<ColumnDraft>) -> EntityDraft {
    EntityDraft {
        table: Some(table(name)),
        primary_key: vec![columns[0].name.clone()],
        columns,
        ..EntityDraft::default()
    }
}

fn catalog(drafts: Vec<EntityDraft>) -> Catalog {
    build(drafts, &[], &[]).unwrap()
}

#[test]
fn descriptions_arrive_as_they_are() {
    let check = |description: &str, expected: Option<&str>| {
        let id = ColumnDraft { description: Some(description.to_owned()), ..column("id", AttributeType::Int) };
        let catalog = catalog(vec![draft("note", vec![id])]);
        let xml = text(&catalog, Format::Xml);
        let tree = roxmltree::Document::parse(&xml).unwrap();
        let annotation = tree.descendants().find(|node| node.tag_name().name() == "Annotation");
        assert_eq!(annotation.and_then(|node| node.attribute("String")), expected);
        let json: Value = serde_json::from_str(&text(&catalog, Format::Json)).unwrap();
        assert_eq!(json["Relata"]["Note"]["id"]["@Core.Description"].as_str(), expected);
    };
    check("Plain words", Some("Plain words"));
    check("", None);
    for awkward in
        ["a < b && c > d", "\"quoted\" and 'quoted'", "]]> &amp; <!-- --> ?>", " two\n\tlines\r\n", "Größe 大 🦀"]
    {
        check(awkward, Some(awkward));
    }
    // XML has no way to say these, not even as references.
    check("bell\u{7} null\u{0} end\u{ffff}", Some("bell\u{fffd} null\u{fffd} end\u{fffd}"));
}

#[test]
fn enums_are_of_the_type_that_holds_their_values() {
    let value = |name: &str, stored| EnumValue { name: name.to_owned(), stored };
    let list = |name: &str, values| AttributeType::Enum(Arc::new(EnumType { type_name: name.to_owned(), values }));
    let level =
        list("Level", vec![value("LOW", StoredValue::Integer(-3)), value("HIGH", StoredValue::Integer(i64::MAX))]);
    let mood = list(
        "Mood",
        vec![value("GRIM", StoredValue::Text("g".to_owned())), value("MERRY", StoredValue::Text("m".to_owned()))],
    );
    let columns = vec![column("id", AttributeType::Int), column("level", level.clone()), column("mood", mood)];
    let catalog = catalog(vec![draft("note", columns), draft("rank", vec![column("level", level)])]);
    let json: Value = serde_json::from_str(&text(&catalog, Format::Json)).unwrap();
    let schema = &json["Relata"];
    let level = serde_json::json!({ "$Kind": "EnumType", "$UnderlyingType": "Edm.Int64", "LOW": -3, "HIGH": i64::MAX });
    assert_eq!(schema["Level"], level);
    let mood = serde_json::json!({ "$Kind": "EnumType", "$UnderlyingType": "Edm.Int32", "GRIM": 0, "MERRY": 1 });
    assert_eq!(schema["Mood"], mood);
    // An enum may be a key.
    assert_eq!(schema["Rank"]["$Key"], serde_json::json!(["level"]));
}

#[test]
fn each_text_is_made_once() {
    let catalog = catalog(vec![draft("note", vec![column("id", AttributeType::Int)])]);
    let texts = Texts::default();
    for format in [Format::Xml, Format::Json] {
        let first = texts.of(&catalog, format);
        assert_eq!(*first, *text(&catalog, format));
        assert!(Arc::ptr_eq(&first, &texts.of(&catalog, format)));
    }
}

/// Every table leads to one, so that this has as many navigation properties as there are tables.
#[test]
fn a_thousand_tables_around_one_are_described() {
    let lookup = RelationDraft {
        name: None,
        is_referencing: true,
        is_single: false,
        columns: vec!["hub_id".to_owned()],
        target: table("hub"),
        target_columns: vec!["id".to_owned()],
        hierarchical: false,
        delete: None,
        condition: Ok(None),
        constraint: None,
        is_assumed: false,
    };
    let spoke = |number: u32| EntityDraft {
        relations: vec![lookup.clone()],
        ..draft(
            &format!("spoke{number}"),
            vec![
                column("id", AttributeType::Int),
                column("hub_id", AttributeType::Int),
                column("name", AttributeType::Text),
            ],
        )
    };
    let hub = draft("hub", vec![column("id", AttributeType::Int)]);
    let catalog = catalog((0..1_000).map(spoke).chain([hub]).collect());
    let xml = text(&catalog, Format::Xml);
    let tree = roxmltree::Document::parse(&xml).unwrap();
    let count = |name: &str| tree.descendants().filter(|node| node.tag_name().name() == name).count();
    assert_eq!((count("EntityType"), count("NavigationProperty"), count("EntitySet")), (1_001, 2_000, 1_001));
    assert_eq!((count("ReferentialConstraint"), count("NavigationPropertyBinding")), (1_000, 2_000));
}
