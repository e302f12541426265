//! All levels of a field as one statement. Each is a common table, which finds its parents by the keys in the one before;
//! a row of the answer belongs to one of them, and has nulls where it has fewer columns than others.

use std::sync::Arc;

use sea_orm::sea_query::{CommonTableExpression, DynIden, Expr, Query, SelectStatement, UnionType, WithClause};

use crate::{
    catalog::{Catalog, DatabaseType},
    plan::{Query as StepQuery, Rows, Step},
};

use super::{
    alias::iden,
    children,
    dialect::{Dialect, Paging},
    read,
    scope::{Parents, Scope},
    statement::{Statement, finish_in},
};

/// All levels of a field as one statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// It. The first column of its rows is the number of the row's level.
    pub statement: Statement,
    /// The levels, in the order in which their rows come.
    pub levels: Vec<Level>,
}

/// The rows of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// Where each of its columns is in a row. The first one of children is the key of the parent.
    pub places: Arc<[usize]>,
    /// The size of a page of children: with more rows, some page may be full.
    pub limit: Option<u64>,
}

/// The table of a level.
pub(super) fn table(level: usize) -> DynIden {
    iden(&format!("relata_{level}"))
}

/// A column of a level.
pub(super) fn column(column: usize) -> DynIden {
    iden(&format!("c{column}"))
}

/// Compiles all steps of a field, as if no page were full; nothing where there is but one, they take more than that, or
/// the database gains nothing by it.
#[must_use]
pub fn compile_levels(catalog: &Catalog, dialect: Dialect, steps: &[Step]) -> Option<Levels> {
    if dialect.paging() != Paging::Lateral || steps.len() < 2 {
        return None;
    }
    let mut scope = Scope::new(catalog, dialect);
    let (mut levels, mut places) = (Vec::with_capacity(steps.len()), Places::default());
    let mut tables = WithClause::new();
    for (index, step) in steps.iter().enumerate() {
        let StepQuery::Rows(rows) = &step.query else { return None };
        let (select, key, limit) = match &step.parent {
            None if index > 0 || rows.by_key => return None,
            None => (read::compile(&mut scope, None, rows), None, None),
            Some(parent) => {
                let [key] = parent.key[..] else { return None };
                let StepQuery::Rows(above) = &steps[parent.step].query else { return None };
                // With more parents than fit on a page, so will be their children.
                if rows.limit < above.limit {
                    return None;
                }
                // The key of their parent comes first in the rows of children.
                let column = key + usize::from(steps[parent.step].parent.is_some());
                let parents = Parents::Level { level: parent.step, column };
                let whole = children::compile_whole(&mut scope, parent, rows, parents)?;
                if !whole.is_by_key {
                    return None;
                }
                let (id, lookups) = parent.hop.lookups(catalog);
                let key = catalog.entity(id).attribute(lookups[0]);
                (whole.select, Some(key.database_type.as_ref()), Some(rows.limit))
            }
        };
        let taken = places.take(index, key.into_iter().chain(column_types(catalog, rows)));
        let is_parent = steps.iter().any(|step| step.parent.as_ref().is_some_and(|parent| parent.step == index));
        let mut level = CommonTableExpression::new();
        level.table_name(table(index)).columns((0..taken.len()).map(column)).query(select).materialized(is_parent);
        tables.cte(level);
        levels.push(Level { places: taken, limit });
    }
    let query = all(&levels, &places).with(tables);
    Some(Levels { statement: finish_in(scope, &query, Vec::new()), levels })
}

/// The types of the columns that a step selects.
fn column_types<'a>(catalog: &'a Catalog, rows: &'a Rows) -> impl Iterator<Item = Option<&'a DatabaseType>> {
    let types = rows
        .columns
        .iter()
        .map(|column| catalog.entity(rows.source(column.source)).attribute(column.attribute).database_type.as_ref());
    // Where nothing is selected, something is.
    types.chain(rows.columns.is_empty().then_some(None))
}

/// The columns of the whole answer. Columns of different levels share one where they are of one type.
#[derive(Default)]
struct Places<'a>(Vec<Place<'a>>);

struct Place<'a> {
    ty: Option<&'a DatabaseType>,
    /// A column of it, which says of what type it is: a level, and the column there.
    of: (usize, usize),
    /// The last level that has a column there.
    last: usize,
}

impl<'a> Places<'a> {
    /// Where the columns of the next level are.
    fn take(&mut self, level: usize, types: impl Iterator<Item = Option<&'a DatabaseType>>) -> Arc<[usize]> {
        let mut take = |(column, ty): (usize, Option<&'a DatabaseType>)| {
            let is_free = |place: &Place<'_>| place.last != level && ty.is_some() && place.ty == ty;
            let known = self.0.iter().position(is_free);
            let place = known.unwrap_or(self.0.len());
            if known.is_none() {
                self.0.push(Place { ty, of: (level, column), last: level });
            }
            self.0[place].last = level;
            1 + place
        };
        types.enumerate().map(&mut take).collect()
    }
}

/// The rows of all levels, one level after the other.
fn all(levels: &[Level], places: &Places<'_>) -> SelectStatement {
    // No row, but the types of all columns.
    let mut all = Query::select();
    all.expr(Expr::cust("0"));
    for level in 0..levels.len() {
        all.from(table(level));
    }
    for Place { of: (level, index), .. } in &places.0 {
        all.column((table(*level), column(*index)));
    }
    all.and_where(Expr::cust("FALSE"));
    for (number, level) in levels.iter().enumerate() {
        let mut select = Query::select();
        select.expr(Expr::cust(number.to_string())).from(table(number));
        for place in 1..=places.0.len() {
            match level.places.iter().position(|own| *own == place) {
                Some(index) => select.column(column(index)),
                None => select.expr(Expr::cust("NULL")),
            };
        }
        all.union(UnionType::All, select);
    }
    all
}
