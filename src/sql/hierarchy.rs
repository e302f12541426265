//! Hierarchies: whether records have become their own ancestors, and what keeps another transaction from closing a cycle
//! between the write and the check: a lock that lets one writer of a hierarchy go on at a time, or, where no lock ends
//! with its transaction, one on every record above those that have moved.

use sea_orm::sea_query::{
    CommonTableExpression, Cond, DynIden, Expr, ExprTrait, LockType, Query, UnionType, WithClause,
};

use crate::catalog::{Catalog, OneToMany, RelationshipId};

use super::{
    alias::iden,
    dialect::{Dialect, Typed},
    scope::Scope,
    statement::{Statement, finish, types},
};

/// Waits until no other transaction writes links of the relationship; nothing where only one writes anyway.
#[must_use]
pub fn enter_hierarchy(catalog: &Catalog, dialect: Dialect, relationship: RelationshipId) -> Option<Statement> {
    let call = dialect.exclusive(fingerprint(&catalog.relationship(relationship).schema_name))?;
    let mut select = Query::select();
    // Only that it returns matters, not what.
    select.expr(call.is_not_null());
    Some(finish(dialect, &select, Vec::new()))
}

/// FNV-1a: the same on every instance of the gateway.
pub(super) fn fingerprint(name: &str) -> i64 {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    i64::from_ne_bytes(hash.to_ne_bytes())
}

/// Holds the records above those of the given primary keys, where there is no such lock: who moves one of them at the
/// same time waits, or is the victim of a deadlock, and then finds what this transaction has done.
#[must_use]
pub fn hold_ancestors(catalog: &Catalog, dialect: Dialect, one: &OneToMany) -> Option<Statement> {
    if !dialect.holds_ancestors() {
        return None;
    }
    let mut scope = Scope::new(catalog, dialect);
    let (path, with) = ancestors(&mut scope, one);
    let record = scope.alias();
    let on = one.referenced_attributes.iter().enumerate().fold(Cond::all(), |all, (part, attribute)| {
        let up = Expr::col((path.clone(), name(part, "up")));
        all.add(scope.column(one.referencing, *attribute, &record).expr.eq(up))
    });
    let mut select = Query::select();
    select.expr(Expr::val(1)).from(path).inner_join(scope.table(one.referencing, &record), on);
    select.lock(LockType::Share);
    Some(finish(
        dialect,
        &select.with(with),
        types(catalog, one.referencing, &catalog.entity(one.referencing).primary_key),
    ))
}

/// A row for each of the records of the given primary keys that is its own ancestor. Ends on data that already has
/// cycles elsewhere, because `UNION` follows each of them once.
#[must_use]
pub fn own_ancestors(catalog: &Catalog, dialect: Dialect, one: &OneToMany) -> Statement {
    let mut scope = Scope::new(catalog, dialect);
    let (path, with) = ancestors(&mut scope, one);
    let walked = |part: usize, what: &str| Expr::col((path.clone(), name(part, what)));
    let parts = 0..one.referencing_attributes.len();
    let is_own = parts.fold(Cond::all(), |all, part| all.add(walked(part, "up").eq(walked(part, "own"))));
    let mut select = Query::select();
    select.expr(Expr::val(1)).from(path.clone()).cond_where(is_own).limit(1);
    finish(dialect, &select.with(with), types(catalog, one.referencing, &catalog.entity(one.referencing).primary_key))
}

fn name(part: usize, what: &str) -> DynIden {
    iden(&format!("{what}{part}"))
}

/// The ways up from the records of the given primary keys: where each starts, `own0`, `own1`, …, and every record above
/// it, `up0`, `up1`, ….
fn ancestors(scope: &mut Scope<'_>, one: &OneToMany) -> (DynIden, WithClause) {
    let (catalog, dialect, id) = (scope.catalog, scope.dialect, one.referencing);
    let primary_key = &catalog.entity(id).primary_key;
    let (first, above, path) = (scope.alias(), scope.alias(), scope.alias());
    let parts = 0..one.referencing_attributes.len();

    // Where each record starts, and where its lookup leads.
    let mut start = Query::select();
    for (part, attribute) in one.referenced_attributes.iter().enumerate() {
        start.expr_as(scope.column(id, *attribute, &first).expr, name(part, "own"));
    }
    for (part, attribute) in one.referencing_attributes.iter().enumerate() {
        start.expr_as(scope.column(id, *attribute, &first).expr, name(part, "up"));
    }
    let key: Vec<Typed<'_>> = primary_key.iter().map(|attribute| scope.column(id, *attribute, &first)).collect();
    start.from(scope.table(id, &first)).and_where(super::write::is_among(dialect, &key));

    let mut further = Query::select();
    let walked = |part: usize, what: &str| Expr::col((path.clone(), name(part, what)));
    for part in parts.clone() {
        further.expr(walked(part, "own"));
    }
    for attribute in &one.referencing_attributes {
        further.expr(scope.column(id, *attribute, &above).expr);
    }
    let on = one.referenced_attributes.iter().enumerate().fold(Cond::all(), |all, (part, attribute)| {
        all.add(scope.column(id, *attribute, &above).expr.eq(walked(part, "up")))
    });
    further.from(path.clone()).inner_join(scope.table(id, &above), on);
    start.union(UnionType::Distinct, further);

    let columns: Vec<DynIden> =
        parts.clone().map(|part| name(part, "own")).chain(parts.clone().map(|part| name(part, "up"))).collect();
    let mut ancestors = CommonTableExpression::new();
    ancestors.table_name(path.clone()).columns(columns).query(start);
    (path, WithClause::new().recursive(true).cte(ancestors).to_owned())
}
