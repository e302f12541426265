//! Stand-in until the behaviors of SeaORM entities are here.
use sea_orm::DatabaseTransaction;

use super::Error;
use crate::{
    catalog::{Entity, EntityId},
    plan::{Literal, write::Assignment},
};

/// None.
#[derive(Debug, Clone, Default)]
pub struct Behaviors;
/// None.
#[derive(Debug, Clone)]
pub enum Behavior {}
/// None.
#[derive(Debug)]
pub enum Models {}

impl Behaviors {
    /// None.
    #[must_use]
    pub fn find(&self, _: EntityId) -> Option<&Behavior> {
        None
    }
}
#[expect(clippy::unused_async, clippy::missing_errors_doc, missing_docs)]
impl Behavior {
    pub async fn before_insert(
        &self,
        _: &DatabaseTransaction,
        _: &Entity,
        _: Vec<Assignment>,
    ) -> Result<Vec<Assignment>, Error> {
        match *self {}
    }
    pub async fn load(&self, _: &DatabaseTransaction, _: &Entity, _: &[Vec<Literal>]) -> Result<Models, Error> {
        match *self {}
    }
    pub async fn before_update(
        &self,
        _: &DatabaseTransaction,
        _: &Entity,
        _: &Models,
        _: Vec<Assignment>,
    ) -> Result<Vec<Vec<Assignment>>, Error> {
        match *self {}
    }
    pub async fn after_save(&self, _: &DatabaseTransaction, _: Models, _: bool) -> Result<(), Error> {
        match *self {}
    }
    pub async fn before_delete(&self, _: &DatabaseTransaction, _: &Models) -> Result<(), Error> {
        match *self {}
    }
    pub async fn after_delete(&self, _: &DatabaseTransaction, _: Models) -> Result<(), Error> {
        match *self {}
    }
}
