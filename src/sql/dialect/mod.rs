//! What differs between databases in how a statement is said. One file per database.

mod postgres;
mod sqlite;

use sea_orm::{
    DbBackend,
    sea_query::{
        Expr, ExprTrait, Func, PostgresQueryBuilder, QueryStatementWriter, SelectStatement, SqliteQueryBuilder, Value,
    },
};

use crate::{catalog::AttributeType, plan::Literal};

use super::writer::Writer;

/// A database as far as SQL text is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3.41 or newer.
    Sqlite,
    /// PostgreSQL 13 or newer.
    Postgres,
}

/// A column expression together with what its values are.
#[derive(Debug, Clone)]
pub(super) struct Typed<'a> {
    pub(super) expr: Expr,
    pub(super) ty: &'a AttributeType,
    pub(super) database_type: Option<&'a crate::catalog::DatabaseType>,
}

impl Dialect {
    /// The dialect of a backend; nothing for backends that are not supported yet.
    #[must_use]
    pub fn of(backend: DbBackend) -> Option<Self> {
        match backend {
            DbBackend::Sqlite => Some(Self::Sqlite),
            DbBackend::Postgres => Some(Self::Postgres),
            _ => None,
        }
    }

    /// Begins a transaction whose statements all see one state of the database.
    #[must_use]
    pub fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN DEFERRED",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Asks how far transactions are kept apart that say nothing about it; nothing where there is one way only.
    #[must_use]
    pub fn default_isolation(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SHOW default_transaction_isolation"),
        }
    }

    /// The statement's text, and its parameters in order.
    pub(super) fn build(self, statement: &impl QueryStatementWriter) -> (String, Vec<Value>) {
        let mut writer = Writer::default();
        match self {
            Self::Sqlite => statement.build_collect_into(SqliteQueryBuilder, &mut writer),
            Self::Postgres => statement.build_collect_into(PostgresQueryBuilder, &mut writer),
        }
        writer.into_parts()
    }

    /// A value as a parameter that compares with a column.
    pub(super) fn parameter(self, literal: &Literal, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite => sqlite::parameter(literal, column.ty),
            Self::Postgres => postgres::parameter(literal, column),
        }
    }

    /// A value as a parameter that is stored in a column.
    pub(super) fn stored(self, literal: &Literal, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite => sqlite::stored(literal, column.ty),
            Self::Postgres => postgres::stored(literal, column),
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
            Self::Postgres => column.expr.clone(),
        }
    }

    /// A column in the form in which its values compare: the column itself, but where the database keeps
    /// values of one type in several spellings.
    pub(super) fn comparable(self, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite => sqlite::comparable(column),
            Self::Postgres => postgres::comparable(column),
        }
    }

    /// Whether a column's value is among a list, which is one parameter whatever its length.
    pub(super) fn is_in(self, column: &Typed<'_>, literals: &[Literal]) -> Expr {
        match self {
            Self::Sqlite => sqlite::is_in(column, literals),
            Self::Postgres => postgres::is_in(column, literals),
        }
    }

    /// A column as it is read: types that the encoder does not know are read as text.
    pub(super) fn readable(self, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite => column.expr.clone(),
            Self::Postgres => postgres::readable(column),
        }
    }

    /// Whether text matches a pattern.
    pub(super) fn matches(self, column: Expr, pattern: Pattern, text: &str, ignore_case: bool) -> Expr {
        match self {
            Self::Sqlite => sqlite::matches(column, pattern, text, ignore_case),
            Self::Postgres => postgres::matches(column, pattern, text, ignore_case),
        }
    }

    /// The parameters that stand for lists of keys.
    #[must_use]
    pub fn keys(self, keys: &[Vec<Literal>], types: &[AttributeType]) -> Vec<Value> {
        match self {
            Self::Sqlite => sqlite::keys(keys),
            Self::Postgres => postgres::keys(keys, types),
        }
    }

    /// The parameters that stand for the key of one record.
    #[must_use]
    pub fn key(self, key: &[Literal], types: &[AttributeType]) -> Vec<Value> {
        match self {
            Self::Sqlite => key.iter().zip(types).map(|(part, ty)| sqlite::value(part, ty)).collect(),
            Self::Postgres => postgres::key(key),
        }
    }

    /// A part of the key of one record, to compare with a column.
    pub(super) fn key_parameter(self, part: usize, column: &Typed<'_>) -> Expr {
        match self {
            Self::Sqlite => Expr::val(key_marker(part)),
            Self::Postgres => postgres::key_parameter(part, column),
        }
    }

    /// Lists of keys as a table with the columns `k0`, `k1`, ….
    pub(super) fn key_list(self, key: &[Typed<'_>]) -> SelectStatement {
        match self {
            Self::Sqlite => sqlite::key_list(key),
            Self::Postgres => postgres::key_list(key),
        }
    }

    /// The keys of all parents as a table: columns `k0`, `k1`, … and `ord`, the position of each key from zero.
    pub(super) fn parents(self, key: &[Typed<'_>]) -> SelectStatement {
        match self {
            Self::Sqlite => sqlite::parents(key),
            Self::Postgres => postgres::parents(key),
        }
    }

    /// Whether an order without a word about nulls puts them first.
    pub(super) fn puts_nulls_first(self, descending: bool) -> bool {
        match self {
            Self::Sqlite => !descending,
            Self::Postgres => descending,
        }
    }

    /// Whether a sub-select finds anything.
    pub(super) fn exists(self, select: SelectStatement) -> Expr {
        match self {
            // SQLite 3.51 turns a bare EXISTS into a join and then counts the rows of that join for OFFSET.
            Self::Sqlite => Expr::exists(select).eq(1),
            Self::Postgres => Expr::exists(select),
        }
    }

    /// Whether the database vouches for foreign keys, so that a lookup's value stands for the record it points at.
    pub(super) fn enforces_foreign_keys(self) -> bool {
        self == Self::Postgres
    }

    /// A call that lets one transaction at a time go on from here; nothing where only one writes anyway.
    pub(super) fn exclusive(self, key: i64) -> Option<Expr> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(Func::cust(super::alias::iden("pg_advisory_xact_lock")).arg(key).into()),
        }
    }

    /// Whether a joined sub-select may refer to the tables before it.
    pub(super) fn has_lateral(self) -> bool {
        self == Self::Postgres
    }

    /// A sum in the type that the gateway answers it in.
    pub(super) fn sum(self, column: Expr, ty: &AttributeType) -> Expr {
        match (self, ty) {
            (Self::Sqlite, AttributeType::Decimal { scale: Some(scale) }) => sqlite::decimal_sum(column, *scale),
            (Self::Sqlite, _) => column.sum(),
            (Self::Postgres, AttributeType::Float) => postgres::cast(column.sum(), "float8"),
            (Self::Postgres, AttributeType::Int) => postgres::cast(column.sum(), "int8"),
            (Self::Postgres, _) => postgres::cast(column.sum(), "text"),
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
        }
    }
}

/// Where a text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    Whole,
    Start,
    End,
    Anywhere,
}

impl Pattern {
    /// The text between the wildcards that the pattern needs.
    fn surround(self, text: &str, wildcard: char) -> String {
        let (before, after) = match self {
            Self::Whole => (false, false),
            Self::Start => (false, true),
            Self::End => (true, false),
            Self::Anywhere => (true, true),
        };
        let mut pattern = String::with_capacity(text.len() + 2);
        pattern.extend(before.then_some(wildcard));
        pattern.push_str(text);
        pattern.extend(after.then_some(wildcard));
        pattern
    }
}

/// `LIKE`'s own characters, escaped.
fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Stands for the keys of the parents until the statement is run: the part of a composite key that it stands for.
/// No value of a client is of this type.
pub(super) fn key_marker(part: usize) -> Value {
    Value::TinyUnsigned(u8::try_from(part).ok())
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
