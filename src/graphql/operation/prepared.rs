//! Operations that were asked before: their documents, known to be valid, and what was planned for them.

use std::{
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};
use quick_cache::{Equivalent, Weighter, sync::Cache};
use serde_json::Value;

use crate::{
    execute::Read,
    plan::{self, Leaf},
};

use super::{AtOnce, Given, Query, Request, document};

/// How many bytes all kept operations may take, as far as that can be told.
const CAPACITY: u64 = 16 << 20;

/// How many operations of a usual size that is.
const ESTIMATED: usize = 1_000;

/// Bytes of a parsed document for each byte of its text.
const PER_LETTER: usize = 16;

/// Bytes of a plan for each value of the response.
const PER_VALUE: usize = 128;

/// For how many shapes and deciding values of its variables an operation is kept.
const MAX_VARIANTS: usize = 16;

/// How many bytes of values a plan may be made for: those of larger ones hardly come again.
const MAX_DECIDED: usize = 4 << 10;

/// The operations that were asked before of one snapshot.
#[derive(Debug)]
pub struct Operations {
    cache: Cache<Key, Arc<Operation>, BySize>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// How often requests were about operations that were asked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// How many operations are kept.
    pub operations: usize,
    /// How many requests needed no validation.
    pub hits: u64,
    /// How many did.
    pub misses: u64,
}

/// The text of a document, and which of its operations is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key(Box<str>, Option<Box<str>>);

/// The same as a request has it.
#[derive(Hash)]
struct Asked<'r>(&'r str, Option<&'r str>);

impl Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.0 == *key.0 && self.1 == key.1.as_deref()
    }
}

#[derive(Debug, Clone)]
struct BySize;

impl Weighter<Key, Arc<Operation>> for BySize {
    fn weight(&self, key: &Key, operation: &Arc<Operation>) -> u64 {
        let variants = operation.variants.iter().map(|variant| variant.size());
        let size = key.0.len() * (1 + PER_LETTER) + variants.sum::<usize>();
        // No operation is so large that it is never kept.
        (size as u64).clamp(1, CAPACITY / 16)
    }
}

impl Default for Operations {
    fn default() -> Self {
        let cache = Cache::with_weighter(ESTIMATED, CAPACITY, BySize);
        Self { cache, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }
}

impl Operations {
    /// How it was used.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics {
            operations: self.cache.len(),
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
        }
    }

    pub(super) fn find(&self, request: &Request) -> Option<Arc<Operation>> {
        self.cache.get(&Asked(&request.query, request.operation_name.as_deref()))
    }

    /// Keeps what is known of an operation for other requests. Of what two requests find out at the same time, one is
    /// kept.
    pub(super) fn keep(&self, request: &Request, operation: &Operation, variant: Variant) {
        let name = request.operation_name.as_deref().map(Into::into);
        self.cache.insert(Key(request.query.as_str().into(), name), Arc::new(operation.with(variant)));
    }

    pub(super) fn count(&self, hit: bool) {
        if hit { &self.hits } else { &self.misses }.fetch_add(1, Ordering::Relaxed);
    }
}

/// An operation of a document that is valid.
#[derive(Debug)]
pub(super) struct Operation {
    document: Arc<ExecutableDocument>,
    variants: Vec<Arc<Variant>>,
}

impl Operation {
    pub(super) fn new(document: ExecutableDocument) -> Arc<Self> {
        Arc::new(Self { document: Arc::new(document), variants: Vec::new() })
    }

    pub(super) fn document(&self) -> &ExecutableDocument {
        &self.document
    }

    /// The operation that a request means.
    ///
    /// # Errors
    /// When there is none, or the choice is not clear.
    pub(super) fn definition(&self, request: &Request) -> plan::Result<&OperationDefinition> {
        Ok(&document::operation(&self.document, request.operation_name.as_deref())?.node)
    }

    /// What is known of the operation with such variables; nothing where it is not known to be valid with them.
    pub(super) fn variant(&self, given: &Given<'_>) -> Option<Known<'_>> {
        match self.variants.iter().find(|variant| variant.fits(given)) {
            Some(variant) => Some(Known::Variant(variant)),
            None => self.variants.iter().any(|variant| variant.shape == given.shape).then_some(Known::Shape),
        }
    }

    /// The same with a variant more: the latest ones are kept.
    fn with(&self, variant: Variant) -> Self {
        let others =
            self.variants.iter().filter(|known| known.shape != variant.shape || known.decided != variant.decided);
        let mut variants: Vec<_> = others.cloned().collect();
        if variants.len() >= MAX_VARIANTS {
            variants.remove(0);
        }
        variants.push(Arc::new(variant));
        Self { document: Arc::clone(&self.document), variants }
    }
}

/// What is known of an operation with the variables of a request.
pub(super) enum Known<'o> {
    /// A plan.
    Variant(&'o Variant),
    /// That it is valid, but for the values of leaves that are found bad in planning.
    Shape,
}

/// What is known of an operation with variables of one shape, some of whose leaves have given values.
pub(super) struct Variant {
    shape: Vec<u8>,
    /// The leaves by which something was decided, and their values.
    decided: Vec<(usize, Value)>,
    /// The plan, where it holds for all values of the other leaves.
    plan: Option<Plan>,
}

/// A plan that is kept.
pub(super) enum Plan {
    Query(Query),
    Mutation(Box<AtOnce>),
}

impl Plan {
    /// A query, where all there is to it is read from the database.
    pub(super) fn of(mut query: Query) -> Option<Self> {
        query.reads().is_some().then_some(())?;
        query.forget();
        Some(Self::Query(query))
    }

    /// Whether it holds for all values of a leaf.
    fn takes(&self, leaf: usize) -> bool {
        match self {
            Self::Query(query) => {
                let statements = || query.reads().into_iter().flatten().flat_map(|read| &read.statements);
                statements().flat_map(|statement| &statement.slots).any(|slot| slot.leaf == leaf)
                    && !statements().any(|statement| statement.fixed.contains(&leaf))
            }
            Self::Mutation(mutation) => mutation.single.takes(leaf),
        }
    }

    /// How many bytes it takes, more or less.
    fn size(&self) -> usize {
        match self {
            Self::Query(query) => {
                let size = |read: &Read| read.size() + read.plan.object.size() * PER_VALUE;
                query.reads().into_iter().flatten().map(size).sum()
            }
            Self::Mutation(mutation) => mutation.single.size(),
        }
    }
}

impl std::fmt::Debug for Variant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Variant").field("decided", &self.decided).finish_non_exhaustive()
    }
}

impl Variant {
    /// What holds for variables of a shape whatever their values are: that the operation is valid.
    fn unplanned(shape: Vec<u8>) -> Self {
        Self { shape, decided: Vec::new(), plan: None }
    }

    /// What holds beyond the request that a plan was made for.
    pub(super) fn of(given: Given<'_>, leaves: &[Leaf], plan: Option<Plan>) -> Self {
        let Some(plan) = plan else { return Self::unplanned(given.shape) };
        // What no statement asks for has decided that it need not.
        let decided = leaves.iter().enumerate().filter(|(index, leaf)| leaf.decides() || !plan.takes(*index));
        let decided = decided.filter_map(|(index, _)| Some((index, *given.leaves.get(index)?)));
        let decided: Vec<(usize, &Value)> = decided.collect();
        if decided.iter().map(|(_, value)| size(value)).sum::<usize>() > MAX_DECIDED {
            return Self::unplanned(given.shape);
        }
        let decided = decided.into_iter().map(|(index, value)| (index, value.clone())).collect();
        Self { shape: given.shape, decided, plan: Some(plan) }
    }

    /// How many bytes it takes, more or less.
    fn size(&self) -> usize {
        self.shape.len() + self.plan.as_ref().map_or(0, Plan::size)
    }

    pub(super) fn plan(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    fn fits(&self, given: &Given<'_>) -> bool {
        self.shape == given.shape
            && self.plan.is_some()
            && self.decided.iter().all(|(index, value)| given.leaves.get(*index).is_some_and(|given| *given == value))
    }
}

/// How many bytes a leaf takes, more or less.
fn size(leaf: &Value) -> usize {
    match leaf {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(size).sum(),
        _ => size_of::<Value>(),
    }
}
