//! All levels of a field as one statement. Each is a common table, which finds its parents by the keys in the one before;
//! a row of the answer belongs to one of them, and has nulls in the columns of the others.

use sea_orm::sea_query::{CommonTableExpression, DynIden, Expr, Query, SelectStatement, UnionType, WithClause};

use crate::{
    catalog::Catalog,
    plan::{Query as StepQuery, Step},
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Where its columns begin. Those of children begin with the key of the parent.
    pub start: usize,
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
    let (mut levels, mut widths) = (Vec::with_capacity(steps.len()), Vec::with_capacity(steps.len()));
    let (mut tables, mut start) = (WithClause::new(), 1);
    for (index, step) in steps.iter().enumerate() {
        let StepQuery::Rows(rows) = &step.query else { return None };
        let (select, limit) = match &step.parent {
            None if index > 0 || rows.by_key => return None,
            None => (read::compile(&mut scope, None, rows), None),
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
                (whole.select, Some(rows.limit))
            }
        };
        let width = rows.columns.len().max(1) + usize::from(step.parent.is_some());
        let mut level = CommonTableExpression::new();
        level.table_name(table(index)).columns((0..width).map(column)).query(select).materialized(true);
        tables.cte(level);
        levels.push(Level { start, limit });
        widths.push(width);
        start += width;
    }
    let query = all(&widths).with(tables);
    Some(Levels { statement: finish_in(scope, &query, Vec::new()), levels })
}

/// The rows of all levels, one level after the other.
fn all(widths: &[usize]) -> SelectStatement {
    // No row, but the types of all columns.
    let mut all = Query::select();
    all.expr(Expr::cust("0"));
    for (level, width) in widths.iter().enumerate() {
        all.from(table(level)).columns((0..*width).map(|index| (table(level), column(index))));
    }
    all.and_where(Expr::cust("FALSE"));
    for own in 0..widths.len() {
        let mut select = Query::select();
        select.expr(Expr::cust(own.to_string())).from(table(own));
        for (level, width) in widths.iter().enumerate() {
            for index in 0..*width {
                if level == own {
                    select.column(column(index));
                } else {
                    select.expr(Expr::cust("NULL"));
                }
            }
        }
        all.union(UnionType::All, select);
    }
    all
}
