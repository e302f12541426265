//! Hooks of entities that cover every type of field, on every database: what goes into an active model comes back.

#[expect(unreachable_pub, reason = "what is derived is public")]
mod kind;
#[expect(unreachable_pub, reason = "what is derived is public")]
mod note;

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, EntityName, EntityTrait, IntoActiveModel, Schema,
    sea_query::Value,
};
use serde_json::json;

use super::{Behavior, Behaviors, Values};
use crate::{
    catalog::{self, AttributeId, Catalog, Entity, EntityId, Remark, Says, StoredValue, Table},
    error::Code,
    execute::{Database, Error, Transaction},
    plan::Literal,
    reflect,
};

/// Every database that is there, each with a transaction that nobody commits.
async fn databases() -> Vec<(DatabaseConnection, Transaction)> {
    let mut urls = vec!["sqlite::memory:".to_owned()];
    urls.extend(std::env::var("RELATA_TEST_POSTGRES"));
    let mut databases = Vec::new();
    for url in urls {
        let connection = sea_orm::Database::connect(Database::options(&url, 1)).await.expect("the database opens");
        let database = Database::of(&connection).expect("a supported database");
        let transaction = database.begin_write().await.expect("a transaction");
        databases.push((connection, transaction));
    }
    databases
}

async fn create<E: EntityTrait>(transaction: &Transaction, entity: E) {
    let schema = Schema::new(transaction.connection().expect("SeaORM's").get_database_backend());
    // One of each, however many columns have it.
    for ty in schema.create_enum_from_entity(entity).into_iter().take(1) {
        transaction.connection().expect("SeaORM's").execute(&ty).await.expect("the type is made");
    }
    transaction
        .connection()
        .expect("SeaORM's")
        .execute(&schema.create_table_from_entity(entity))
        .await
        .expect("the table is made");
}

fn catalog<E: EntityTrait>(transaction: &Transaction, entity: E, remarks: &[Remark]) -> Catalog {
    let mut drafts = vec![reflect::entity(entity, transaction.connection().expect("SeaORM's").get_database_backend())];
    catalog::remark(&mut drafts, remarks).expect("the columns are there");
    catalog::build(drafts, &[], &[]).expect("the catalog builds")
}

fn of<E>(_: E) -> Behavior
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + Sync,
    E::ActiveModel: Send + Sync,
{
    Behavior::of::<E>()
}

/// Values as literals of the attributes' types.
fn values(entity: &Entity, given: &serde_json::Value) -> Values {
    let members = given.as_object().expect("an object");
    members.iter().map(|(name, value)| self::value(entity, name, value)).collect()
}

fn value(entity: &Entity, name: &str, value: &serde_json::Value) -> (AttributeId, Option<Literal>) {
    let id = entity.find_attribute(name).expect(name);
    let literal = match &entity.attribute(id).ty {
        _ if value.is_null() => None,
        catalog::AttributeType::Json => Some(Literal::Json(value.clone())),
        ty => Some(Literal::parse(value, ty).expect(name)),
    };
    (id, literal)
}

fn sorted(mut values: Values) -> Values {
    values.sort_by_key(|(id, _)| *id);
    values
}

fn kinds() -> Vec<Remark> {
    let says = |column: &str, says| Remark { table: "behavior_kind".to_owned(), column: column.to_owned(), says };
    vec![
        says("mood", Says::Enum(reflect::active_enum::<kind::Mood>())),
        says("maybe_mood", Says::Enum(reflect::active_enum::<kind::Mood>())),
        says("level", Says::Enum(reflect::active_enum::<kind::Level>())),
        says("maybe_level", Says::Enum(reflect::active_enum::<kind::Level>())),
    ]
}

/// A record with a value in every field.
fn full() -> serde_json::Value {
    json!({
        "id": 1, "small": i16::MIN, "normal": i32::MAX, "big": i64::MIN.to_string(), "single": 0.1,
        "double": 1e300, "price": "79228162514264.33759354395033", "flag": true, "name": "Größe 🦀",
        "uuid": "0190163d-8694-739b-aea5-966c26f8ad91", "day": "2024-02-29", "hour": "23:59:59.123456",
        "utc": "2024-02-29T23:59:59.123456Z", "zoned": "2024-02-29T23:59:59.123456+05:30",
        "plain": "1969-12-31T00:00:00Z", "local": "2024-07-01T00:00:00Z",
        "document": { "b": [1, 2.5, null], "a": "x" }, "data": "AP8=", "mood": "GOOD", "level": "HIGH", "kind": "SO_SO",
        "maybeSmall": 7, "maybePrice": "0.10", "maybeName": "", "maybeUuid": "0190163d-8694-739b-aea5-966c26f8ad92",
        "maybeUtc": "1970-01-01T00:00:00Z", "maybeDocument": [], "maybeData": "", "maybeMood": "BAD",
        "maybeLevel": "LOW", "maybeKind": "FINE", "maybeDay": "0001-01-01", "maybeFlag": false, "maybeDouble": -0.5,
        "maybeSettings": { "theme": "dark", "size": 3 }
    })
}

/// The same with nothing where that is possible.
fn sparse() -> serde_json::Value {
    let mut given = full();
    for (name, value) in given.as_object_mut().expect("an object") {
        if name.starts_with("maybe") {
            *value = serde_json::Value::Null;
        }
    }
    given["id"] = 2.into();
    given
}

#[tokio::test]
async fn what_goes_into_an_active_model_of_every_type_comes_back() {
    for (_connection, transaction) in databases().await {
        create(&transaction, kind::Entity).await;
        let catalog = catalog(&transaction, kind::Entity, &kinds());
        let entity = catalog.entity(EntityId(0));
        let behavior = of(kind::Entity);
        for record in [full(), sparse()] {
            let given = values(entity, &record);
            assert_eq!(given.len(), entity.attributes.len(), "a value for every attribute");
            let back = behavior
                .before_insert(transaction.connection().expect("SeaORM's"), entity, given.clone())
                .await
                .expect("values");
            assert_eq!(sorted(back), sorted(given));
        }
    }
}

/// Puts a record into its table through SeaORM.
async fn insert<A>(transaction: &Transaction, entity: &Entity, model: A, values: &Values)
where
    A: ActiveModelTrait + sea_orm::ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    use sea_orm::{IdenStatic, Iterable, ModelTrait};
    let mut model = model;
    for (id, literal) in values {
        let column = <A::Entity as EntityTrait>::Column::iter()
            .find(|column| column.as_str() == entity.attribute(*id).column)
            .expect("the column");
        let field = <A::Entity as EntityTrait>::Model::get_value_type(column);
        let value: Value = match literal {
            Some(literal) => super::value::to_value(literal, &field).expect("it fits"),
            None => super::value::null(&field).expect("a known type"),
        };
        model.set(column, value);
    }
    <A::Entity as EntityTrait>::insert(model)
        .exec_without_returning(transaction.connection().expect("SeaORM's"))
        .await
        .expect("a row");
}

#[tokio::test]
async fn records_are_loaded_in_the_order_of_their_keys_and_changed_one_by_one() {
    for (_connection, transaction) in databases().await {
        create(&transaction, kind::Entity).await;
        let catalog = catalog(&transaction, kind::Entity, &kinds());
        let entity = catalog.entity(EntityId(0));
        for record in [full(), sparse()] {
            let model = <kind::ActiveModel as ActiveModelTrait>::default();
            insert(&transaction, entity, model, &values(entity, &record)).await;
        }
        let (behavior, tx) = (of(kind::Entity), transaction.connection().expect("SeaORM's"));
        let keys = [2, 1, 2].map(|key| vec![Literal::Integer(key)]);
        let models = behavior.load(tx, entity, &keys).await.expect("models");
        let loaded = super::hooks::Of::<kind::Entity>::loaded(&models);
        assert_eq!(loaded.models.iter().map(|model| model.id).collect::<Vec<_>>(), [2, 1, 2]);
        let change = values(entity, &json!({ "name": "new", "maybePrice": null, "price": "12.50" }));
        let changes = behavior.before_update(tx, entity, &models, &change).await.expect("values");
        assert_eq!(changes.into_iter().map(sorted).collect::<Vec<_>>(), vec![sorted(change); 3]);

        let missing = behavior.load(tx, entity, &[vec![Literal::Integer(3)]]).await.expect_err("not there");
        assert_eq!(missing.code(), Code::Internal);
    }
}

#[tokio::test]
async fn keys_of_several_parts_are_loaded_by_the_hundred() {
    for (_connection, transaction) in databases().await {
        create(&transaction, kind::pair::Entity).await;
        let catalog = catalog(&transaction, kind::pair::Entity, &[]);
        let entity = catalog.entity(EntityId(0));
        let tx = transaction.connection().expect("SeaORM's");
        let rows: Vec<_> = (0..600_i64).map(|n| kind::pair::Model { left: n, right: format!("r{}", n % 7) }).collect();
        let active = rows.iter().cloned().map(IntoActiveModel::into_active_model);
        kind::pair::Entity::insert_many(active).exec_without_returning(tx).await.expect("rows");
        let keys = rows.iter().rev().map(|row| vec![Literal::Integer(row.left), Literal::Text(row.right.clone())]);
        let models = of(kind::pair::Entity).load(tx, entity, &keys.collect::<Vec<_>>()).await.expect("models");
        let loaded = super::hooks::Of::<kind::pair::Entity>::loaded(&models);
        assert!(loaded.models.iter().eq(rows.iter().rev()));
    }
}

#[tokio::test]
async fn a_value_that_a_field_cannot_take_is_refused_by_the_attributes_name() {
    for (_connection, transaction) in databases().await {
        let catalog = catalog(&transaction, kind::Entity, &kinds());
        let entity = catalog.entity(EntityId(0));
        let check = async |name: &str, literal: Option<Literal>| {
            let id = entity.find_attribute(name).expect(name);
            let refused = of(kind::Entity)
                .before_insert(transaction.connection().expect("SeaORM's"), entity, vec![(id, literal)])
                .await;
            let refused = refused.expect_err("it does not fit");
            assert_eq!(refused.code(), Code::Invalid);
            assert!(
                matches!(&refused, Error::Refused(refusal) if refusal.details["attributes"] == json!([name])),
                "{refused:?}"
            );
            assert!(refused.public_message().starts_with(name));
        };
        check("small", Some(Literal::Integer(40_000))).await;
        check("small", None).await;
        check("price", Some(Literal::Decimal("1.00000000000000000000000000001".to_owned()))).await;
        check("mood", Some(Literal::Text("unheard of".to_owned()))).await;
        check("level", Some(Literal::Integer(7))).await;
        check("maybeSettings", Some(Literal::Json(json!({ "theme": 1 })))).await;
        check("day", Some(Literal::Text("infinity".to_owned()))).await;
    }
    assert!(matches!(reflect::active_enum::<kind::Level>(), catalog::AttributeType::Enum(list)
        if list.values[0].stored == StoredValue::Integer(1)));
}

#[tokio::test]
async fn a_hook_changes_refuses_and_hears_what_happens() {
    for (_connection, transaction) in databases().await {
        create(&transaction, note::Entity).await;
        create(&transaction, note::log::Entity).await;
        let catalog = catalog(&transaction, note::Entity, &[]);
        let entity = catalog.entity(EntityId(0));
        let (behavior, tx) = (of(note::Entity), transaction.connection().expect("SeaORM's"));

        let given = values(entity, &json!({ "id": 1, "title": "Hello World" }));
        let inserted = behavior.before_insert(tx, entity, given).await.expect("values");
        let expected = json!({ "id": 1, "title": "Hello World", "slug": "hello-world", "state": "new", "changes": 0 });
        assert_eq!(sorted(inserted.clone()), sorted(values(entity, &expected)));
        let model = <note::ActiveModel as ActiveModelTrait>::default();
        insert(&transaction, entity, model, &inserted).await;

        let keys = [vec![Literal::Integer(1)]];
        let models = behavior.load(tx, entity, &keys).await.expect("a model");
        behavior.after_save(tx, models, true).await.expect("the hook agrees");
        let models = behavior.load(tx, entity, &keys).await.expect("a model");
        let change = values(entity, &json!({ "title": "Bye" }));
        let changed = behavior.before_update(tx, entity, &models, &change).await.expect("values");
        let expected = json!({ "title": "Bye", "slug": "bye", "changes": 1 });
        assert_eq!(sorted(changed[0].clone()), sorted(values(entity, &expected)));
        behavior.after_save(tx, models, false).await.expect("the hook agrees");

        let empty = values(entity, &json!({ "title": "" }));
        let models = behavior.load(tx, entity, &keys).await.expect("a model");
        let refused = behavior.before_update(tx, entity, &models, &empty).await.expect_err("the hook refuses");
        assert_eq!((refused.code(), refused.public_message().as_str()), (Code::Invalid, "a note has a title"));
        let odd = values(entity, &json!({ "title": "odd" }));
        let refused = behavior.before_update(tx, entity, &models, &odd).await.expect_err("nobody reads that");
        assert_eq!(refused.code(), Code::Internal);

        let mut models = behavior.load(tx, entity, &keys).await.expect("a model");
        behavior.before_delete(tx, &mut models).await.expect("the hook agrees");
        behavior.after_delete(tx, models).await.expect("the hook agrees");
        let log = note::log::Entity::find().all(tx).await.expect("the log");
        let lines: Vec<_> = log.iter().map(|line| line.line.as_str()).collect();
        assert_eq!(lines, ["inserted hello-world", "updated hello-world", "deleting hello-world", "deleted gone"]);

        // The last, because PostgreSQL ends a transaction that met an error.
        let taken = values(entity, &json!({ "id": 2, "title": "taken" }));
        let refused = behavior.before_insert(tx, entity, taken).await.expect_err("the database refuses");
        let Error::Driver(inner) = &refused else { panic!("{refused:?}") };
        assert!(inner.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation));
    }
}

#[tokio::test]
async fn behaviors_are_found_by_the_entity_of_their_table() {
    for (_connection, transaction) in databases().await {
        let catalog = catalog(&transaction, note::Entity, &[]);
        let table = |name: &str| Table { namespace: None, name: name.to_owned() };
        let known = HashMap::from([
            (table(note::Entity.table_name()), of(note::Entity)),
            (table(kind::Entity.table_name()), of(kind::Entity)),
        ]);
        let behaviors = Behaviors::new(&catalog, &known);
        let found = behaviors.find(EntityId(0)).map(|behavior| format!("{behavior:?}"));
        assert_eq!(found.as_deref(), Some("Behavior(behavior_note)"));
        assert!(behaviors.find(EntityId(1)).is_none());
    }
}
