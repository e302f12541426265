//! Which children belong to which parent: the distinct keys of the parents, and the rows of each.

use std::{collections::HashMap, ops::Range, sync::Arc};

use crate::catalog::AttributeType;

use super::{
    Error,
    cells::{Cells, KeyPart, Rows},
};

/// No key: the row has no children.
const NONE: u32 = u32::MAX;

/// The keys of a step's parents, each once.
#[derive(Debug, Default)]
pub(super) struct ParentKeys {
    /// The distinct keys; the position of each is its ordinal.
    pub(super) keys: Arc<Vec<Vec<KeyPart>>>,
    /// For each row of the parent step the ordinal of its key.
    ordinals: Vec<u32>,
    /// For each ordinal the rows of the child step.
    ranges: Vec<Range<usize>>,
}

impl ParentKeys {
    /// Collects the keys of a step's rows; a key with a null in it has no children.
    pub(super) fn collect<R: Rows>(rows: &R, columns: &[usize], types: &[AttributeType]) -> Result<Self, Error> {
        let mut seen: HashMap<Vec<KeyPart>, u32> = HashMap::with_capacity(rows.len());
        let (mut keys, mut ordinals) = (Vec::new(), Vec::with_capacity(rows.len()));
        for row in (0..rows.len()).map(|index| rows.row(index)) {
            let parts = columns.iter().zip(types).map(|(column, ty)| row.key(*column, ty));
            let ordinal = match parts.collect::<Result<Option<Vec<KeyPart>>, Error>>()? {
                None => NONE,
                Some(key) => *seen.entry(key).or_insert_with_key(|key| {
                    keys.push(key.clone());
                    u32::try_from(keys.len() - 1).unwrap_or(NONE)
                }),
            };
            ordinals.push(ordinal);
        }
        let ranges = vec![0..0; keys.len()];
        Ok(Self { keys: Arc::new(keys), ordinals, ranges })
    }

    /// Notes where the children of each parent lie; they come ordered by the ordinal in their first column.
    pub(super) fn assign<R: Rows>(&mut self, children: &R) -> Result<(), Error> {
        let mut start = 0;
        while start < children.len() {
            let ordinal = children.row(start).ordinal(0)?;
            let mut end = start + 1;
            while end < children.len() && children.row(end).ordinal(0)? == ordinal {
                end += 1;
            }
            if let Some(range) = self.ranges.get_mut(ordinal) {
                *range = start..end;
            }
            start = end;
        }
        Ok(())
    }

    /// Whether each of the parents that have a key has one of its own, so that children come in their order.
    pub(super) fn are_distinct(&self) -> bool {
        self.ordinals.iter().filter(|ordinal| **ordinal != NONE).count() == self.keys.len()
    }

    /// The ordinal of a parent's key; nothing where it has none.
    pub(super) fn ordinal(&self, parent: usize) -> Option<usize> {
        self.ordinals.get(parent).copied().filter(|ordinal| *ordinal != NONE).map(|ordinal| ordinal as usize)
    }

    /// How many rows the parent with the most of them has.
    pub(super) fn most(&self) -> usize {
        self.ranges.iter().map(ExactSizeIterator::len).max().unwrap_or(0)
    }

    /// The rows of the child step that belong to a row of the parent step.
    pub(super) fn children(&self, parent: usize) -> Range<usize> {
        let ordinal = self.ordinals.get(parent).copied().unwrap_or(NONE);
        self.ranges.get(ordinal as usize).cloned().unwrap_or(0..0)
    }
}
