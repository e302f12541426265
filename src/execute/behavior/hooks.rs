//! The hooks of one SeaORM entity behind a trait that does not name its types.

use std::{collections::HashMap, marker::PhantomData};

use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ActiveValue, ColumnTrait, Condition, DatabaseTransaction, EntityTrait,
    IdenStatic, IntoActiveModel, Iterable, ModelTrait, QueryFilter, sea_query::Value,
};

use crate::{
    catalog::{AttributeId, Entity},
    plan::{self, Literal},
};

use super::{Models, Values, value};
use crate::execute::Error;

/// How many keys of several parts one statement asks for: SQLite nests conditions a thousand deep at most.
const COMPOSITE_KEYS: usize = 250;

#[async_trait::async_trait]
pub(super) trait Hooks: Send + Sync {
    fn table(&self) -> String;

    async fn before_insert(&self, tx: &DatabaseTransaction, entity: &Entity, values: Values) -> Result<Values, Error>;

    async fn load(&self, tx: &DatabaseTransaction, entity: &Entity, keys: &[Vec<Literal>]) -> Result<Models, Error>;

    async fn before_update(
        &self,
        tx: &DatabaseTransaction,
        entity: &Entity,
        models: &Models,
        values: &[(AttributeId, Option<Literal>)],
    ) -> Result<Vec<Values>, Error>;

    async fn after_save(&self, tx: &DatabaseTransaction, models: Models, insert: bool) -> Result<(), Error>;

    async fn before_delete(&self, tx: &DatabaseTransaction, models: &mut Models) -> Result<(), Error>;

    async fn after_delete(&self, tx: &DatabaseTransaction, models: Models) -> Result<(), Error>;
}

/// The hooks of an entity.
pub(super) struct Of<E>(PhantomData<fn() -> E>);

/// What is behind [`Models`].
pub(super) struct Loaded<E: EntityTrait> {
    pub(super) models: Vec<E::Model>,
    /// What `before_delete` made of them.
    deleting: Vec<E::ActiveModel>,
}

/// A value that was put into an active model.
struct Given {
    literal: Option<Literal>,
    /// As the field holds it; nothing where the field is of a type that the gateway cannot make a value of. The hook
    /// does not see those.
    value: Option<Value>,
}

impl<E> Of<E>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + Sync,
    E::ActiveModel: Send + Sync,
{
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }

    /// Puts values into an active model.
    fn set(
        model: &mut E::ActiveModel,
        entity: &Entity,
        values: &[(AttributeId, Option<Literal>)],
    ) -> Result<HashMap<AttributeId, Given>, Error> {
        let mut given = HashMap::with_capacity(values.len());
        for (id, literal) in values {
            // A lookup that was defined while the gateway ran is none of the entity's own columns.
            let value = match Self::find_column(entity, *id) {
                Some(column) => {
                    let value = Self::value(entity, *id, column, literal.as_ref())?;
                    if let Some(value) = value.clone() {
                        model.try_set(column, value).map_err(|_| refused(entity, *id))?;
                    }
                    value
                }
                None => None,
            };
            given.insert(*id, Given { literal: literal.clone(), value });
        }
        Ok(given)
    }

    /// A literal as the field holds it; nothing where the field's type is not known here.
    fn value(
        entity: &Entity,
        id: AttributeId,
        column: E::Column,
        literal: Option<&Literal>,
    ) -> Result<Option<Value>, Error> {
        let field = E::Model::get_value_type(column);
        match (value::null(&field), literal) {
            (None, _) => Ok(None),
            (null, None) => Ok(null),
            (_, Some(literal)) => value::to_value(literal, &field).map(Some).ok_or_else(|| refused(entity, id)),
        }
    }

    fn column(entity: &Entity, id: AttributeId) -> Result<E::Column, Error> {
        let missing = || Error::Value(format!("{} has no column {}", entity.table, entity.attribute(id).column));
        Self::find_column(entity, id).ok_or_else(missing)
    }

    fn find_column(entity: &Entity, id: AttributeId) -> Option<E::Column> {
        let name = &entity.attribute(id).column;
        E::Column::iter().find(|column| column.as_str() == name)
    }

    /// The values that are set in an active model: those that were given as they were given, and what the hook changed.
    fn values(
        model: &E::ActiveModel,
        entity: &Entity,
        mut given: HashMap<AttributeId, Given>,
        insert: bool,
    ) -> Result<Values, Error> {
        let mut values = Values::new();
        for column in E::Column::iter() {
            let id = entity.find_column(column.as_str());
            let given = id.and_then(|id| given.remove(&id));
            let value = match model.get(column) {
                ActiveValue::Set(value) => Some(value),
                // An insert writes these too.
                ActiveValue::Unchanged(value) if insert => Some(value),
                _ => None,
            };
            let literal = match (value, given) {
                (Some(value), Some(given)) if given.value.as_ref() == Some(&value) => given.literal,
                (Some(value), _) if value::is_null(&value) => None,
                (Some(value), _) => {
                    let misfit = || {
                        let (table, column) = (&entity.table, column.as_str());
                        Error::Value(format!("a hook sets {table}.{column} to what the gateway cannot write there"))
                    };
                    let ty = id.map(|id| &entity.attribute(id).ty).ok_or_else(misfit)?;
                    Some(value::to_literal(value, ty).ok_or_else(misfit)?)
                }
                (None, Some(Given { literal, value: None })) => literal,
                (None, _) => continue,
            };
            values.extend(id.map(|id| (id, literal)));
        }
        // What is none of the model's fields passes the hook by.
        let beside = given.into_iter().filter(|(id, _)| Self::find_column(entity, *id).is_none());
        values.extend(beside.map(|(id, given)| (id, given.literal)));
        Ok(values)
    }

    pub(super) fn loaded(models: &Models) -> &Loaded<E> {
        models.0.downcast_ref().expect("models come from the hooks that they are handed to")
    }
}

#[async_trait::async_trait]
impl<E> Hooks for Of<E>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + Sync,
    E::ActiveModel: Send + Sync,
{
    fn table(&self) -> String {
        E::default().table_name().to_owned()
    }

    async fn before_insert(&self, tx: &DatabaseTransaction, entity: &Entity, values: Values) -> Result<Values, Error> {
        let mut model = <E::ActiveModel as ActiveModelBehavior>::new();
        let given = Self::set(&mut model, entity, &values)?;
        let model = model.before_save(tx, true).await.map_err(Error::of_hook)?;
        Self::values(&model, entity, given, true)
    }

    async fn load(&self, tx: &DatabaseTransaction, entity: &Entity, keys: &[Vec<Literal>]) -> Result<Models, Error> {
        let columns: Vec<E::Column> =
            entity.primary_key.iter().map(|id| Self::column(entity, *id)).collect::<Result<_, _>>()?;
        let key = |key: &Vec<Literal>| -> Result<Vec<Value>, Error> {
            let parts = entity.primary_key.iter().zip(&columns).zip(key);
            parts
                .map(|((id, column), part)| {
                    Self::value(entity, *id, *column, Some(part))?.ok_or_else(|| refused(entity, *id))
                })
                .collect()
        };
        let keys: Vec<Vec<Value>> = keys.iter().map(key).collect::<Result<_, _>>()?;

        let mut found: HashMap<String, E::Model> = HashMap::with_capacity(keys.len());
        let chunk = if columns.len() == 1 { keys.len().max(1) } else { COMPOSITE_KEYS };
        for keys in keys.chunks(chunk) {
            let condition = match columns.as_slice() {
                [only] => Condition::all().add(only.is_in(keys.iter().flatten().cloned())),
                several => keys.iter().fold(Condition::any(), |any, key| {
                    let equal = several.iter().zip(key).map(|(column, part)| column.eq(part.clone()));
                    any.add(equal.fold(Condition::all(), Condition::add))
                }),
            };
            for model in E::find().filter(condition).all(tx).await? {
                let key: Vec<Value> = columns.iter().map(|column| model.get(*column)).collect();
                found.insert(format!("{key:?}"), model);
            }
        }
        let missing = || Error::Value(format!("a record of {} is not there for its hooks", entity.table));
        let model = |key: &Vec<Value>| found.get(&format!("{key:?}")).cloned().ok_or_else(missing);
        let models = keys.iter().map(model).collect::<Result<_, _>>()?;
        Ok(Models(Box::new(Loaded::<E> { models, deleting: Vec::new() })))
    }

    async fn before_update(
        &self,
        tx: &DatabaseTransaction,
        entity: &Entity,
        models: &Models,
        values: &[(AttributeId, Option<Literal>)],
    ) -> Result<Vec<Values>, Error> {
        let models = &Self::loaded(models).models;
        let mut changes = Vec::with_capacity(models.len());
        for model in models {
            let mut model = model.clone().into_active_model();
            let given = Self::set(&mut model, entity, values)?;
            let model = model.before_save(tx, false).await.map_err(Error::of_hook)?;
            changes.push(Self::values(&model, entity, given, false)?);
        }
        Ok(changes)
    }

    async fn after_save(&self, tx: &DatabaseTransaction, models: Models, insert: bool) -> Result<(), Error> {
        for model in &Self::loaded(&models).models {
            E::ActiveModel::after_save(model.clone(), tx, insert).await.map_err(Error::of_hook)?;
        }
        Ok(())
    }

    async fn before_delete(&self, tx: &DatabaseTransaction, models: &mut Models) -> Result<(), Error> {
        let mut deleting = Vec::new();
        for model in &Self::loaded(models).models {
            let model = model.clone().into_active_model();
            deleting.push(model.before_delete(tx).await.map_err(Error::of_hook)?);
        }
        if let Some(loaded) = models.0.downcast_mut::<Loaded<E>>() {
            loaded.deleting = deleting;
        }
        Ok(())
    }

    async fn after_delete(&self, tx: &DatabaseTransaction, models: Models) -> Result<(), Error> {
        for model in &Self::loaded(&models).deleting {
            model.clone().after_delete(tx).await.map_err(Error::of_hook)?;
        }
        Ok(())
    }
}

fn refused(entity: &Entity, id: AttributeId) -> Error {
    let name = &entity.attribute(id).name;
    let message = format!("{name} cannot take this value: it is not one of its field's type");
    plan::Error::invalid(message).entity(&entity.logical_name).with("attributes", vec![name.as_str()]).into()
}
