//! What differs between databases in how a statement is said. One file per database.

mod keys;
mod mysql;
mod pattern;
mod postgres;
mod sqlite;
mod transaction;

use sea_orm::{
    DbBackend,
    sea_query::{
        Expr, ExprTrait, Func, MysqlQueryBuilder, PostgresQueryBuilder, QueryStatementWriter, SelectStatement,
        SqliteQueryBuilder, Value,
    },
};

use crate::{
    catalog::{AttributeType, DatabaseType},
    plan::Literal,
};

use super::writer::Writer;

pub(super) use pattern::Pattern;
use pattern::escape_like;

/// A database as far as SQL text is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3.41 or newer.
    Sqlite,
    /// PostgreSQL 13 or newer.
    Postgres,
    /// MariaDB 10.6 or newer.
    MySql,
}

/// A column expression together with what its values are.
#[derive(Debug, Clone)]
pub(super) struct Typed<'a> {
    pub(super) expr: Expr,
    pub(super) ty: &'a AttributeType,
    pub(super) database_type: Option<&'a DatabaseType>,
}

impl Dialect {
    /// The dialect of a backend; nothing for backends that are not supported yet.
    #[must_use]
    pub fn of(backend: DbBackend) -> Option<Self> {
        match backend {
            DbBackend::Sqlite => Some(Self::Sqlite),
            DbBackend::Postgres => Some(Self::Postgres),
            DbBackend::MySql => Some(Self::MySql),
            _ => None,
        }
    }

    /// A column of dates in which a zero stands for null, as null where it is one.
    pub(super) fn without_zero(self, column: Expr) -> Expr {
        let but_for = |column: Expr, zero: Expr| Func::cust("NULLIF").arg(column).arg(zero).into();
        match self {
            // It has no such dates.
            Self::Postgres => column,
            Self::MySql => but_for(column, Expr::cust("0")),
            Self::Sqlite => but_for(but_for(column, Expr::cust("'0000-00-00'")), Expr::cust("'0000-00-00 00:00:00'")),
        }
    }

    /// The statement's text, and its parameters in order.
    pub(super) fn build(self, statement: &impl QueryStatementWriter) -> (String, Vec<Value>) {
        let mut writer = Writer::default();
        match self {
            Self::Sqlite => statement.build_collect_into(SqliteQueryBuilder, &mut writer),
            Self::Postgres => statement.build_collect_into(PostgresQueryBuilder, &mut writer),
            Self::MySql => statement.build_collect_into(MysqlQueryBuilder, &mut writer),
        }
        writer.into_parts()
    }

    /// A value as a parameter that compares with a column.
    pub(super) fn parameter(self, literal: &Literal, column: &Typed<'_>) -> Expr {
        self.typed(Expr::val(self.value(literal, column.ty, column.database_type)), literal, column)
    }

    /// A value in the form in which it compares with a column of its types.
    pub(super) fn value(self, literal: &Literal, ty: &AttributeType, database_type: Option<&DatabaseType>) -> Value {
        match self {
            Self::Sqlite => sqlite::value(literal, ty),
            Self::Postgres => postgres::value(literal),
            Self::MySql => mysql::comparable(literal, database_type),
        }
    }

    /// A parameter with the casts that it needs to compare with a column.
    pub(super) fn typed(self, parameter: Expr, literal: &Literal, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite | Self::MySql => parameter,
            Self::Postgres => postgres::typed(parameter, literal, column),
        }
    }

    /// Whether a statement is the same for all values of its kind.
    pub(super) fn is_plain(self, literal: &Literal) -> bool {
        match self {
            Self::Sqlite | Self::MySql => true,
            Self::Postgres => !postgres::is_beyond_single(literal),
        }
    }

    /// A value as a parameter that is stored in a column.
    pub(super) fn stored(self, literal: &Literal, column: &Typed<'_>) -> Expr {
        let value = self.stored_value(literal, column.ty, column.database_type);
        self.assigned(Expr::val(value), literal, column)
    }

    /// A value in the form in which it is stored in a column of its types.
    pub(super) fn stored_value(
        self,
        literal: &Literal,
        ty: &AttributeType,
        database_type: Option<&DatabaseType>,
    ) -> Value {
        match self {
            Self::Sqlite => sqlite::stored(literal, ty),
            Self::Postgres | Self::MySql => self.value(literal, ty, database_type),
        }
    }

    /// A parameter with the casts that it needs to be stored in a column.
    pub(super) fn assigned(self, parameter: Expr, literal: &Literal, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite | Self::MySql => parameter,
            Self::Postgres => postgres::stored(parameter, literal, column),
        }
    }

    /// Whether a column keeps a value as it is, and not a neighbour of it.
    #[must_use]
    pub fn keeps(self, literal: &Literal) -> bool {
        match (self, literal) {
            (Self::Sqlite, Literal::Decimal(text)) => sqlite::keeps_decimal(text),
            _ => true,
        }
    }

    /// A column as it compares with a list of keys that a client gave.
    pub(super) fn comparable_key(self, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite => sqlite::comparable(column),
            // Keys are cast to the column's own type.
            Self::Postgres => postgres::comparable_key(column),
            Self::MySql => column.expr.clone(),
        }
    }

    /// A column as it compares with the key of one record.
    pub(super) fn key_column(self, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite => sqlite::key_column(column),
            Self::Postgres => postgres::comparable_key(column),
            Self::MySql => column.expr.clone(),
        }
    }

    /// A column in the form in which its values compare: the column itself, but where the database keeps
    /// values of one type in several spellings.
    pub(super) fn comparable(self, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite => sqlite::comparable(column),
            Self::Postgres => postgres::comparable(column),
            Self::MySql => column.expr.clone(),
        }
    }

    /// A column and a value in the form in which they compare as records are ordered.
    pub(super) fn ordered(self, column: &Typed<'_>, literal: &Literal) -> (Expr, Expr) {
        let place = match self {
            Self::MySql => mysql::place(column, literal),
            Self::Sqlite | Self::Postgres => None,
        };
        place.unwrap_or_else(|| (self.comparable(column), self.parameter(literal, column)))
    }

    /// Whether a column's value is among a list, which is one parameter whatever its length.
    pub(super) fn is_in(self, column: &Typed<'_>, list: Expr, literals: &[Literal]) -> Expr {
        match self {
            Self::Sqlite => sqlite::is_in(column, list),
            Self::Postgres => postgres::is_in(column, list, literals),
            Self::MySql => mysql::is_in(column, list),
        }
    }

    /// The parameter that stands for such a list.
    pub(super) fn list(self, literals: &[Literal]) -> Value {
        match self {
            Self::Sqlite => sqlite::list(literals),
            Self::Postgres => postgres::list(literals),
            Self::MySql => mysql::list(literals),
        }
    }

    /// A column as it is read: types that the encoder does not know are read as text.
    pub(super) fn readable(self, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite => column.expr.clone(),
            Self::Postgres => postgres::readable(column),
            Self::MySql => mysql::readable(column),
        }
    }

    /// Whether text matches a pattern.
    pub(super) fn matches(self, column: Expr, pattern: String, ignore_case: bool) -> Expr {
        match self {
            Self::Sqlite => sqlite::matches(column, pattern, ignore_case),
            Self::Postgres => postgres::matches(column, pattern, ignore_case),
            Self::MySql => mysql::matches(column, pattern, ignore_case),
        }
    }

    /// The pattern that looks for a text.
    pub(super) fn pattern(self, pattern: Pattern, text: &str, ignore_case: bool) -> String {
        match self {
            Self::Sqlite => sqlite::pattern(pattern, text, ignore_case),
            Self::Postgres => postgres::pattern(pattern, text),
            Self::MySql => mysql::pattern(pattern, text, ignore_case),
        }
    }

    /// Whether an order without a word about nulls puts them first.
    pub(super) fn puts_nulls_first(self, descending: bool) -> bool {
        match self {
            Self::Sqlite | Self::MySql => !descending,
            Self::Postgres => descending,
        }
    }

    /// Whether a sub-select finds anything.
    pub(super) fn exists(self, select: SelectStatement) -> Expr {
        match self {
            // SQLite 3.51 turns a bare EXISTS into a join and then counts the rows of that join for OFFSET.
            Self::Sqlite => Expr::exists(select).eq(1),
            Self::Postgres | Self::MySql => Expr::exists(select),
        }
    }

    /// Whether the database vouches for foreign keys, so that a lookup's value stands for the record it points at.
    pub(super) fn enforces_foreign_keys(self) -> bool {
        matches!(self, Self::Postgres | Self::MySql)
    }

    /// A call that lets one transaction at a time go on from here; nothing where only one writes anyway.
    pub(super) fn exclusive(self, key: i64) -> Option<Expr> {
        match self {
            Self::Sqlite | Self::MySql => None,
            Self::Postgres => Some(Func::cust(super::alias::iden("pg_advisory_xact_lock")).arg(key).into()),
        }
    }

    /// Whether writers of a hierarchy are kept apart by the records above those that move.
    pub(super) fn holds_ancestors(self) -> bool {
        self == Self::MySql
    }

    /// Where the only key of a statement stands among its keys.
    pub(super) fn first_position(self) -> Expr {
        match self {
            Self::Sqlite | Self::Postgres => Expr::cust("CAST(0 AS bigint)"),
            Self::MySql => Expr::cust("0"),
        }
    }

    /// Whether an insert can leave out what exists already, and say what it did not leave out.
    pub(super) fn ignores_conflicts(self) -> bool {
        matches!(self, Self::Sqlite | Self::Postgres)
    }

    /// Whether an update can answer what it changed.
    #[must_use]
    pub fn answers_updates(self) -> bool {
        matches!(self, Self::Sqlite | Self::Postgres)
    }

    /// Whether one statement can find, hold, write and answer, so that it needs no transaction around it.
    #[must_use]
    pub fn writes_at_once(self) -> bool {
        self == Self::Postgres
    }

    /// How the page of each parent is found.
    pub(super) fn paging(self) -> Paging {
        match self {
            Self::Sqlite => Paging::Correlated,
            Self::Postgres => Paging::Lateral,
            Self::MySql => Paging::Ranked,
        }
    }

    /// A sum in the type that the gateway answers it in.
    pub(super) fn sum(self, column: Expr, ty: &AttributeType) -> Expr {
        match (self, ty) {
            (Self::Sqlite, AttributeType::Decimal { scale: Some(scale), .. }) => sqlite::decimal_sum(column, *scale),
            (Self::Postgres, AttributeType::Float) => postgres::cast(column.sum(), "float8"),
            (Self::Postgres, AttributeType::Int) => postgres::cast(column.sum(), "int8"),
            (Self::Postgres, _) => postgres::cast(column.sum(), "text"),
            (Self::MySql, AttributeType::Int) => column.sum().cast_as("signed"),
            (Self::Sqlite | Self::MySql, _) => column.sum(),
        }
    }

    /// An average as a binary floating-point number.
    pub(super) fn avg(self, column: Expr, ty: &AttributeType) -> Expr {
        match (self, ty) {
            (Self::Sqlite, _) => column.avg(),
            // PostgreSQL's own average squares on its way and refuses numbers that it could answer.
            (Self::Postgres, AttributeType::Float) => {
                postgres::cast(column.clone(), "float8").sum().div(Func::count(column))
            }
            (Self::Postgres, _) => postgres::cast(column.avg(), "float8"),
            // Its own average of whole numbers ends at the fourth digit after the point.
            (Self::MySql, _) => column.cast_as("double").avg(),
        }
    }
}

/// How the pages of many parents are found in one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paging {
    /// A joined sub-select refers to the parent before it.
    Lateral,
    /// A sub-select of keys in a condition refers to the parent.
    Correlated,
    /// All children are numbered, parent by parent: where a sub-select with a page can do neither.
    Ranked,
}

/// Stands for the keys of the parents until the statement is run: the part of a composite key that it stands for.
/// No value of a client is of this type.
pub(super) fn key_marker(part: usize) -> Value {
    Value::TinyUnsigned(u8::try_from(part).ok())
}

/// Keys as one JSON list: of values, or of lists of values.
fn json_list(keys: &[Vec<Literal>], json: fn(&Literal) -> serde_json::Value) -> Value {
    let key = |key: &Vec<Literal>| match key.as_slice() {
        [only] => json(only),
        parts => parts.iter().map(json).collect(),
    };
    keys.iter().map(key).collect::<serde_json::Value>().to_string().into()
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
