//! Links over an intersect: its rows come and go, the records at both ends stay as they are.

use std::collections::HashSet;

use crate::{
    catalog::{AttributeId, ManyToMany},
    execute::Error,
    plan::{
        Literal,
        write::{Assignment, LinkChange, LinkOperation},
    },
    sql::{Keys, Lock},
};

use super::{
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
        let Some(own) = record.values(&many.ends[role].attributes) else { return Ok(Vec::new()) };
        let links = Links { many, role, own };
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
        let missing = distinct(&targets.iter().collect::<Vec<_>>());
        let others = missing.iter().filter_map(|target| links.other(target));
        let others = others.filter(|other| !known.contains(&identity(other)));
        let rows: Vec<Vec<Assignment>> = others
            .map(|other| links.attributes().into_iter().zip(links.pair(&other).into_iter().map(Some)).collect())
            .collect();
        let inserted = self.insert_missing(links.many.intersect, rows).await?;
        let mut inserted = links.known(&inserted);
        let outcomes = targets.iter().map(|target| {
            // A second reference to the same record finds it linked.
            let is_new = links.other(target).is_some_and(|other| inserted.remove(&identity(&other)));
            target.with_status(if is_new { RefStatus::Associated } else { RefStatus::AlreadyAssociated })
        });
        Ok(outcomes.collect())
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
