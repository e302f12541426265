//! Where a catalog comes from: the entities that code registers, the tables that are discovered, and what code says
//! about either.

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use crate::{
    catalog::{self, Catalog, Definition, EntityDraft, IntersectName, Problems, Remark},
    config::{Config, Ground, suggest},
    plan::Limits,
    reflect,
};

use super::BuildError;

/// What a builder collected.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    /// Entities that code registered.
    pub(super) registered: Vec<EntityDraft>,
    /// Whose tables are discovered, where any are; an empty list stands for the database's default namespace.
    pub(super) namespaces: Option<Vec<String>>,
    /// What code says about columns.
    pub(super) remarks: Vec<Remark>,
    /// What code says about intersect entities.
    pub(super) intersects: Vec<IntersectName>,
    /// What one operation may ask for, where the configuration says nothing else.
    pub(super) limits: Limits,
    /// What a user says of all of it.
    pub(super) config: Option<Arc<Config>>,
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
            let configured = self.config.as_ref().map_or(&[][..], |config| config.namespaces());
            let namespaces = if namespaces.is_empty() { configured } else { namespaces };
            drafts.extend(reflect::database::discover(connection, namespaces).await?);
        }
        catalog::remark(&mut drafts, &self.remarks)?;
        Ok(drafts)
    }

    /// The catalog of drafts and stored definitions, as the configuration has it.
    pub(super) fn catalog(
        &self,
        mut drafts: Vec<EntityDraft>,
        definitions: &[Definition],
    ) -> Result<Catalog, BuildError> {
        let Some(config) = &self.config else {
            return Ok(catalog::build(drafts, &self.intersects, definitions)?);
        };
        let given = config.apply(&mut drafts, definitions)?;
        catalog::build_given(drafts, &self.intersects, definitions, &given)
            .map_err(|problems| config.explain(problems).map_or_else(BuildError::Problems, BuildError::Config))
    }

    /// A configuration for what the tables leave open.
    pub(super) fn suggest(
        &self,
        mut drafts: Vec<EntityDraft>,
        definitions: &[Definition],
    ) -> Result<String, BuildError> {
        let catalog = self.catalog(drafts.clone(), definitions)?;
        let config = self.config.as_ref();
        let given = config.map(|config| config.apply(&mut drafts, definitions)).transpose()?.unwrap_or_default();
        let end = config.map_or(0, |config| config.text().len());
        let (drafts, intersects) = (drafts.as_slice(), self.intersects.as_slice());
        Ok(suggest(Ground { drafts, given: &given, end, intersects, definitions, catalog: &catalog }))
    }

    /// What one operation may ask for.
    pub(super) fn limits(&self) -> Limits {
        let config = self.config.as_ref();
        let default_size = config.and_then(|config| config.default_size());
        let largest_size = config.and_then(|config| config.largest_size());
        // What is asked for by default can be asked for.
        let max_page = largest_size.unwrap_or_else(|| self.limits.max_page.max(default_size.unwrap_or_default()));
        let default_page = default_size.unwrap_or(self.limits.default_page).min(max_page);
        let max_answer = config.and_then(|config| config.max_answer()).and_then(|bytes| bytes.try_into().ok());
        let max_answer = max_answer.unwrap_or(self.limits.max_answer);
        Limits { default_page, max_page, max_answer, ..self.limits }
    }
}
