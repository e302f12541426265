//! Statements of writes: records found by their keys and locked, inserted, updated and deleted. The keys of any number
//! of records are one list per part, so that a text depends on the operation and not on how many records it is about.
//! Where it is about one record only, which is most of the time, its key is given by itself: PostgreSQL keeps the plan
//! for that, while it would plan anew for each list.

use sea_orm::sea_query::{
    Cond, Condition, DynIden, Expr, ExprTrait, InsertStatement, LockType, OnConflict, Order, Query, SelectStatement,
    UnionType, UpdateStatement,
};

use crate::{
    catalog::{AttributeId, AttributeType, Catalog, EntityId, EntityKind},
    plan::{Filter, Literal},
};

use super::{
    alias::iden,
    definitions,
    dialect::{Dialect, Typed},
    filter, mysql,
    scope::Scope,
    statement::{Statement, finish, finish_in, types},
};

/// How a record is held until the transaction ends. On SQLite only one transaction writes, and holds everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Others may link to it, too, but neither delete it nor change its key.
    Reference,
    /// Others may link to it but not change it.
    Change,
    /// Others may do nothing with it.
    Delete,
}

/// Where the keys come from that records are found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// A client gave them: they compare as in a filter.
    Given,
    /// The database holds them: they compare as they are.
    Stored,
}

/// Writes about one entity.
#[derive(Debug, Clone, Copy)]
pub struct Write<'a> {
    /// What exists.
    pub catalog: &'a Catalog,
    /// The database.
    pub dialect: Dialect,
    /// The entity.
    pub entity: EntityId,
}

impl Write<'_> {
    /// The records whose attributes `by` are the keys. The first column is the position of the key, the others are
    /// `columns`.
    #[must_use]
    pub fn find(
        self,
        by: &[AttributeId],
        origin: Keys,
        only: Option<&[Literal]>,
        columns: &[AttributeId],
        lock: Lock,
    ) -> Statement {
        let mut scope = Scope::new(self.catalog, self.dialect);
        if let Some(key) = only {
            let base = scope.alias();
            let mut select = Query::select();
            select.expr(self.dialect.first_position());
            self.read(&scope, columns, &base, &mut select);
            let attributes = by.iter().map(|id| scope.column(self.entity, *id, &base));
            select.from(scope.table(self.entity, &base)).cond_where(self.is(attributes, origin, key));
            self.hold(&mut select, lock, &base);
            return finish(self.dialect, &select, Vec::new());
        }
        let (keys, base) = (scope.alias(), scope.alias());
        let typed: Vec<Typed<'_>> = by.iter().map(|id| scope.column(self.entity, *id, &keys)).collect();
        let pairs = by.iter().enumerate().map(|(part, id)| {
            let column = scope.column(self.entity, *id, &base);
            let left = if origin == Keys::Given { self.dialect.comparable_key(&column) } else { column.expr };
            left.eq(Expr::col((keys.clone(), iden(&format!("k{part}")))))
        });
        let on = pairs.fold(Cond::all(), Cond::add);
        let ordinal = (keys.clone(), iden("ord"));
        let mut select = Query::select();
        select.expr(Expr::col(ordinal.clone()));
        self.read(&scope, columns, &base, &mut select);
        select.from_subquery(self.dialect.parents(&typed), keys);
        select.inner_join(scope.table(self.entity, &base), on).order_by(ordinal, Order::Asc);
        self.hold(&mut select, lock, &base);
        finish(self.dialect, &select, types(self.catalog, self.entity, by))
    }

    /// The records whose attributes `by` are among the stored keys and, where it is given, whose attribute has a
    /// certain value.
    #[must_use]
    pub fn among(
        self,
        by: &[AttributeId],
        only: Option<&[Literal]>,
        having: Option<&(AttributeId, Literal)>,
        columns: &[AttributeId],
        lock: Lock,
    ) -> Statement {
        let mut scope = Scope::new(self.catalog, self.dialect);
        let base = scope.alias();
        let mut select = Query::select();
        self.read(&scope, columns, &base, &mut select);
        select.from(scope.table(self.entity, &base));
        let key: Vec<Typed<'_>> = by.iter().map(|id| scope.column(self.entity, *id, &base)).collect();
        select.cond_where(self.is_wanted(&key, Keys::Stored, only));
        if let Some((attribute, value)) = having {
            let column = scope.column(self.entity, *attribute, &base);
            select.and_where(column.expr.clone().eq(self.dialect.parameter(value, &column)));
        }
        self.in_order(&scope, &base, &mut select);
        self.hold(&mut select, lock, &base);
        finish(self.dialect, &select, types(self.catalog, self.entity, by))
    }

    /// The first records that fulfil a filter.
    #[must_use]
    pub fn matching(self, wanted: &Filter, columns: &[AttributeId], limit: u64, lock: Lock) -> Statement {
        let mut scope = Scope::new(self.catalog, self.dialect);
        let base = scope.alias();
        let mut select = Query::select();
        self.read(&scope, columns, &base, &mut select);
        let condition = filter::compile(&mut scope, wanted, self.entity, &base);
        select.from(scope.table(self.entity, &base)).cond_where(condition).limit(limit);
        self.in_order(&scope, &base, &mut select);
        self.hold(&mut select, lock, &base);
        finish_in(scope, &select, Vec::new())
    }

    /// New records, one per row of values for `columns`; answers `returning` of those that were inserted.
    #[must_use]
    pub fn insert(
        self,
        columns: &[AttributeId],
        rows: &[Vec<Option<Literal>>],
        returning: &[AttributeId],
    ) -> Statement {
        let scope = Scope::new(self.catalog, self.dialect);
        let insert = self.insertion(&scope, columns, rows);
        self.answering(&scope, insert, returning, Vec::new())
    }

    /// The same, but for rows whose unique key `unique` exists. Where the database can only look before it inserts, one
    /// that comes into being in between is refused as a conflict.
    #[must_use]
    pub fn insert_missing(
        self,
        columns: &[AttributeId],
        rows: &[Vec<Option<Literal>>],
        returning: &[AttributeId],
        unique: &[AttributeId],
    ) -> Statement {
        let mut scope = Scope::new(self.catalog, self.dialect);
        if self.dialect.ignores_conflicts() {
            let mut insert = self.insertion(&scope, columns, rows);
            insert.on_conflict(OnConflict::new().do_nothing().to_owned());
            return self.answering(&scope, insert, returning, Vec::new());
        }
        let known = scope.alias();
        let selects = rows.iter().map(|row| {
            let mut present = Query::select();
            present.expr(Expr::val(1)).from(scope.table(self.entity, &known));
            let mut select = Query::select();
            for (id, value) in columns.iter().zip(row) {
                select.expr(self.value(&scope, *id, value.as_ref()));
                if unique.contains(id) {
                    let column = scope.column(self.entity, *id, &known).expr;
                    present.and_where(column.eq(self.value(&scope, *id, value.as_ref())));
                }
            }
            select.and_where(Expr::not_exists(present)).take()
        });
        let missing = selects.reduce(|mut all, select| all.union(UnionType::All, select).take()).unwrap_or_default();
        let mut insert = Query::insert();
        insert.into_table(scope.bare_table(self.entity)).columns(columns.iter().map(|id| self.iden(*id)));
        // As many columns as values.
        let _ = insert.select_from(missing);
        self.answering(&scope, insert, returning, Vec::new())
    }

    /// The same for rows that hold nothing but the keys that the statement is run with, whose parts are the unique key
    /// `columns`: one statement for any number of them.
    #[must_use]
    pub fn insert_keys(self, columns: &[AttributeId], returning: &[AttributeId]) -> Statement {
        let mut scope = Scope::new(self.catalog, self.dialect);
        let (keys, known) = (scope.alias(), scope.alias());
        let typed: Vec<Typed<'_>> = columns.iter().map(|id| scope.bare_column(self.entity, *id)).collect();
        let part = |part: usize| Expr::col((keys.clone(), iden(&format!("k{part}"))));
        let mut select = Query::select();
        select.exprs((0..columns.len()).map(part)).from_subquery(self.dialect.key_list(&typed), keys.clone());
        let mut insert = Query::insert();
        insert.into_table(scope.bare_table(self.entity)).columns(columns.iter().map(|id| self.iden(*id)));
        if self.dialect.ignores_conflicts() {
            // Without a condition, SQLite would take what follows for one of a join.
            select.and_where(Expr::cust("TRUE"));
            insert.on_conflict(OnConflict::new().do_nothing().to_owned());
        } else {
            let mut present = Query::select();
            present.expr(Expr::val(1)).from(scope.table(self.entity, &known));
            for (index, id) in columns.iter().enumerate() {
                present.and_where(scope.column(self.entity, *id, &known).expr.eq(part(index)));
            }
            select.and_where(Expr::not_exists(present));
        }
        // As many columns as values.
        let _ = insert.select_from(select);
        self.answering(&scope, insert, returning, types(self.catalog, self.entity, columns))
    }

    fn insertion(&self, scope: &Scope<'_>, columns: &[AttributeId], rows: &[Vec<Option<Literal>>]) -> InsertStatement {
        let mut insert = Query::insert();
        insert.into_table(scope.bare_table(self.entity));
        if columns.is_empty() {
            insert.or_default_values();
            return insert;
        }
        insert.columns(columns.iter().map(|id| self.iden(*id)));
        for row in rows {
            let values = columns.iter().zip(row).map(|(id, value)| self.value(scope, *id, value.as_ref()));
            insert.values_panic(values);
        }
        insert
    }

    fn answering(
        &self,
        scope: &Scope<'_>,
        mut insert: InsertStatement,
        returning: &[AttributeId],
        keys: Vec<AttributeType>,
    ) -> Statement {
        let columns = returning.iter().map(|id| self.dialect.readable(&scope.bare_column(self.entity, *id)));
        if self.dialect != Dialect::MySql {
            insert.returning(Query::returning().exprs(columns));
            return finish(self.dialect, &insert, keys);
        }
        mysql::returning(finish(self.dialect, &insert, keys), Query::select().exprs(columns))
    }

    /// Sets attributes of the records of the stored primary keys, and counts their versions where they have one.
    #[must_use]
    pub fn update(
        self,
        only: Option<&[Literal]>,
        values: &[(AttributeId, Option<Literal>)],
        version: Option<AttributeId>,
    ) -> Statement {
        let mut scope = Scope::new(self.catalog, self.dialect);
        let mut update = self.set(&scope, values, version);
        if self.dialect == Dialect::MySql && only.is_none() {
            mysql::join(&mut update, &mut scope, self.entity);
        } else {
            update.cond_where(self.is_wanted(&self.key(&scope), Keys::Stored, only));
        }
        finish(self.dialect, &update, types(self.catalog, self.entity, self.primary_key()))
    }

    /// Sets attributes of the record of a key that a client gave, while definitions are those of the generation, and
    /// answers `returning` of it.
    #[must_use]
    pub fn update_given(
        self,
        key: &[(AttributeId, Literal)],
        values: &[(AttributeId, Option<Literal>)],
        version: Option<AttributeId>,
        generation: i64,
        returning: &[AttributeId],
    ) -> Statement {
        let scope = Scope::new(self.catalog, self.dialect);
        let mut update = self.set(&scope, values, version);
        update.and_where(definitions::is_current(self.dialect, generation));
        let (by, key): (Vec<Typed<'_>>, Vec<Literal>) =
            key.iter().map(|(id, value)| (scope.bare_column(self.entity, *id), value.clone())).unzip();
        update.cond_where(self.is(by.into_iter(), Keys::Given, &key));
        let columns = returning.iter().map(|id| self.dialect.readable(&scope.bare_column(self.entity, *id)));
        update.returning(Query::returning().exprs(columns));
        finish(self.dialect, &update, Vec::new())
    }

    fn set(
        &self,
        scope: &Scope<'_>,
        values: &[(AttributeId, Option<Literal>)],
        version: Option<AttributeId>,
    ) -> UpdateStatement {
        let mut update = UpdateStatement::new();
        update.table(scope.bare_table(self.entity));
        update.values(values.iter().map(|(id, value)| (self.iden(*id), self.value(scope, *id, value.as_ref()))));
        if let Some(version) = version {
            update.value(self.iden(version), scope.bare_column(self.entity, version).expr.add(1));
        }
        update
    }

    /// Deletes the records of the stored primary keys.
    #[must_use]
    pub fn delete(self, only: Option<&[Literal]>) -> Statement {
        let mut scope = Scope::new(self.catalog, self.dialect);
        if self.dialect == Dialect::MySql && only.is_none() {
            let base = scope.alias();
            return mysql::delete(&scope, self.entity, &base);
        }
        let mut delete = Query::delete();
        let wanted = self.is_wanted(&self.key(&scope), Keys::Stored, only);
        delete.from_table(scope.bare_table(self.entity)).cond_where(wanted);
        finish(self.dialect, &delete, types(self.catalog, self.entity, self.primary_key()))
    }

    /// Whether a key is the only one, or among the keys that the statement is run with.
    fn is_wanted(&self, key: &[Typed<'_>], origin: Keys, only: Option<&[Literal]>) -> Condition {
        match only {
            Some(values) => self.is(key.iter().cloned(), origin, values),
            None => Cond::all().add(is_among(self.dialect, key)),
        }
    }

    fn is<'t>(&self, key: impl Iterator<Item = Typed<'t>>, origin: Keys, values: &[Literal]) -> Condition {
        let pairs = key.zip(values).map(|(column, value)| {
            let right = self.dialect.parameter(value, &column);
            // What SQLite stores may be spelled in another way than what it compares.
            let is_raw = origin == Keys::Stored && self.dialect == Dialect::Sqlite;
            let left = if is_raw { column.expr } else { self.dialect.comparable(&column) };
            left.eq(right)
        });
        pairs.fold(Cond::all(), Cond::add)
    }

    fn primary_key(&self) -> &[AttributeId] {
        &self.catalog.entity(self.entity).primary_key
    }

    fn key<'s>(&self, scope: &Scope<'s>) -> Vec<Typed<'s>> {
        self.primary_key().iter().map(|id| scope.bare_column(self.entity, *id)).collect()
    }

    fn iden(&self, id: AttributeId) -> DynIden {
        iden(&self.catalog.entity(self.entity).attribute(id).column)
    }

    fn value(&self, scope: &Scope<'_>, id: AttributeId, value: Option<&Literal>) -> Expr {
        match value {
            Some(value) => self.dialect.stored(value, &scope.bare_column(self.entity, id)),
            None => Expr::Keyword(sea_orm::sea_query::Keyword::Null),
        }
    }

    fn read(&self, scope: &Scope<'_>, columns: &[AttributeId], base: &DynIden, select: &mut SelectStatement) {
        for id in columns {
            select.expr(self.dialect.readable(&scope.column(self.entity, *id, base)));
        }
    }

    /// A record of a view is made of others: there is nothing to hold, and PostgreSQL refuses to try.
    fn hold(&self, select: &mut SelectStatement, lock: Lock, base: &DynIden) {
        if self.catalog.entity(self.entity).kind == EntityKind::View {
            return;
        }
        match (self.dialect, lock) {
            // Shared with who refers to the record, or nobody; and there is nothing but the whole statement to hold.
            (Dialect::MySql, Lock::Reference) => select.lock(LockType::Share),
            (Dialect::MySql, Lock::Change | Lock::Delete) => select.lock(LockType::Update),
            (_, Lock::Reference) => select.lock_with_tables(LockType::KeyShare, [base.clone()]),
            (_, Lock::Change) => select.lock_with_tables(LockType::NoKeyUpdate, [base.clone()]),
            (_, Lock::Delete) => select.lock_with_tables(LockType::Update, [base.clone()]),
        };
    }

    /// By the primary key, so that transactions lock records in the same order.
    fn in_order(&self, scope: &Scope<'_>, base: &DynIden, select: &mut SelectStatement) {
        for id in self.primary_key() {
            select.order_by_expr(scope.column(self.entity, *id, base).expr, Order::Asc);
        }
    }
}

/// Whether a key is among the keys that the statement is run with.
pub(super) fn is_among(dialect: Dialect, key: &[Typed<'_>]) -> Expr {
    let list = dialect.key_list(key);
    match key {
        [only] => only.expr.clone().in_subquery(list),
        several => Expr::tuple(several.iter().map(|column| column.expr.clone())).in_subquery(list),
    }
}
