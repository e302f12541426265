//! A lookup that is set.

use sea_orm::sea_query::{
    BinOper, CaseStatement, Cond, DynIden, Expr, ExprTrait, JoinType, LockType, Query, TableRef, UpdateStatement,
};

use crate::{
    catalog::{AttributeId, AttributeType, OneToMany},
    plan::Operand,
    sql::{
        definitions,
        scope::Scope,
        statement::{Statement, finish_in},
    },
};

use super::{ALREADY_LINKED, DIALECT, LINKED, MOVED, Single, column, held, is, number, readable};

const DISTINCT: BinOper = BinOper::Custom("IS DISTINCT FROM");
const SAME: BinOper = BinOper::Custom("IS NOT DISTINCT FROM");

impl Single<'_> {
    /// Lets the lookup of the record of a key lead to the record of another key, and counts the version; does nothing where
    /// it leads there already. Answers [`LINKED`] or, if that is to be told, [`MOVED`], and the primary key of the other
    /// record, of which the first join of the rows is read. That record is held: by a foreign key where the lookup is all
    /// that there is to know of it, and otherwise by this.
    #[must_use]
    pub fn associate(
        self,
        one: &OneToMany,
        key: &[(AttributeId, Operand)],
        target: &[(AttributeId, Operand)],
        is_told: bool,
    ) -> Statement {
        let mut scope = self.scope();
        let (base, other, old) = (scope.alias(), scope.alias(), scope.alias());
        let at = |scope: &Scope<'_>, id: AttributeId, place: &DynIden| scope.column(self.entity, id, place).expr;
        let lookups = &one.referencing_attributes;
        let others = [&one.referenced_attributes, self.primary_key(one.referenced), &self.read(1)].concat();

        let mut update = UpdateStatement::new();
        update.table(scope.table(self.entity, &base));
        let (values, theirs): (Vec<[Expr; 2]>, Vec<Expr>) =
            if let Some((values, places)) = self.by_value(one, target, &others) {
                let value = |(id, value): (&AttributeId, &Operand)| {
                    let column = scope.column(self.entity, *id, &base);
                    [scope.stored(value, &column), scope.operand(value, &column)]
                };
                let values = lookups.iter().zip(values).map(value).collect();
                (values, places.into_iter().map(|place| at(&scope, lookups[place], &base)).collect())
            } else {
                let held = held(&mut scope, one.referenced, target, &others, LockType::KeyShare);
                update.from(TableRef::SubQuery(held.into(), other.clone()));
                let part = |part| column(&other, part);
                ((0..lookups.len()).map(|at| [part(at), part(at)]).collect(), (0..others.len()).map(part).collect())
            };
        let (values, compared): (Vec<Expr>, Vec<Expr>) = values.into_iter().map(<(Expr, Expr)>::from).unzip();
        update.values(lookups.iter().map(|id| self.iden(self.entity, *id)).zip(values));
        if let Some(version) = self.catalog.entity(self.entity).version {
            let counted = scope.column(self.entity, version, &base).expr.add(1);
            update.value(self.iden(self.entity, version), counted);
        }
        update.cond_where(is(&mut scope, self.entity, key, Some(&base)));
        let is_moved = lookups
            .iter()
            .zip(compared)
            .fold(Cond::any(), |any, (id, value)| any.add(at(&scope, *id, &base).binary(DISTINCT, value)));
        update.cond_where(is_moved).and_where(definitions::is_current(DIALECT, self.generation));
        let mut status = number(LINKED);
        if is_told {
            // The record as it was. Where another transaction changes the lookup meanwhile, nothing is done.
            update.from(scope.table(self.entity, &old));
            for id in self.primary_key(self.entity) {
                update.and_where(at(&scope, *id, &base).eq(at(&scope, *id, &old)));
            }
            for id in lookups {
                update.and_where(at(&scope, *id, &base).binary(SAME, at(&scope, *id, &old)));
            }
            let was_linked = lookups.iter().fold(Cond::all(), |all, id| all.add(at(&scope, *id, &old).is_not_null()));
            status = CaseStatement::new().case(was_linked, number(MOVED)).finally(status).into();
        }
        update.returning(Query::returning().exprs(self.told(&scope, one, &base, &theirs, status)));
        finish_in(scope, &update, Vec::new())
    }

    /// Answers the same where the lookup leads there already, with [`ALREADY_LINKED`].
    #[must_use]
    pub fn associated(
        self,
        one: &OneToMany,
        key: &[(AttributeId, Operand)],
        target: &[(AttributeId, Operand)],
    ) -> Statement {
        let mut scope = self.scope();
        let (base, other) = (scope.alias(), scope.alias());
        let others = [&one.referenced_attributes, self.primary_key(one.referenced), &self.read(1)].concat();
        let theirs: Vec<Expr> = others.iter().map(|id| scope.column(one.referenced, *id, &other).expr).collect();
        let on = one.referencing_attributes.iter().zip(&theirs).fold(Cond::all(), |all, (id, theirs)| {
            all.add(scope.column(self.entity, *id, &base).expr.eq(theirs.clone()))
        });
        let mut select = Query::select();
        select.exprs(self.told(&scope, one, &base, &theirs, number(ALREADY_LINKED)));
        select.from(scope.table(self.entity, &base));
        select.join(JoinType::InnerJoin, scope.table(one.referenced, &other), on);
        select.cond_where(is(&mut scope, self.entity, key, Some(&base)));
        select.cond_where(is(&mut scope, one.referenced, target, Some(&other)));
        select.and_where(definitions::is_current(DIALECT, self.generation));
        finish_in(scope, &select, Vec::new())
    }

    /// The values of the lookup, and where in it attributes of the other record stand; nothing where that record has to be
    /// looked at.
    fn by_value<'o>(
        self,
        one: &OneToMany,
        target: &'o [(AttributeId, Operand)],
        others: &[AttributeId],
    ) -> Option<(Vec<&'o Operand>, Vec<usize>)> {
        let referenced = &one.referenced_attributes;
        // Of other types, values may be equal and yet not the same.
        let is_exact = |id: &AttributeId| {
            let ty = &self.catalog.entity(one.referenced).attribute(*id).ty;
            matches!(ty, AttributeType::Int | AttributeType::BigInt | AttributeType::Uuid(_))
        };
        if !one.is_enforced || target.len() != referenced.len() || !referenced.iter().all(is_exact) {
            return None;
        }
        let value = |id| target.iter().find(|(known, _)| known == id).map(|(_, value)| value);
        let values = referenced.iter().map(value).collect::<Option<_>>()?;
        let place = |id| referenced.iter().position(|known| known == id);
        Some((values, others.iter().map(place).collect::<Option<_>>()?))
    }

    /// What is read, what became of the link, and the primary key of the other record, whose attributes are `theirs`: what
    /// the lookup references, the primary key, and what is read.
    fn told(self, scope: &Scope<'_>, one: &OneToMany, base: &DynIden, theirs: &[Expr], status: Expr) -> Vec<Expr> {
        let primary_key = self.primary_key(one.referenced);
        let (_, rest) = theirs.split_at(one.referenced_attributes.len());
        let (keys, mut read) = (rest.iter().take(primary_key.len()), rest.iter().skip(primary_key.len()));
        let columns = self.rows.iter().flat_map(|rows| &rows.columns).filter_map(|wanted| match wanted.source {
            0 => Some(DIALECT.readable(&scope.column(self.entity, wanted.attribute, base))),
            _ => Some(readable(scope, one.referenced, wanted.attribute, read.next()?.clone())),
        });
        let mut told: Vec<Expr> = columns.collect();
        told.push(status);
        told.extend(primary_key.iter().zip(keys).map(|(id, key)| readable(scope, one.referenced, *id, key.clone())));
        told
    }
}
