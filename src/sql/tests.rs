//! The statements of writes in each dialect, for entities of the demo. Nothing is run here; that they do what they say
//! is shown by the suites on real databases.

use std::fmt::Write as _;

use sea_orm::{DbBackend, EntityTrait};

use super::{Dialect, Keys, Lock, Parameter, Single, Statement, Write, enter_hierarchy, hold_ancestors, own_ancestors};
use crate::{
    catalog::{self, AttributeType, Catalog, EntityDraft, RelationshipId},
    plan::{Filter, Literal, Operand, operator::Operator},
    reflect,
};

fn draft<E: EntityTrait>(entity: E, backend: DbBackend) -> EntityDraft {
    reflect::entity(entity, backend)
}

fn demo(backend: DbBackend) -> Catalog {
    let mut users = draft(entity::systemuser::Entity, backend);
    for relation in &mut users.relations {
        relation.hierarchical = relation.is_referencing;
    }
    let drafts = vec![
        users,
        draft(entity::orderline::Entity, backend),
        draft(entity::salesorder::Entity, backend),
        draft(entity::teammembership::Entity, backend),
        draft(entity::team::Entity, backend),
    ];
    catalog::build(drafts, &[], &[]).expect("it builds")
}

/// The statements about an entity, each after its name.
fn statements(catalog: &Catalog, dialect: Dialect, name: &str) -> Vec<(&'static str, Statement)> {
    let id = catalog.find_entity(name).expect(name);
    let entity = catalog.entity(id);
    let write = Write { catalog, dialect, entity: id };
    let key = entity.primary_key.clone();
    let quantity = entity.find_attribute(if name == "orderline" { "quantity" } else { "versionnumber" }).expect("it");
    let seven = Literal::Integer(7);
    let filter =
        Filter::Compare { attribute: quantity, operator: Operator::Greater, operands: vec![seven.clone().into()] };
    let row: Vec<Option<Literal>> = key.iter().map(|_| None).chain([Some(seven.clone())]).collect();
    let columns: Vec<_> = key.iter().copied().chain([quantity]).collect();
    let values = vec![(quantity, Some(seven))];
    let one: Vec<Literal> = key.iter().map(|part| of_type(&entity.attribute(*part).ty)).collect();
    let given: Vec<_> = key.iter().copied().zip(one.iter().cloned()).collect();
    vec![
        ("found by keys that a client gave", write.find(&key, Keys::Given, None, &columns, Lock::Change)),
        ("found by stored keys", write.find(&key, Keys::Stored, None, &key, Lock::Reference)),
        ("among stored keys", write.among(&key, None, Some(&(quantity, Literal::Integer(7))), &key, Lock::Delete)),
        ("found by one key", write.find(&key, Keys::Given, Some(&one), &columns, Lock::Change)),
        ("found by one stored key", write.find(&key, Keys::Stored, Some(&one), &key, Lock::Reference)),
        ("deleted by one key", write.delete(Some(&one))),
        ("matching a filter", write.matching(&filter, &key, 6, Lock::Change)),
        ("inserted", write.insert(&columns, &[row.clone(), row.clone()], &key)),
        ("inserted unless they exist", write.insert_missing(&columns, &[row], &key, &key)),
        ("inserted from keys unless they exist", write.insert_keys(&key, &key)),
        ("updated", write.update(None, &values, entity.version.filter(|version| *version != quantity))),
        ("updated by a key that a client gave", write.update_given(&given, &values, None, 0, &key)),
        ("deleted", write.delete(None)),
    ]
}

fn of_type(ty: &AttributeType) -> Literal {
    match ty {
        AttributeType::Uuid(storage) => Literal::Uuid(uuid::Uuid::nil(), *storage),
        _ => Literal::Integer(1),
    }
}

fn line(text: &mut String, name: &str, statement: &Statement) {
    let lists =
        statement.parameters.iter().filter(|parameter| matches!(parameter, Parameter::ParentKeys { .. })).count();
    let values = statement.parameters.len() - lists;
    writeln!(text, "-- {name}: {lists} lists of keys, {values} values\n{}\n", statement.text).expect("text");
}

#[test]
fn what_writes_say_depends_on_the_operation_alone() {
    let databases = [
        ("sqlite", Dialect::Sqlite, DbBackend::Sqlite),
        ("postgres", Dialect::Postgres, DbBackend::Postgres),
        ("mariadb", Dialect::MySql, DbBackend::MySql),
    ];
    for (database, dialect, backend) in databases {
        let catalog = demo(backend);
        let mut text = String::new();
        for name in ["orderline", "teammembership"] {
            for (what, statement) in statements(&catalog, dialect, name) {
                // An update that answers is not asked of a database that has none.
                if what.starts_with("updated by a key") && !dialect.answers_updates() {
                    continue;
                }
                line(&mut text, &format!("{name} {what}"), &statement);
            }
        }
        let hierarchy = catalog
            .relationships
            .iter()
            .position(|relationship| relationship.as_one_to_many().is_some_and(|one| one.hierarchical));
        let hierarchy = RelationshipId(hierarchy.expect("users report to users"));
        let one = catalog.relationship(hierarchy).as_one_to_many().expect("it has a lookup");
        line(&mut text, "its own ancestors", &own_ancestors(&catalog, dialect, one));
        if let Some(enter) = enter_hierarchy(&catalog, dialect, hierarchy) {
            line(&mut text, "entering a hierarchy", &enter);
        }
        if let Some(hold) = hold_ancestors(&catalog, dialect, one) {
            line(&mut text, "holding what is above", &hold);
        }
        insta::assert_snapshot!(format!("writes_on_{database}"), text);
    }
}

#[test]
fn whole_mutations_are_one_statement() {
    let catalog = demo(DbBackend::Postgres);
    let id = catalog.find_entity("systemuser").expect("there are users");
    let primary_key = &catalog.entity(id).primary_key;
    let values: Vec<Literal> =
        primary_key.iter().map(|part| of_type(&catalog.entity(id).attribute(*part).ty)).collect();
    let key: Vec<_> = primary_key.iter().copied().zip(values.iter().cloned().map(Operand::from)).collect();
    let name = catalog.entity(id).find_attribute("fullname").expect("they have names");
    let mut lookups = catalog.relationships.iter().filter_map(|relationship| relationship.as_one_to_many());
    let manager = lookups.find(|one| one.hierarchical).expect("users report to users");
    let mut links = catalog.relationships.iter().filter_map(|relationship| relationship.as_many_to_many());
    let teams = links.find(|many| many.ends.iter().any(|end| end.entity == id)).expect("users are in teams");
    let role = usize::from(teams.ends[0].entity != id);
    let by = &catalog.entity(teams.ends[1 - role].entity).primary_key;
    let single = |generation| Single { catalog: &catalog, entity: id, generation, rows: None };
    let mut text = String::new();
    line(&mut text, "update", &single(0).update(&key, &[(name, Some(Literal::Text("x".to_owned()).into()))]));
    line(&mut text, "associate", &single(0).associate(manager, &key, &key, false));
    line(&mut text, "associate and tell", &single(3).associate(manager, &key, &key, true));
    line(&mut text, "associated", &single(0).associated(manager, &key, &key));
    line(&mut text, "connect", &single(3).connect(teams, role, &key, by, 100));
    line(&mut text, "hold", &single(3).hold(&key));
    line(&mut text, "replace", &single(3).replace(teams, role, &key, by, 100));
    insta::assert_snapshot!("writes_at_once", text);
}
