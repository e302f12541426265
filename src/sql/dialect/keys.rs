//! How keys travel: of one record, of several, and of the parents whose children are asked for.

use sea_orm::sea_query::{Expr, SelectStatement, Value};

use crate::{catalog::AttributeType, plan::Literal};

use super::{Dialect, Typed, key_marker, mysql, postgres, sqlite};

impl Dialect {
    /// The parameters that stand for lists of keys.
    #[must_use]
    pub fn keys(self, keys: &[Vec<Literal>], types: &[AttributeType]) -> Vec<Value> {
        match self {
            Self::Sqlite => sqlite::keys(keys),
            Self::Postgres => postgres::keys(keys, types),
            Self::MySql => mysql::keys(keys),
        }
    }

    /// The parameters that stand for the key of one record.
    #[must_use]
    pub fn key(self, key: &[Literal], types: &[AttributeType]) -> Vec<Value> {
        match self {
            Self::Sqlite => key.iter().zip(types).map(|(part, ty)| sqlite::value(part, ty)).collect(),
            Self::Postgres => postgres::key(key),
            Self::MySql => mysql::key(key, types),
        }
    }

    /// A part of the key of one record, to compare with a column.
    pub(in crate::sql) fn key_parameter(self, part: usize, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite => Expr::val(key_marker(part)),
            Self::Postgres => postgres::key_parameter(part, column),
            Self::MySql => mysql::key_parameter(part, column),
        }
    }

    /// A part of the key of the only parent; nothing where children are not read parent by parent.
    pub(in crate::sql) fn only_parent(self, part: usize) -> Option<Expr> {
        (self == Self::Sqlite).then(|| sqlite::only_parent(part))
    }

    /// Any of the keys in a part of the list of parents, to compare with a column of their type; nothing where lists serve
    /// no better than tables.
    pub(in crate::sql) fn any_parent(self, part: usize, column: &Typed<'_>) -> Option<Expr> {
        (self == Self::Postgres).then(|| postgres::any_parent(part, column))
    }

    /// Any of the values of a column of another level of the same statement; nothing where levels take a statement each.
    pub(in crate::sql) fn any_of_level(self, level: usize, column: usize) -> Option<Expr> {
        (self == Self::Postgres).then(|| postgres::any_of_level(level, column))
    }

    /// Lists of keys as a table with the columns `k0`, `k1`, ….
    pub(in crate::sql) fn key_list(self, key: &[Typed<'_>]) -> SelectStatement {
        match self {
            Self::Sqlite => sqlite::key_list(key),
            Self::Postgres => postgres::key_list(key),
            Self::MySql => mysql::key_list(key),
        }
    }

    /// The keys of all parents as a table: columns `k0`, `k1`, … and `ord`, the position of each key from zero.
    pub(in crate::sql) fn parents(self, key: &[Typed<'_>]) -> SelectStatement {
        match self {
            Self::Sqlite => sqlite::parents(key),
            Self::Postgres => postgres::parents(key),
            Self::MySql => mysql::parents(key),
        }
    }
}
