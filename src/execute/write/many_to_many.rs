//! Links over an intersect: its rows come and go, the records at both ends stay as they are.

use std::collections::HashSet;

use crate::{
    catalog::{AttributeId, ManyToMany},
    error::Code,
    execute::Error,
    plan::{
        self, Literal,
        write::{LinkChange, LinkOperation},
    },
    sql::{Keys, Lock},
};

use super::{
    create::Named,
    link::{RefOutcome, RefStatus},
    one_to_many::{distinct, not_associated},
    record::{Part, Record},
    writer::{Key, Writer},
};

/// The links of one record: which way they lead, and what of the intersect stands for the record.
struct Links<'a> {
    many: &'a ManyToMany,
    role: usize,
    own: Key,
}

impl Links<'_> {
    fn own_attributes(&self) -> &[AttributeId] {
        &self.many.ends[self.role].intersect_attributes
    }

    fn other_attributes(&self) -> &[AttributeId] {
        &self.many.ends[1 - self.role].intersect_attributes
    }

    /// What stands for a record of the other end in the intersect.
    fn other(&self, record: &Record) -> Option<Key> {
        record.values(&self.many.ends[1 - self.role].attributes)
    }

    /// Both lookups of the row that links the record with another.
    fn pair(&self, other: &[Literal]) -> Key {
        self.own.iter().chain(other).cloned().collect()
    }

    /// What rows of the intersect hold of the records at the other end.
    fn others(&self, rows: &[Record]) -> Vec<Key> {
        rows.iter().filter_map(|row| row.values(self.other_attributes())).collect()
    }

    fn attributes(&self) -> Vec<AttributeId> {
        self.own_attributes().iter().chain(self.other_attributes()).copied().collect()
    }
}

impl Writer<'_> {
    /// Does what is asked with the rows of the intersect that stand for links of a record.
    pub(super) async fn many_to_many(
        &mut self,
        record: &Record,
        change: &LinkChange,
        many: &ManyToMany,
        operation: &LinkOperation,
    ) -> Result<Vec<RefOutcome>, Error> {
        let role = change.hop.role();
        if *operation == LinkOperation::Clear && record.values(&many.ends[role].attributes).is_none() {
            return Ok(Vec::new());
        }
        let links = Links { many, role, own: self.side(many, role, record)? };
        let target = change.hop.target;
        match operation {
            LinkOperation::Associate(addresses) => {
                let targets = self.find(target, addresses, Part::Target, Lock::Reference).await?;
                let linked = self.linked(&links, &targets).await?;
                self.connect(&links, &targets, &references(&targets, &linked)).await
            }
            LinkOperation::Create(records) => {
                let targets = self.create_all(records, &[]).await?;
                self.connect(&links, &targets, &HashSet::new()).await
            }
            LinkOperation::Disassociate { refs, if_exists } => {
                let targets = self.find(target, refs, Part::Target, Lock::Reference).await?;
                let linked = self.linked(&links, &targets).await?;
                let known = references(&targets, &linked);
                let is_linked = |target: &Record| known.contains(target.reference.as_str());
                if let Some(stranger) = targets.iter().find(|target| !is_linked(target)).filter(|_| !if_exists) {
                    return Err(not_associated(&record.reference, stranger).into());
                }
                self.delete(many.intersect, linked.into_iter().map(|(_, row)| row).collect()).await?;
                let status = |target: &Record| {
                    if is_linked(target) { RefStatus::Disassociated } else { RefStatus::NotAssociated }
                };
                Ok(targets.iter().map(|target| target.with_status(status(target))).collect())
            }
            LinkOperation::Replace(addresses) => {
                if let Some(outcomes) = self.replace_at_once(many, role, record, addresses).await? {
                    return Ok(outcomes);
                }
                let targets = self.find(target, addresses, Part::Target, Lock::Reference).await?;
                let mut rows = self.all_links(&links).await?;
                let linked = if rows.is_empty() { Vec::new() } else { self.linked(&links, &targets).await? };
                let kept: HashSet<&str> = linked.iter().map(|(_, row)| row.reference.as_str()).collect();
                rows.retain(|row| !kept.contains(row.reference.as_str()));
                let removed = self.disconnect(&links, change, rows).await?;
                let mut outcomes = self.connect(&links, &targets, &references(&targets, &linked)).await?;
                outcomes.extend(removed);
                Ok(outcomes)
            }
            LinkOperation::Clear => {
                let rows = self.all_links(&links).await?;
                self.disconnect(&links, change, rows).await
            }
        }
    }

    /// The rows that link the record with the targets, each with the position of its target: the database compares, for
    /// which two spellings may be one key.
    async fn linked(&mut self, links: &Links<'_>, targets: &[Record]) -> Result<Vec<(usize, Record)>, Error> {
        let others = targets.iter().enumerate().filter_map(|(index, target)| Some((index, links.other(target)?)));
        let (indexes, pairs): (Vec<usize>, Vec<Key>) = others.map(|(index, other)| (index, links.pair(&other))).unzip();
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
        let (intersect, by) = (links.many.intersect, links.attributes());
        let found = self.find_keys(intersect, &by, Keys::Stored, &pairs, Lock::Delete, false).await?;
        Ok(found.into_iter().map(|(ordinal, row)| (indexes[ordinal], row)).collect())
    }

    /// All rows that link the record.
    async fn all_links(&mut self, links: &Links<'_>) -> Result<Vec<Record>, Error> {
        let key = std::slice::from_ref(&links.own);
        self.among(links.many.intersect, links.own_attributes(), None, key, Lock::Delete).await
    }

    /// Links the record with all targets but those of the given references, which are linked.
    async fn connect(
        &mut self,
        links: &Links<'_>,
        targets: &[Record],
        known: &HashSet<&str>,
    ) -> Result<Vec<RefOutcome>, Error> {
        let mut missing = distinct(&targets.iter().collect::<Vec<_>>());
        missing.retain(|target| !known.contains(target.reference.as_str()));
        let mut pairs = Vec::with_capacity(missing.len());
        for target in &missing {
            pairs.push(links.pair(&self.side(links.many, 1 - links.role, target)?));
        }
        let inserted = self.insert_pairs(links.many, &links.attributes(), &pairs).await?;
        if inserted.len() < pairs.len() {
            // Others were linked in between.
            let inserted: HashSet<String> = links.others(&inserted).iter().map(identity).collect();
            missing.retain(|target| links.other(target).is_some_and(|other| inserted.contains(&identity(&other))));
        }
        let mut new: HashSet<&str> = missing.iter().map(|target| target.reference.as_str()).collect();
        let outcomes = targets.iter().map(|target| {
            // A second reference to the same record finds it linked.
            let is_new = new.remove(target.reference.as_str());
            target.with_status(if is_new { RefStatus::Associated } else { RefStatus::AlreadyAssociated })
        });
        Ok(outcomes.collect())
    }

    /// Links records that have just been created with existing and with new ones.
    pub(super) async fn link_new(
        &mut self,
        many: &ManyToMany,
        link: &LinkChange,
        created: &[Record],
        operations: &[(usize, &LinkOperation)],
    ) -> Result<(), Error> {
        let (role, named) = (link.hop.role(), Named::by(operations));
        let mut targets = self.existing(link.hop.target, &named, Lock::Reference).await?;
        targets.extend(self.fresh(&named).await?);
        let (mut pairs, mut seen) = (Vec::with_capacity(targets.len()), HashSet::new());
        for (index, target) in &targets {
            let mut pair = self.side(many, role, &created[*index])?;
            pair.extend(self.side(many, 1 - role, target)?);
            if seen.insert(identity(&pair)) {
                pairs.push(pair);
            }
        }
        let ends = [&many.ends[role], &many.ends[1 - role]];
        let attributes: Vec<AttributeId> = ends.iter().flat_map(|end| &end.intersect_attributes).copied().collect();
        self.insert_pairs(many, &attributes, &pairs).await?;
        Ok(())
    }

    /// What stands for a record in the rows of an intersect.
    fn side(&self, many: &ManyToMany, role: usize, record: &Record) -> Result<Key, Error> {
        let end = &many.ends[role];
        match record.values(&end.attributes) {
            Some(key) => Ok(key),
            None => Err(self.unreferenced(end.entity, &end.attributes, record)),
        }
    }

    /// Inserts rows of an intersect that hold these values of its lookups; answers those that were not there before.
    async fn insert_pairs(
        &mut self,
        many: &ManyToMany,
        attributes: &[AttributeId],
        pairs: &[Key],
    ) -> Result<Vec<Record>, Error> {
        let inserted = self.insert_keys(many.intersect, attributes, pairs).await?;
        if inserted.len() < pairs.len() {
            // Whoever linked the same records in between has done what is asked; another unique key has not.
            let present = self.among(many.intersect, attributes, None, pairs, Lock::Reference).await?;
            if present.len() < pairs.len() {
                let entity = &self.catalog.entity(many.intersect).logical_name;
                let message = format!("another record of {entity} stands in the way of a link");
                return Err(Error::Raced(plan::Error::new(Code::Conflict, message).entity(entity)));
            }
        }
        Ok(inserted)
    }

    /// Undoes links; answers the records that they led to.
    async fn disconnect(
        &mut self,
        links: &Links<'_>,
        change: &LinkChange,
        rows: Vec<Record>,
    ) -> Result<Vec<RefOutcome>, Error> {
        let keys = links.others(&rows);
        self.delete(links.many.intersect, rows).await?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let by = &links.many.ends[1 - links.role].attributes;
        let found = self.find_keys(change.hop.target, by, Keys::Stored, &keys, Lock::Reference, false).await?;
        Ok(found.into_iter().map(|(_, target)| target.with_status(RefStatus::Disassociated)).collect())
    }
}

/// The references of the targets that rows link.
fn references<'t>(targets: &'t [Record], linked: &[(usize, Record)]) -> HashSet<&'t str> {
    linked.iter().filter_map(|(index, _)| targets.get(*index)).map(|target| target.reference.as_str()).collect()
}

/// What tells a stored key from others. There are no floating-point numbers among keys' values as they are stored.
fn identity(key: &Key) -> String {
    format!("{key:?}")
}
