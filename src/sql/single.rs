//! Writes that need no transaction around them: one statement finds the records, holds them, writes and answers. It does
//! so only while the definitions are those of a known generation, and otherwise nothing: then it answers no row. For
//! PostgreSQL; on a file of SQLite, where statements are no round trips, a few do the same.

mod associate;
mod in_file;

use sea_orm::sea_query::{
    CaseStatement, CommonTableExpression, Cond, Condition, DynIden, Expr, ExprTrait, Func, InsertStatement, JoinType,
    Keyword, LockType, OnConflict, Order, Query, SelectStatement, SubQueryStatement, UnionType, UpdateStatement,
    WindowStatement, WithClause,
};

use crate::{
    catalog::{AttributeId, Catalog, EntityId, ManyToMany, ManyToManyEnd},
    plan::{Operand, Rows},
};

use super::{
    alias::iden,
    definitions,
    dialect::{Dialect, Typed},
    scope::Scope,
    statement::{Statement, finish_in, types},
};

/// Writes about one entity. What they answer begins with the columns of a step that reads it, where there is one.
#[derive(Debug, Clone, Copy)]
pub struct Single<'a> {
    /// What exists.
    pub catalog: &'a Catalog,
    /// The entity.
    pub entity: EntityId,
    /// The generation of definitions that the catalog is of.
    pub generation: i64,
    /// What is read of the record.
    pub rows: Option<&'a Rows>,
}

impl<'a> Single<'a> {
    /// Sets attributes of the record of a key that a client gave, and counts its version.
    #[must_use]
    pub fn update(self, key: &[(AttributeId, Operand)], values: &[(AttributeId, Option<Operand>)]) -> Statement {
        let mut scope = self.scope();
        let mut update = UpdateStatement::new();
        update.table(scope.bare_table(self.entity));
        for (id, value) in values {
            let column = scope.bare_column(self.entity, *id);
            let value = value.as_ref().map_or(Expr::Keyword(Keyword::Null), |value| scope.stored(value, &column));
            update.value(self.iden(self.entity, *id), value);
        }
        if let Some(version) = self.catalog.entity(self.entity).version {
            update.value(self.iden(self.entity, version), scope.bare_column(self.entity, version).expr.add(1));
        }
        update.cond_where(is(&mut scope, self.entity, key, None));
        update.and_where(definitions::is_current(DIALECT, self.generation));
        let columns = self.rows.map_or(&[][..], |rows| &rows.columns);
        let columns = columns.iter().map(|column| scope.bare_column(self.entity, column.attribute));
        let mut columns: Vec<Expr> = columns.map(|column| DIALECT.readable(&column)).collect();
        if columns.is_empty() {
            columns.push(Expr::cust("1"));
        }
        update.returning(Query::returning().exprs(columns));
        finish_in(scope, &update, Vec::new())
    }

    /// Links the record of a key with the records of `count` keys, whose attributes `by` the statement is run with; all of
    /// them, or none where one is missing. Answers for each key whether a link was made, [`ALREADY_LINKED`] or [`LINKED`],
    /// and the primary key of its record.
    #[must_use]
    pub fn connect(
        self,
        many: &ManyToMany,
        role: usize,
        key: &[(AttributeId, Operand)],
        by: &[AttributeId],
        count: usize,
    ) -> Statement {
        let mut scope = self.scope();
        let (subject, others, new) = (scope.alias(), scope.alias(), scope.alias());
        let (near, far) = (&many.ends[role], &many.ends[1 - role]);
        let own = [near.attributes.as_slice(), &self.read(0)].concat();
        let mut held = held(&mut scope, self.entity, key, &own, LockType::KeyShare);
        held.and_where(definitions::is_current(DIALECT, self.generation));
        let (found, size) = self.found(&mut scope, far, by);

        let from = near.attributes.len();
        let mut pairs = Query::select();
        pairs.exprs((0..from).map(|part| column(&subject, part)));
        pairs.from(subject.clone()).join(JoinType::CrossJoin, others.clone(), Cond::all());
        let insert = self.insert(&scope, many, role, pairs, &others, count);

        let mut select = Query::select();
        for (part, read) in self.rows.iter().flat_map(|rows| &rows.columns).enumerate() {
            select.expr(readable(&scope, self.entity, read.attribute, column(&subject, from + part)));
        }
        select.from(subject.clone()).join(JoinType::CrossJoin, others.clone(), Cond::all());
        self.tell(&scope, far, &others, &new, &mut select);
        select.order_by_expr(column(&others, 0), Order::Asc);
        let with = WithClause::new()
            .cte(named(&subject, own.len(), held))
            .cte(named(&others, size, found))
            .cte(named(&new, far.attributes.len(), insert))
            .to_owned();
        finish_in(scope, &select.with(with), types(self.catalog, far.entity, by))
    }

    /// Holds the record of a key, so that nobody else changes all of its links.
    #[must_use]
    pub fn hold(self, key: &[(AttributeId, Operand)]) -> Statement {
        let mut scope = self.scope();
        let primary_key = self.primary_key(self.entity);
        let held = held(&mut scope, self.entity, key, primary_key, LockType::NoKeyUpdate);
        finish_in(scope, &held, Vec::new())
    }

    /// Makes the records of `count` keys the only ones that the record of a key is linked with, which is held already, by a
    /// statement before. Answers what [`Self::connect`] does, and after it [`GONE`] and the primary key of each record that
    /// is not linked any more.
    #[must_use]
    pub fn replace(
        self,
        many: &ManyToMany,
        role: usize,
        key: &[(AttributeId, Operand)],
        by: &[AttributeId],
        count: usize,
    ) -> Statement {
        let mut scope = self.scope();
        let (subject, others, new) = (scope.alias(), scope.alias(), scope.alias());
        let (gone, row, base) = (scope.alias(), scope.alias(), scope.alias());
        let (near, far) = (&many.ends[role], &many.ends[1 - role]);
        let (mut found, size) = self.found(&mut scope, far, by);
        found.and_where(definitions::is_current(DIALECT, self.generation));

        let own = near.attributes.len();
        let mut found_by_key = Query::select();
        found_by_key.exprs(near.attributes.iter().map(|id| scope.column(self.entity, *id, &base).expr));
        found_by_key.from(scope.table(self.entity, &base));
        found_by_key.cond_where(is(&mut scope, self.entity, key, Some(&base)));

        let mut pairs = Query::select();
        pairs.exprs((0..own).map(|part| column(&subject, part)));
        pairs.from(subject.clone()).join(JoinType::CrossJoin, others.clone(), Cond::all());
        let insert = self.insert(&scope, many, role, pairs, &others, count);

        let mut kept = Query::select();
        kept.expr(Expr::cust("1")).from(others.clone());
        for (part, id) in far.intersect_attributes.iter().enumerate() {
            kept.and_where(column(&others, 1 + part).eq(scope.column(many.intersect, *id, &row).expr));
        }
        let mut delete = Query::delete();
        delete.from_table(scope.table(many.intersect, &row)).and_where(is_whole(&others, count));
        for (part, id) in near.intersect_attributes.iter().enumerate() {
            let value = Query::select().expr(Expr::col(place(part))).from(subject.clone()).take();
            delete.and_where(scope.column(many.intersect, *id, &row).expr.eq(value));
        }
        delete.and_where(Expr::not_exists(kept));
        let told = [far.intersect_attributes.as_slice(), self.primary_key(many.intersect)].concat();
        delete.returning(Query::returning().exprs(told.iter().map(|id| scope.column(many.intersect, *id, &row).expr)));

        let mut select = Query::select();
        select.from(subject.clone()).join(JoinType::CrossJoin, others.clone(), Cond::all());
        self.tell(&scope, far, &others, &new, &mut select);
        select.expr(number(0)).expr(column(&others, 0));

        let target = scope.alias();
        let on = far.attributes.iter().enumerate().fold(Cond::all(), |all, (part, id)| {
            all.add(scope.column(far.entity, *id, &target).expr.eq(column(&gone, part)))
        });
        let mut in_order = WindowStatement::new();
        for part in far.attributes.len()..told.len() {
            in_order.order_by_expr(column(&gone, part), Order::Asc);
        }
        let mut unlinked = Query::select();
        unlinked.expr(number(GONE));
        let primary_key = self.primary_key(far.entity);
        unlinked.exprs(primary_key.iter().map(|id| DIALECT.readable(&scope.column(far.entity, *id, &target))));
        unlinked.expr(number(1)).expr_window(Func::cust(iden("row_number")), in_order);
        unlinked.from(gone.clone()).inner_join(scope.table(far.entity, &target), on);
        select.union(UnionType::All, unlinked);
        for position in [2, 3] {
            select.order_by_expr(Expr::cust((primary_key.len() + position).to_string()), Order::Asc);
        }
        let with = WithClause::new()
            .cte(named(&subject, own, found_by_key))
            .cte(named(&others, size, found))
            .cte(named(&new, far.attributes.len(), insert))
            .cte(named(&gone, told.len(), delete))
            .to_owned();
        finish_in(scope, &select.with(with), types(self.catalog, far.entity, by))
    }

    /// Inserts a row of the intersect for each of the other records, unless it is there, once all of them are found.
    fn insert(
        self,
        scope: &Scope<'_>,
        many: &ManyToMany,
        role: usize,
        mut pairs: SelectStatement,
        others: &DynIden,
        count: usize,
    ) -> InsertStatement {
        let [near, far] = [role, 1 - role].map(|role| &many.ends[role].intersect_attributes);
        pairs.exprs((0..far.len()).map(|part| column(others, 1 + part))).and_where(is_whole(others, count));
        let iden = |id: &AttributeId| self.iden(many.intersect, *id);
        let lookups: Vec<DynIden> = near.iter().chain(far).map(iden).collect();
        let mut insert = Query::insert();
        insert.into_table(scope.bare_table(many.intersect)).columns(lookups.clone());
        // As many columns as values.
        let _ = insert.select_from(pairs);
        insert.on_conflict(OnConflict::columns(lookups).do_nothing().to_owned());
        insert.returning(Query::returning().exprs(far.iter().map(iden).map(Expr::col))).take()
    }

    /// Selects what became of each of the other records, and its primary key.
    fn tell(
        self,
        scope: &Scope<'_>,
        far: &ManyToManyEnd,
        others: &DynIden,
        new: &DynIden,
        select: &mut SelectStatement,
    ) {
        let was_linked = column(new, 0).is_null();
        let status: Expr = CaseStatement::new().case(was_linked, number(ALREADY_LINKED)).finally(number(LINKED)).into();
        select.expr(status);
        let width = far.attributes.len();
        for (part, id) in self.primary_key(far.entity).iter().enumerate() {
            select.expr(readable(scope, far.entity, *id, column(others, 1 + width + part)));
        }
        let pairs = (0..width).map(|part| column(new, part).eq(column(others, 1 + part)));
        select.join(JoinType::LeftJoin, new.clone(), pairs.fold(Cond::all(), Cond::add));
    }

    /// The position of each key that the statement is run with, and of its record, which is held, what the intersect
    /// holds of it and its primary key; with the number of columns.
    fn found(self, scope: &mut Scope<'a>, end: &ManyToManyEnd, by: &[AttributeId]) -> (SelectStatement, usize) {
        let (keys, base, id) = (scope.alias(), scope.alias(), end.entity);
        let typed: Vec<Typed<'_>> = by.iter().map(|attribute| scope.column(id, *attribute, &keys)).collect();
        let pairs = by.iter().enumerate().map(|(part, attribute)| {
            let key = Expr::col((keys.clone(), iden(&format!("k{part}"))));
            DIALECT.comparable_key(&scope.column(id, *attribute, &base)).eq(key)
        });
        let on = pairs.fold(Cond::all(), Cond::add);
        let position = Expr::col((keys.clone(), iden("ord")));
        let attributes = [end.attributes.as_slice(), self.primary_key(id)].concat();
        let mut select = Query::select();
        select.expr(position.clone());
        select.exprs(attributes.iter().map(|attribute| scope.column(id, *attribute, &base).expr));
        select.from_subquery(DIALECT.parents(&typed), keys).inner_join(scope.table(id, &base), on);
        select.order_by_expr(position, Order::Asc).lock_with_tables(LockType::KeyShare, [base]);
        (select, 1 + attributes.len())
    }

    /// What is read of a source of the rows.
    fn read(self, source: usize) -> Vec<AttributeId> {
        let columns = self.rows.iter().flat_map(|rows| &rows.columns);
        columns.filter(|column| column.source == source).map(|column| column.attribute).collect()
    }

    fn primary_key(self, id: EntityId) -> &'a [AttributeId] {
        &self.catalog.entity(id).primary_key
    }

    fn iden(self, id: EntityId, attribute: AttributeId) -> DynIden {
        iden(&self.catalog.entity(id).attribute(attribute).column)
    }

    fn scope(self) -> Scope<'a> {
        Scope::new(self.catalog, DIALECT)
    }
}

/// Attributes of the record of a key, which is held.
fn held(
    scope: &mut Scope<'_>,
    id: EntityId,
    key: &[(AttributeId, Operand)],
    attributes: &[AttributeId],
    lock: LockType,
) -> SelectStatement {
    let base = scope.alias();
    let mut select = Query::select();
    for (position, attribute) in attributes.iter().enumerate() {
        select.expr_as(scope.column(id, *attribute, &base).expr, place(position));
    }
    select.from(scope.table(id, &base)).cond_where(is(scope, id, key, Some(&base)));
    select.lock_with_tables(lock, [base]).take()
}

/// Whether a record has a key that a client gave. Without a place it is that of the only table of the statement.
fn is(scope: &mut Scope<'_>, id: EntityId, key: &[(AttributeId, Operand)], at: Option<&DynIden>) -> Condition {
    key.iter().fold(Cond::all(), |all, (attribute, value)| {
        let column = match at {
            Some(at) => scope.column(id, *attribute, at),
            None => scope.bare_column(id, *attribute),
        };
        all.add(DIALECT.comparable(&column).eq(scope.operand(value, &column)))
    })
}

/// A part of the statement under its name, with so many columns.
fn named(name: &DynIden, columns: usize, query: impl Into<SubQueryStatement>) -> CommonTableExpression {
    let mut part = CommonTableExpression::new();
    part.table_name(name.clone()).columns((0..columns).map(place)).query(query);
    part
}

/// A stored value of an attribute as it is read.
fn readable(scope: &Scope<'_>, id: EntityId, attribute: AttributeId, stored: Expr) -> Expr {
    DIALECT.readable(&Typed { expr: stored, ..scope.bare_column(id, attribute) })
}

/// Whether as many of the other records are found as were asked for.
fn is_whole(others: &DynIden, count: usize) -> Expr {
    let found = Query::select().expr(Expr::col(place(0)).count()).from(others.clone()).take();
    Expr::from(found).eq(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The name of a column of a part of the statement.
fn place(position: usize) -> DynIden {
    iden(&format!("c{position}"))
}

fn column(part: &DynIden, position: usize) -> Expr {
    Expr::col((part.clone(), place(position)))
}

/// A number as the database's `bigint`.
fn number(number: usize) -> Expr {
    Expr::cust(number.to_string()).cast_as("bigint")
}

const DIALECT: Dialect = Dialect::Postgres;

/// The records were linked before.
pub const ALREADY_LINKED: usize = 1;
/// The records were not linked.
pub const LINKED: usize = 2;
/// The record was linked with another.
pub const MOVED: usize = 3;
/// The records are not linked any more.
pub const GONE: usize = 4;
