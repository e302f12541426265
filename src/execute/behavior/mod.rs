//! The hooks of SeaORM entities (`ActiveModelBehavior`), with their types forgotten: values go in and out as literals
//! by attribute, and records as what the entity itself loaded.

mod hooks;
#[cfg(test)]
mod tests;
mod value;

use std::{any::Any, collections::HashMap, fmt, sync::Arc};

use sea_orm::{DatabaseTransaction, EntityTrait, IntoActiveModel};

use crate::{
    catalog::{AttributeId, Catalog, Entity, EntityId, Table},
    plan::Literal,
};

use super::Error;
use hooks::{Hooks, Of};

/// Values of a record by attribute; nothing stands for null.
pub type Values = Vec<(AttributeId, Option<Literal>)>;

/// The hooks of one entity. Cloning is cheap.
#[derive(Clone)]
pub struct Behavior(Arc<dyn Hooks>);

/// Records as their entity loaded them, for its hooks.
pub struct Models(Box<dyn Any + Send + Sync>);

impl Behavior {
    /// The hooks of an entity.
    #[must_use]
    pub fn of<E>() -> Self
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel> + Sync,
        E::ActiveModel: Send + Sync,
    {
        Self(Arc::new(Of::<E>::new()))
    }

    /// What is to be inserted, once `before_save` has had its say: everything that is set then, what `new` sets too.
    ///
    /// # Errors
    /// A value that a field cannot take, or what the hook says.
    pub async fn before_insert(
        &self,
        transaction: &DatabaseTransaction,
        entity: &Entity,
        values: Values,
    ) -> Result<Values, Error> {
        self.0.before_insert(transaction, entity, values).await
    }

    /// The records at these values of the primary key, in that order.
    ///
    /// # Errors
    /// What the database answers, or that one of them is not there.
    pub async fn load(
        &self,
        transaction: &DatabaseTransaction,
        entity: &Entity,
        keys: &[Vec<Literal>],
    ) -> Result<Models, Error> {
        self.0.load(transaction, entity, keys).await
    }

    /// What is to be updated in each record, once `before_save` has had its say.
    ///
    /// # Errors
    /// A value that a field cannot take, or what the hook says.
    pub async fn before_update(
        &self,
        transaction: &DatabaseTransaction,
        entity: &Entity,
        models: &Models,
        values: &[(AttributeId, Option<Literal>)],
    ) -> Result<Vec<Values>, Error> {
        self.0.before_update(transaction, entity, models, values).await
    }

    /// Tells the hook of records that were inserted or updated, as they are now.
    ///
    /// # Errors
    /// What the hook says.
    pub async fn after_save(
        &self,
        transaction: &DatabaseTransaction,
        models: Models,
        insert: bool,
    ) -> Result<(), Error> {
        self.0.after_save(transaction, models, insert).await
    }

    /// Tells the hook of records that are to be deleted. What it makes of them is kept for [`Self::after_delete`].
    ///
    /// # Errors
    /// What the hook says.
    pub async fn before_delete(&self, transaction: &DatabaseTransaction, models: &mut Models) -> Result<(), Error> {
        self.0.before_delete(transaction, models).await
    }

    /// Tells the hook of records that were deleted.
    ///
    /// # Errors
    /// What the hook says.
    pub async fn after_delete(&self, transaction: &DatabaseTransaction, models: Models) -> Result<(), Error> {
        self.0.after_delete(transaction, models).await
    }
}

impl fmt::Debug for Behavior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Behavior({})", self.0.table())
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Models")
    }
}

/// The hooks of a catalog's entities. Tables that were discovered have none.
#[derive(Debug, Clone, Default)]
pub struct Behaviors(HashMap<EntityId, Behavior>);

impl Behaviors {
    /// The hooks that were registered by table, by the entities of a catalog.
    #[must_use]
    pub fn new(catalog: &Catalog, by_table: &HashMap<Table, Behavior>) -> Self {
        let of = |(id, entity): (EntityId, &Entity)| Some((id, by_table.get(&entity.table)?.clone()));
        Self(catalog.entities().filter_map(of).collect())
    }

    /// The hooks of an entity, where it has any.
    #[must_use]
    pub fn find(&self, entity: EntityId) -> Option<&Behavior> {
        self.0.get(&entity)
    }
}
