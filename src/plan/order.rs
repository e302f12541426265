//! `orderBy` arguments: a list of single keys, in the caller's order, completed by the key so that it is total.

use crate::catalog::{AttributeId, Catalog};

use super::{Error, Hop, Input, Result, Rows, literal::shorten};

/// One key of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderTerm {
    /// Whose attribute: 0 is the step's entity, n the join at position n − 1.
    pub source: usize,
    /// The attribute.
    pub attribute: AttributeId,
    /// Which way.
    pub sort: Sort,
}

/// A direction, and where nulls stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// From the largest down.
    pub descending: bool,
    /// Nulls before everything else.
    pub nulls_first: bool,
}

const fn sort(descending: bool, nulls_first: bool) -> Sort {
    Sort { descending, nulls_first }
}

/// The values of the enum `Sort`. Without a word about them, nulls count as larger than everything, on every database.
pub const SORTS: &[(&str, Sort, &str)] = &[
    ("ASC", sort(false, false), "From the smallest up, nulls last."),
    ("DESC", sort(true, true), "From the largest down, nulls first."),
    ("ASC_NULLS_FIRST", sort(false, true), "From the smallest up, nulls first."),
    ("ASC_NULLS_LAST", sort(false, false), "From the smallest up, nulls last."),
    ("DESC_NULLS_FIRST", sort(true, true), "From the largest down, nulls first."),
    ("DESC_NULLS_LAST", sort(true, false), "From the largest down, nulls last."),
];

impl Sort {
    /// The opposite order.
    #[must_use]
    pub fn reversed(self) -> Self {
        sort(!self.descending, !self.nulls_first)
    }
}

/// The most keys in one `orderBy`.
const MAX_KEYS: usize = 16;

/// Plans an `orderBy` argument into the rows of a step: joins what it passes through and completes it with the key.
///
/// # Errors
/// `INVALID` for unknown names, several keys in one object, and attributes without an order.
pub(super) fn plan(catalog: &Catalog, rows: &mut Rows, value: Option<&Input>) -> Result<()> {
    let keys = value.filter(|value| !value.is_null()).map_or(&[][..], Input::as_list);
    if keys.len() > MAX_KEYS {
        let message = format!("an order may have {MAX_KEYS} keys");
        return Err(Error::new(crate::error::Code::LimitExceeded, message));
    }
    for key in keys.iter().filter(|key| !key.is_null()) {
        let term = plan_key(catalog, rows, key)?;
        if !rows.order.iter().any(|known| (known.source, known.attribute) == (term.source, term.attribute)) {
            rows.order.push(term);
        }
    }
    complete(catalog, rows);
    Ok(())
}

fn plan_key(catalog: &Catalog, rows: &mut Rows, key: &Input) -> Result<OrderTerm> {
    let (mut source, mut id, mut key) = (0, rows.entity, key);
    loop {
        let entity = catalog.entity(id);
        let (name, value) = only_member(key)?;
        if let Some(attribute) = entity.find_attribute(name).filter(|a| entity.attribute(*a).ty.is_ordered()) {
            let (_, sort, _) = SORTS
                .iter()
                .find(|(name, ..)| value.as_str() == Some(name))
                .ok_or_else(|| Error::invalid(format!("{} is not a direction", shorten(value))))?;
            return Ok(OrderTerm { source, attribute, sort: *sort });
        }
        let property = entity.find_navigation(name).filter(|property| !property.collection).ok_or_else(|| {
            Error::invalid(format!("{} cannot be ordered by {name}", entity.type_name)).entity(&entity.logical_name)
        })?;
        source = rows.join(source, property.into());
        id = property.target;
        key = value;
    }
}

fn only_member(key: &Input) -> Result<(&String, &Input)> {
    let members = key.as_object().ok_or_else(|| Error::invalid("a key of an order is an object"))?;
    let mut given = members.iter().filter(|(_, value)| !value.is_null());
    match (given.next(), given.next()) {
        (Some(member), None) => Ok(member),
        _ => Err(Error::invalid("each element of orderBy has exactly one key")
            .hint("Write one object per key: [{lastName: ASC}, {firstName: ASC}].")),
    }
}

/// How many attributes stand for the missing key in an order: databases have limits.
const MAX_WITHOUT_KEY: usize = 32;

/// Equal sort keys must not make pages overlap: the primary key decides, or the ordered attributes where there is none.
fn complete(catalog: &Catalog, rows: &mut Rows) {
    let entity = catalog.entity(rows.entity);
    let own: Vec<AttributeId> = rows.order.iter().filter(|term| term.source == 0).map(|term| term.attribute).collect();
    let rest: Vec<AttributeId> = if entity.has_key() {
        entity.primary_key.clone()
    } else {
        let ids = (0..entity.attributes.len()).map(AttributeId);
        ids.filter(|id| entity.attribute(*id).ty.is_ordered()).take(MAX_WITHOUT_KEY).collect()
    };
    let missing = rest.into_iter().filter(|id| !own.contains(id));
    rows.order.extend(missing.map(|attribute| OrderTerm { source: 0, attribute, sort: sort(false, false) }));
}

impl Rows {
    /// The source of a joined record, joined now unless it was before.
    pub fn join(&mut self, source: usize, hop: Hop) -> usize {
        let join = super::Join { source, hop };
        let known = self.joins.iter().position(|known| *known == join);
        known.unwrap_or_else(|| {
            self.joins.push(join);
            self.joins.len() - 1
        }) + 1
    }
}
