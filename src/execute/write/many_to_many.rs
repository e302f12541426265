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
    create::Fresh,
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

    /// The same, to look others up in.
    fn known(&self, rows: &[Record]) -> HashSet<String> {
        self.others(rows).iter().map(identity).collect()
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
        let links = Links { many, role, own: self.side(many, role, record)? };
        let target = change.hop.target;
        match operation {
            LinkOperation::Associate(addresses) => {
                let targets = self.find(target, addresses, Part::Target, Lock::Reference).await?;
                let known = self.linked(&links, &targets).await?;
                self.connect(&links, &targets, &known).await
            }
            LinkOperation::Create(records) => {
                let targets = self.create_all(records, &[]).await?;
                self.connect(&links, &targets, &[]).await
            }
            LinkOperation::Disassociate { refs, if_exists } => {
                let targets = self.find(target, refs, Part::Target, Lock::Reference).await?;
                let rows = self.linked(&links, &targets).await?;
                let known = links.known(&rows);
                let is_linked =
                    |target: &Record| links.other(target).is_some_and(|other| known.contains(&identity(&other)));
                if let Some(stranger) = targets.iter().find(|target| !is_linked(target)).filter(|_| !if_exists) {
                    return Err(not_associated(&record.reference, stranger).into());
                }
                self.delete(many.intersect, rows).await?;
                let status = |target: &Record| {
                    if is_linked(target) { RefStatus::Disassociated } else { RefStatus::NotAssociated }
                };
                Ok(targets.iter().map(|target| target.with_status(status(target))).collect())
            }
            LinkOperation::Replace(addresses) => {
                let targets = self.find(target, addresses, Part::Target, Lock::Reference).await?;
                let rows = self.all_links(&links).await?;
                let wanted: HashSet<String> =
                    targets.iter().filter_map(|target| links.other(target)).map(|other| identity(&other)).collect();
                let is_wanted = |row: &Record| {
                    row.values(links.other_attributes()).is_some_and(|other| wanted.contains(&identity(&other)))
                };
                let (kept, gone): (Vec<Record>, Vec<Record>) = rows.into_iter().partition(is_wanted);
                let removed = self.disconnect(&links, change, gone).await?;
                let mut outcomes = self.connect(&links, &targets, &kept).await?;
                outcomes.extend(removed);
                Ok(outcomes)
            }
            LinkOperation::Clear => {
                let rows = self.all_links(&links).await?;
                self.disconnect(&links, change, rows).await
            }
        }
    }

    /// The rows that link the record with any of the targets.
    async fn linked(&mut self, links: &Links<'_>, targets: &[Record]) -> Result<Vec<Record>, Error> {
        let others = targets.iter().filter_map(|target| links.other(target));
        let pairs: Vec<Key> = others.map(|other| links.pair(&other)).collect();
        self.among(links.many.intersect, &links.attributes(), None, &pairs, Lock::Delete).await
    }

    /// All rows that link the record.
    async fn all_links(&mut self, links: &Links<'_>) -> Result<Vec<Record>, Error> {
        let key = std::slice::from_ref(&links.own);
        self.among(links.many.intersect, links.own_attributes(), None, key, Lock::Delete).await
    }

    /// Links the record with all targets; `known` are the rows that exist.
    async fn connect(
        &mut self,
        links: &Links<'_>,
        targets: &[Record],
        known: &[Record],
    ) -> Result<Vec<RefOutcome>, Error> {
        let known = links.known(known);
        let mut pairs = Vec::new();
        for target in distinct(&targets.iter().collect::<Vec<_>>()) {
            let other = self.side(links.many, 1 - links.role, target)?;
            if !known.contains(&identity(&other)) {
                pairs.push(links.pair(&other));
            }
        }
        let inserted = self.insert_pairs(links.many, &links.attributes(), &pairs).await?;
        let mut inserted = links.known(&inserted);
        let outcomes = targets.iter().map(|target| {
            // A second reference to the same record finds it linked.
            let is_new = links.other(target).is_some_and(|other| inserted.remove(&identity(&other)));
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
        let (role, target) = (link.hop.role(), link.hop.target);
        let (mut addresses, mut fresh, mut sources) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
        for (index, operation) in operations {
            match operation {
                LinkOperation::Associate(refs) => {
                    addresses.extend(refs.iter().cloned());
                    sources[0].extend(refs.iter().map(|_| *index));
                }
                LinkOperation::Create(records) => {
                    fresh.extend(records.iter().map(|record| Fresh { record, also: Vec::new() }));
                    sources[1].extend(records.iter().map(|_| *index));
                }
                // A new record has no links that could be undone.
                LinkOperation::Disassociate { .. } | LinkOperation::Replace(_) | LinkOperation::Clear => {}
            }
        }
        let mut targets = self.find(target, &addresses, Part::Target, Lock::Reference).await?;
        targets.extend(self.create_each(&fresh).await?);
        let (mut pairs, mut seen) = (Vec::with_capacity(targets.len()), HashSet::new());
        for (index, target) in sources.iter().flatten().zip(&targets) {
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
        let row = |pair: &Key| attributes.iter().copied().zip(pair.iter().cloned().map(Some)).collect();
        let inserted = self.insert_missing(many.intersect, pairs.iter().map(row).collect()).await?;
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

/// What tells a stored key from others. There are no floating-point numbers among keys' values as they are stored.
fn identity(key: &Key) -> String {
    format!("{key:?}")
}
