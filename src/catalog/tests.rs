//! Catalogs from drafts by hand: what becomes of relations, and what is reported.

use super::{
    AttributeId, AttributeType, CascadeDelete, Catalog, ColumnDraft, Comparison, Condition, ConditionDraft, Constant,
    EntityDraft, EntityKind, KeyDraft, Problems, RelationDraft, Remark, Says, Table, build, remark,
};

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn table(name: &str) -> Table {
    Table { namespace: None, name: name.to_owned() }
}

/// A table of integers; the first column is its key, the others may be null.
fn draft(name: &str, columns: &[&str], relations: Vec<RelationDraft>) -> EntityDraft {
    let column = |(index, name): (usize, &&str)| ColumnDraft {
        name: (*name).to_owned(),
        ty: Some(AttributeType::Int),
        database_type: None,
        nullable: index > 0,
        has_default: false,
        generated: false,
        description: None,
    };
    EntityDraft {
        table: Some(table(name)),
        columns: columns.iter().enumerate().map(column).collect(),
        primary_key: words(&columns[..1]),
        relations,
        ..EntityDraft::default()
    }
}

/// A relation as the side with the lookup declares it.
fn to_one(name: &str, column: &str, target: &str) -> RelationDraft {
    RelationDraft {
        name: Some(name.to_owned()),
        is_referencing: true,
        is_single: false,
        columns: words(&[column]),
        target: table(target),
        target_columns: words(&["id"]),
        hierarchical: false,
        delete: None,
        condition: Ok(None),
        constraint: None,
        is_assumed: false,
    }
}

/// A relation as the side that is pointed at declares it.
fn to_many(name: &str, target: &str, target_column: &str) -> RelationDraft {
    RelationDraft { is_referencing: false, target_columns: words(&[target_column]), ..to_one(name, "id", target) }
}

fn when(is_own: bool, column: &str, value: &str) -> ConditionDraft {
    ConditionDraft::Compare {
        is_own,
        column: column.to_owned(),
        comparison: Comparison::Equal,
        values: vec![Constant::Text(value.to_owned())],
    }
}

fn built(drafts: Vec<EntityDraft>) -> Catalog {
    build(drafts, &[], &[]).expect("the catalog builds")
}

fn problems(drafts: Vec<EntityDraft>) -> Vec<String> {
    let Problems(problems) = build(drafts, &[], &[]).expect_err("the drafts have problems");
    problems.iter().map(ToString::to_string).collect()
}

/// `Type.property -> Target`, with `[]` for collections.
fn properties(catalog: &Catalog) -> Vec<String> {
    let line = |owner: &str, property: &super::NavigationProperty| {
        let target = &catalog.entity(property.target).type_name;
        let target = if property.collection { format!("[{target}]") } else { target.clone() };
        format!("{owner}.{} -> {target}, partner {:?}", property.name, property.partner.as_deref().unwrap_or_default())
    };
    catalog
        .entities
        .iter()
        .flat_map(|e| e.navigation.iter().map(|p| line(&e.type_name, p)).collect::<Vec<_>>())
        .collect()
}

#[test]
fn two_declarations_of_one_relationship_become_one() {
    let owner = RelationDraft { delete: Some(CascadeDelete::Cascade), ..to_one("owner", "account_id", "account") };
    let catalog = built(vec![
        draft("account", &["id"], vec![to_many("staff", "contact", "account_id")]),
        draft("contact", &["id", "account_id"], vec![owner]),
    ]);
    assert_eq!(
        properties(&catalog),
        ["Account.staff -> [Contact], partner \"owner\"", "Contact.owner -> Account, partner \"staff\""]
    );
    let one = catalog.relationships[0].as_one_to_many().expect("one to many");
    assert_eq!(one.cascade.delete, Some(CascadeDelete::Cascade));
}

#[test]
fn one_side_alone_is_enough() {
    let expected =
        ["Account.contacts -> [Contact], partner \"owner\"", "Contact.owner -> Account, partner \"contacts\""];
    let contact = draft("contact", &["id", "account_id"], vec![to_one("owner", "account_id", "account")]);
    assert_eq!(properties(&built(vec![draft("account", &["id"], vec![]), contact])), expected);

    let account = draft("account", &["id"], vec![to_many("staff", "contact", "account_id")]);
    let catalog = built(vec![account, draft("contact", &["id", "account_id"], vec![])]);
    let expected = ["Account.staff -> [Contact], partner \"account\"", "Contact.account -> Account, partner \"staff\""];
    assert_eq!(properties(&catalog), expected);
}

#[test]
fn both_sides_of_a_self_reference_become_one() {
    let relations = vec![to_one("manager", "manager_id", "user"), to_many("team", "user", "manager_id")];
    let catalog = built(vec![draft("user", &["id", "manager_id"], relations)]);
    assert_eq!(catalog.relationships.len(), 1);
    assert_eq!(
        properties(&catalog),
        ["User.manager -> User, partner \"team\"", "User.team -> [User], partner \"manager\""]
    );
}

#[test]
fn a_unique_lookup_makes_both_ends_single_valued() {
    let mut passport = draft("passport", &["id", "person_id"], vec![to_one("person", "person_id", "person")]);
    passport.unique_keys.push(KeyDraft { columns: words(&["person_id"]) });
    let catalog = built(vec![draft("person", &["id"], vec![]), passport]);
    assert_eq!(
        properties(&catalog),
        ["Passport.person -> Person, partner \"passport\"", "Person.passport -> Passport, partner \"person\""]
    );
}

#[test]
fn relations_that_share_a_lookup_and_differ_in_a_discriminator_are_one_lookup() {
    let arm = |target: &str| RelationDraft {
        condition: Ok(Some(when(true, "kind", target))),
        ..to_one(&format!("customer_{target}"), "customer_id", target)
    };
    let mut profile = draft("profile", &["id", "customer_id", "kind"], vec![arm("account"), arm("contact")]);
    profile.columns[2].ty = Some(AttributeType::String { max_length: None });
    let catalog = built(vec![draft("account", &["id"], vec![]), draft("contact", &["id"], vec![]), profile]);
    let lookup = &catalog.multi_table_lookups[0];
    assert_eq!((lookup.name.as_str(), lookup.type_name.as_str()), ("customer", "ProfileCustomer"));
    assert_eq!(lookup.arms, ["customerAccount", "customerContact"]);
    let conditions =
        catalog.relationships.iter().filter_map(|relationship| relationship.as_one_to_many()?.condition.as_ref());
    assert_eq!(conditions.filter_map(Condition::discriminator).count(), 2);
    let profile = catalog.find_entity("profile").expect("the entity");
    let discriminators = (0..3).map(|id| catalog.is_discriminator(profile, AttributeId(id)));
    assert_eq!(discriminators.collect::<Vec<_>>(), [false, false, true]);
}

#[test]
fn a_condition_of_a_self_reference_keeps_its_side_from_both_ends() {
    // Both speak of the record that is pointed at.
    let relations = vec![
        RelationDraft { condition: Ok(Some(when(false, "kind", "x"))), ..to_one("manager", "manager_id", "user") },
        RelationDraft { condition: Ok(Some(when(true, "kind", "x"))), ..to_many("team", "user", "manager_id") },
    ];
    let catalog = built(vec![draft("user", &["id", "manager_id", "kind"], relations)]);
    assert_eq!(catalog.relationships.len(), 1);
    let condition = catalog.relationships[0].as_one_to_many().and_then(|one| one.condition.clone());
    assert!(
        matches!(condition, Some(Condition::Compare { side: super::ConditionSide::Referenced, .. })),
        "{condition:?}"
    );
}

#[test]
fn every_problem_is_reported_with_entity_and_column() {
    let unreadable = RelationDraft { condition: Err("a function".to_owned()), ..to_one("odd", "b_id", "b") };
    let foreign = RelationDraft { condition: Ok(Some(when(true, "kind", "x"))), ..to_one("foreign", "b_id", "b") };
    let keyless = EntityDraft { primary_key: Vec::new(), ..draft("keyless", &["n"], vec![]) };
    let keyless =
        EntityDraft { columns: vec![ColumnDraft { nullable: true, ..keyless.columns[0].clone() }], ..keyless };
    let not_unique = RelationDraft { target_columns: words(&["x"]), ..to_one("by_x", "b_id", "b") };
    let two = RelationDraft { columns: words(&["b_id", "id"]), ..to_one("two", "b_id", "b") };
    let found = problems(vec![
        draft(
            "a",
            &["id", "b_id"],
            vec![
                unreadable,
                foreign,
                to_one("missing", "c_id", "b"),
                not_unique,
                two,
                to_one("away", "b_id", "elsewhere"),
            ],
        ),
        draft("b", &["id", "x"], vec![]),
        keyless,
    ]);
    for expected in [
        "a.odd: has a condition that cannot be read: a function",
        "a.foreign: has a condition on a.kind, which is not served",
        "a.c_id: is used by relation missing but is not served",
        "b.x: is referenced by a but is not unique",
        "a.two: does not name the same number of columns on both sides",
        "a.away: leads to elsewhere, which is not served: left out",
        "keyless: has no primary key and no unique constraint without nulls: its records can be listed, but neither \
         addressed nor written",
    ] {
        assert!(found.iter().any(|problem| problem == expected), "{expected}\n{found:#?}");
    }
    assert_eq!(found.len(), 7, "{found:#?}");
}

#[test]
fn a_single_valued_claim_over_a_lookup_that_is_not_unique_is_a_problem() {
    let claim = RelationDraft { is_single: true, ..to_many("passport", "passport", "person_id") };
    let found = problems(vec![draft("person", &["id"], vec![claim]), draft("passport", &["id", "person_id"], vec![])]);
    assert_eq!(found, ["passport.person_id: is the lookup of a one-to-one relationship with person but is not unique"]);
}

#[test]
fn an_intersect_of_composite_lookups_is_found() {
    let composite = |name: &str, columns: &[&str], target: &str| RelationDraft {
        columns: words(columns),
        target_columns: words(&["id", "part"]),
        ..to_one(name, "", target)
    };
    let side = |name: &str| EntityDraft { primary_key: words(&["id", "part"]), ..draft(name, &["id", "part"], vec![]) };
    let columns = ["left_id", "left_part", "right_id", "right_part"];
    let relations = vec![composite("l", &columns[..2], "left"), composite("r", &columns[2..], "right")];
    let pair = EntityDraft { primary_key: words(&columns), ..draft("pair", &columns, relations) };
    let catalog = built(vec![side("left"), side("right"), pair]);
    let many =
        catalog.relationships.iter().find_map(|relationship| relationship.as_many_to_many()).expect("many to many");
    assert_eq!(many.ends.each_ref().map(|end| end.navigation.as_str()), ["rights", "lefts"]);
    assert_eq!(many.ends.each_ref().map(|end| end.intersect_attributes.len()), [2, 2]);
}

fn says(table: &str, column: &str, says: Says) -> Remark {
    Remark { table: table.to_owned(), column: column.to_owned(), says }
}

#[test]
fn a_hierarchy_is_said_of_a_lookup_whichever_side_declares_it() {
    for relations in [
        vec![to_one("manager", "manager_id", "user")],
        vec![to_many("team", "user", "manager_id")],
        vec![to_one("manager", "manager_id", "user"), to_many("team", "user", "manager_id")],
    ] {
        let mut drafts = vec![draft("user", &["id", "manager_id"], relations)];
        remark(&mut drafts, &[says("user", "manager_id", Says::Hierarchy)]).expect("a lookup");
        let catalog = built(drafts);
        assert!(catalog.relationships[0].as_one_to_many().is_some_and(|one| one.hierarchical));
    }
}

#[test]
fn a_hierarchy_that_leads_to_another_table_is_a_problem() {
    let mut drafts = vec![
        draft("account", &["id"], vec![]),
        draft("contact", &["id", "account_id"], vec![to_one("owner", "account_id", "account")]),
    ];
    remark(&mut drafts, &[says("contact", "account_id", Says::Hierarchy)]).expect("a lookup");
    let expected = "contact.account_id: is named as a hierarchy but leads to another table, account";
    assert_eq!(problems(drafts), [expected]);
}

#[test]
fn remarks_about_what_is_not_there_are_problems_all_at_once() {
    let qualified = |namespace: &str| EntityDraft {
        table: Some(Table { namespace: Some(namespace.to_owned()), name: "twin".to_owned() }),
        ..draft("", &["id"], vec![])
    };
    let mut drafts = vec![draft("user", &["id", "age"], vec![]), qualified("a"), qualified("b")];
    let remarks = vec![
        says("users", "id", Says::Hierarchy),
        says("user", "manager_id", Says::Hierarchy),
        says("user", "age", Says::Hierarchy),
        says("user", "name", Says::Filled),
        says("twin", "id", Says::Filled),
        says("b.twin", "id", Says::Filled),
    ];
    let found = remark(&mut drafts, &remarks).expect_err("problems").to_string();
    assert_eq!(
        found.split("; ").collect::<Vec<_>>(),
        [
            "users.id: is named as a hierarchy but is not served",
            "user.manager_id: is named as a hierarchy but is not served",
            "user.age: is named as a hierarchy but is not a lookup",
            "user.name: is named as filled in but is not served",
            "twin.id: is named as filled in but there are several tables of that name: give it with its namespace",
        ]
    );
    assert_eq!(drafts.iter().map(|draft| draft.columns[0].has_default).collect::<Vec<_>>(), [false, false, true]);
}

/// A column that starts by itself and is never null.
fn counting(draft: &mut EntityDraft, column: usize) {
    draft.columns[column].has_default = true;
    draft.columns[column].nullable = false;
}

#[test]
fn a_version_counts_from_a_default_and_neither_addresses_nor_leads() {
    let version = |change: &dyn Fn(&mut EntityDraft)| {
        let mut note = draft("note", &["id", "row_version"], vec![]);
        counting(&mut note, 1);
        change(&mut note);
        let other = draft("other", &["id"], vec![]);
        let catalog = built(vec![note, other]);
        let id = catalog.find_entity("note").expect("the entity");
        catalog.entity(id).version
    };
    assert_eq!(version(&|_| {}), Some(AttributeId(1)));
    assert_eq!(version(&|note| note.columns[1].name = "revision".to_owned()), None);
    assert_eq!(version(&|note| note.columns[1].nullable = true), None);
    assert_eq!(version(&|note| note.columns[1].has_default = false), None);
    assert_eq!(version(&|note| note.columns[1].generated = true), None);
    assert_eq!(version(&|note| note.columns[1].ty = Some(AttributeType::Float)), None);
    assert_eq!(version(&|note| note.unique_keys.push(KeyDraft { columns: words(&["row_version"]) })), None);
    assert_eq!(version(&|note| note.relations.push(to_one("target", "row_version", "other"))), None);
}

#[test]
fn an_intersect_may_count_its_versions_and_nothing_else() {
    let kind = |is_counting: bool| {
        let relations = vec![to_one("left", "left_id", "side"), to_one("right", "right_id", "side")];
        let mut pair = draft("pair", &["id", "left_id", "right_id", "version"], relations);
        pair.unique_keys.push(KeyDraft { columns: words(&["left_id", "right_id"]) });
        if is_counting {
            counting(&mut pair, 3);
        }
        let catalog = built(vec![draft("side", &["id"], vec![]), pair]);
        let id = catalog.find_entity("pair").expect("the entity");
        catalog.entity(id).kind
    };
    assert_eq!(kind(true), EntityKind::Intersect);
    assert_eq!(kind(false), EntityKind::Table);
}

#[test]
fn tables_named_like_what_mutations_need_are_served_under_other_names() {
    let served = |names: &[&str]| {
        let catalog = built(names.iter().map(|name| draft(name, &["id"], vec![])).collect());
        catalog.entities.iter().map(|entity| entity.type_name.clone()).collect::<Vec<_>>()
    };
    let names = ["changed", "mutation", "outcome", "ref_result", "ref_status", "write_outcome"];
    let expected = names.map(|name| format!("{}Entity", super::name::pascal(name)));
    assert_eq!(served(&names), expected);
    assert_eq!(served(&["order", "order_change"]), ["Order", "OrderChangeEntity"]);
    let sets = ["orders_bind", "orders_change", "orders_payload"];
    for name in sets {
        assert_eq!(served(&["order", name]), ["Order".to_owned(), format!("{}Entity", super::name::pascal(name))]);
    }
}
