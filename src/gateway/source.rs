//! Where a catalog comes from: the entities that code registers, the tables that are discovered, and what code says
//! about either.

use sea_orm::ConnectionTrait;

use crate::{
    catalog::{self, Catalog, Definition, EntityDraft, IntersectName, Problems, Remark},
    reflect,
};

use super::BuildError;

/// What a builder collected.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// Entities that code registered.
    pub(super) registered: Vec<EntityDraft>,
    /// Whose tables are discovered, where any are; an empty list stands for the database's default namespace.
    pub(super) namespaces: Option<Vec<String>>,
    /// What code says about columns.
    pub(super) remarks: Vec<Remark>,
    /// What code says about intersect entities.
    pub(super) intersects: Vec<IntersectName>,
}

impl Source {
    /// Whether tables are discovered.
    pub(super) fn discovers(&self) -> bool {
        self.namespaces.is_some()
    }

    /// What code registered and said.
    pub(super) fn declared(&self) -> Result<Vec<EntityDraft>, Problems> {
        let mut drafts = self.registered.clone();
        catalog::remark(&mut drafts, &self.remarks)?;
        Ok(drafts)
    }

    /// Everything as it is now, before naming and checking.
    pub(super) async fn drafts(&self, connection: &impl ConnectionTrait) -> Result<Vec<EntityDraft>, BuildError> {
        let mut drafts = self.registered.clone();
        reflect::database::declare_types(connection, &mut drafts).await?;
        if let Some(namespaces) = &self.namespaces {
            drafts.extend(reflect::database::discover(connection, namespaces).await?);
        }
        catalog::remark(&mut drafts, &self.remarks)?;
        Ok(drafts)
    }

    /// The catalog of drafts and stored definitions.
    pub(super) fn catalog(&self, drafts: Vec<EntityDraft>, definitions: &[Definition]) -> Result<Catalog, Problems> {
        catalog::build(drafts, &self.intersects, definitions)
    }
}
