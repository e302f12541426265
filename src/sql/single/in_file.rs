//! The same on a file of SQLite, inside a transaction: what is changed, whether it can be, and what is read afterwards.
//! Whether something was done is told by the number of records that a statement has changed, and by rows where it only
//! looks.

use sea_orm::sea_query::{
    BinOper, Cond, Condition, DynIden, Expr, ExprTrait, IntoIden, JoinType, Keyword, OnConflict, Query,
    SelectStatement, UpdateStatement,
};

use crate::{
    catalog::{AttributeId, AttributeType, EntityId, ManyToMany, ManyToManyEnd, OneToMany},
    plan::Operand,
    sql::{
        alias::iden,
        definitions,
        dialect::{Dialect, Typed},
        join,
        scope::Scope,
        statement::{Statement, finish_in, types},
    },
};

use super::Single;

const DIALECT: Dialect = Dialect::Sqlite;
const DIFFERS: BinOper = BinOper::Custom("IS NOT");

type Key = [(AttributeId, Operand)];

impl Single<'_> {
    /// Sets attributes of the record of a key, and counts its version.
    #[must_use]
    pub fn update_in_file(self, key: &Key, values: &[(AttributeId, Option<Operand>)]) -> Statement {
        let mut scope = Scope::new(self.catalog, DIALECT);
        let mut update = self.change(&scope);
        for (id, value) in values {
            let column = scope.bare_column(self.entity, *id);
            let value = value.as_ref().map_or(Expr::Keyword(Keyword::Null), |value| scope.stored(value, &column));
            update.value(self.iden(self.entity, *id), value);
        }
        update.cond_where(is(&mut scope, self.entity, key, None));
        finish_in(scope, &update, Vec::new())
    }

    /// Lets the lookup of the record of a key lead to the record of another one, and counts the version, and finds it where
    /// it leads there already. Nothing where the values of the key are not those of the lookup.
    #[must_use]
    pub fn associate_in_file(self, one: &OneToMany, key: &Key, target: &Key) -> Option<[Statement; 2]> {
        let is_number = |id: &AttributeId| {
            let ty = &self.catalog.entity(one.referenced).attribute(*id).ty;
            matches!(ty, AttributeType::Int | AttributeType::BigInt)
        };
        let value = |id| target.iter().find(|(known, _)| known == id).map(|(_, value)| value);
        let values: Vec<&Operand> = one.referenced_attributes.iter().map(value).collect::<Option<_>>()?;
        if values.len() != target.len() || !one.referenced_attributes.iter().all(is_number) {
            return None;
        }
        let lookups = || one.referencing_attributes.iter().zip(&values);

        let mut scope = Scope::new(self.catalog, DIALECT);
        let mut update = self.change(&scope);
        let mut differs = Cond::any();
        for (id, value) in lookups() {
            let column = scope.bare_column(self.entity, *id);
            update.value(self.iden(self.entity, *id), scope.stored(value, &column));
            differs = differs.add(column.expr.clone().binary(DIFFERS, scope.operand(value, &column)));
        }
        update.cond_where(is(&mut scope, self.entity, key, None)).cond_where(differs);
        let other = scope.alias();
        update.and_where(Expr::exists(record(&mut scope, one.referenced, target, &other)));
        let update = finish_in(scope, &update, Vec::new());

        let mut scope = Scope::new(self.catalog, DIALECT);
        let (base, other) = (scope.alias(), scope.alias());
        let mut there = record(&mut scope, self.entity, key, &base);
        for (id, value) in lookups() {
            let column = scope.column(self.entity, *id, &base);
            there.and_where(column.expr.clone().eq(scope.operand(value, &column)));
        }
        there.and_where(Expr::exists(record(&mut scope, one.referenced, target, &other)));
        there.and_where(definitions::is_current(DIALECT, self.generation));
        Some([update, finish_in(scope, &there, Vec::new())])
    }

    /// What is read of the record of a key, and of the one that a lookup of it leads to.
    #[must_use]
    pub fn read_in_file(self, key: &Key, one: Option<&OneToMany>) -> Option<Statement> {
        let columns = &self.rows?.columns;
        let mut scope = Scope::new(self.catalog, DIALECT);
        let (base, other) = (scope.alias(), scope.alias());
        let mut select = Query::select();
        for wanted in columns {
            let (entity, place) = match (wanted.source, one) {
                (0, _) => (self.entity, &base),
                (_, Some(one)) => (one.referenced, &other),
                (_, None) => return None,
            };
            select.expr(DIALECT.readable(&scope.column(entity, wanted.attribute, place)));
        }
        select.from(scope.table(self.entity, &base));
        if let Some(one) = one {
            let pairs = one.referencing_attributes.iter().zip(&one.referenced_attributes);
            let on = pairs.fold(Cond::all(), |all, (own, theirs)| {
                let theirs = scope.column(one.referenced, *theirs, &other).expr;
                all.add(scope.column(self.entity, *own, &base).expr.eq(theirs))
            });
            select.join(JoinType::LeftJoin, scope.table(one.referenced, &other), on);
        }
        select.cond_where(is(&mut scope, self.entity, key, Some(&base)));
        Some(finish_in(scope, &select, Vec::new()))
    }

    /// Finds the record of a key, if it is linked with all `count` records of the keys that the statement is run with.
    #[must_use]
    pub fn linked_in_file(
        self,
        many: &ManyToMany,
        role: usize,
        key: &Key,
        by: &[AttributeId],
        count: usize,
    ) -> Statement {
        let mut scope = Scope::new(self.catalog, DIALECT);
        let base = scope.alias();
        let mut found = record(&mut scope, self.entity, key, &base);
        found.and_where(definitions::is_current(DIALECT, self.generation));
        let far = &many.ends[1 - role];
        let (mut linked, other) = others(&mut scope, far, by);
        let link = scope.alias();
        let on = join::intersect(&scope, many, role, &link, &base).add(join::intersect(
            &scope,
            many,
            1 - role,
            &link,
            &other,
        ));
        linked.inner_join(scope.table(many.intersect, &link), on).expr(Expr::cust("COUNT(*)"));
        found.and_where(Expr::from(linked).eq(i64::try_from(count).unwrap_or(i64::MAX)));
        finish_in(scope, &found, types(self.catalog, far.entity, by))
    }

    /// Inserts a row of the intersect for the record of a key and each of those of the keys that the statement is run with,
    /// unless it is there. Where it inserts fewer than there are keys, [`linked_in_file`](Self::linked_in_file) says
    /// whether all is well.
    #[must_use]
    pub fn insert_in_file(self, many: &ManyToMany, role: usize, key: &Key, by: &[AttributeId]) -> Statement {
        let mut scope = Scope::new(self.catalog, DIALECT);
        let (near, far) = (&many.ends[role], &many.ends[1 - role]);
        let base = scope.alias();
        let (mut pairs, other) = others(&mut scope, far, by);
        pairs.exprs(near.attributes.iter().map(|id| scope.column(self.entity, *id, &base).expr));
        pairs.exprs(far.attributes.iter().map(|id| scope.column(far.entity, *id, &other).expr));
        pairs.join(JoinType::CrossJoin, scope.table(self.entity, &base), Cond::all());
        pairs.cond_where(is(&mut scope, self.entity, key, Some(&base)));
        pairs.and_where(definitions::is_current(DIALECT, self.generation));
        let attributes = near.intersect_attributes.iter().chain(&far.intersect_attributes);
        let lookups: Vec<DynIden> = attributes.map(|id| self.iden(many.intersect, *id)).collect();
        let mut insert = Query::insert();
        insert.into_table(scope.bare_table(many.intersect)).columns(lookups.clone());
        // As many columns as values.
        let _ = insert.select_from(pairs);
        insert.on_conflict(OnConflict::columns(lookups).do_nothing().to_owned());
        finish_in(scope, &insert, types(self.catalog, far.entity, by))
    }

    /// Deletes the rows of the intersect that link the record of a key with others than those of the keys that the
    /// statement is run with.
    #[must_use]
    pub fn delete_in_file(self, many: &ManyToMany, role: usize, key: &Key, by: &[AttributeId]) -> Statement {
        let mut scope = Scope::new(self.catalog, DIALECT);
        let (near, far) = (&many.ends[role], &many.ends[1 - role]);
        let column = |scope: &Scope<'_>, id: &AttributeId| scope.bare_column(many.intersect, *id).expr;
        let mut delete = Query::delete();
        delete.from_table(scope.bare_table(many.intersect));
        for (id, own) in near.intersect_attributes.iter().zip(&near.attributes) {
            let base = scope.alias();
            let mut value = Query::select();
            value.expr(scope.column(self.entity, *own, &base).expr).from(scope.table(self.entity, &base));
            value.cond_where(is(&mut scope, self.entity, key, Some(&base)));
            delete.and_where(column(&scope, id).eq(Expr::from(value)));
        }
        let (mut kept, other) = others(&mut scope, far, by);
        kept.exprs(far.attributes.iter().map(|id| scope.column(far.entity, *id, &other).expr));
        let linked: Vec<Expr> = far.intersect_attributes.iter().map(|id| column(&scope, id)).collect();
        let linked = match <[Expr; 1]>::try_from(linked) {
            Ok([only]) => only,
            Err(several) => Expr::tuple(several),
        };
        delete.and_where(linked.not_in_subquery(kept));
        finish_in(scope, &delete, types(self.catalog, far.entity, by))
    }

    /// A change of the entity's table while definitions are the known ones, which counts versions.
    fn change(self, scope: &Scope<'_>) -> UpdateStatement {
        let mut update = UpdateStatement::new();
        update.table(scope.bare_table(self.entity));
        if let Some(version) = self.catalog.entity(self.entity).version {
            update.value(self.iden(self.entity, version), scope.bare_column(self.entity, version).expr.add(1));
        }
        update.and_where(definitions::is_current(DIALECT, self.generation)).to_owned()
    }
}

/// The records of the keys that a statement is run with, and their place in it.
fn others(scope: &mut Scope<'_>, end: &ManyToManyEnd, by: &[AttributeId]) -> (SelectStatement, DynIden) {
    let (keys, base, id) = (scope.alias(), scope.alias(), end.entity);
    let typed: Vec<Typed<'_>> = by.iter().map(|attribute| scope.column(id, *attribute, &keys)).collect();
    let pairs = by.iter().enumerate().map(|(part, attribute)| {
        let key = Expr::col((keys.clone(), iden(&format!("k{part}")).into_iden()));
        DIALECT.comparable_key(&scope.column(id, *attribute, &base)).eq(key)
    });
    let on = pairs.fold(Cond::all(), Cond::add);
    let mut select = Query::select();
    select.from_subquery(DIALECT.key_list(&typed), keys).inner_join(scope.table(id, &base), on);
    (select, base)
}

/// Selects one row where the record of a key is there.
fn record(scope: &mut Scope<'_>, id: EntityId, key: &Key, at: &DynIden) -> SelectStatement {
    let mut select = Query::select();
    select.expr(Expr::cust("1")).from(scope.table(id, at)).cond_where(is(scope, id, key, Some(at))).take()
}

/// Whether a record has a key that a client gave. Without a place it is that of the only table of the statement.
fn is(scope: &mut Scope<'_>, id: EntityId, key: &Key, at: Option<&DynIden>) -> Condition {
    key.iter().fold(Cond::all(), |all, (attribute, value)| {
        let column = match at {
            Some(at) => scope.column(id, *attribute, at),
            None => scope.bare_column(id, *attribute),
        };
        all.add(DIALECT.key_column(&column).eq(scope.operand(value, &column)))
    })
}
