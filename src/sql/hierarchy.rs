//! Hierarchies: whether records have become their own ancestors, and the lock that lets one writer of a hierarchy go
//! on at a time, so that no other transaction can close a cycle between the write and the check.

use sea_orm::sea_query::{CommonTableExpression, Cond, DynIden, Expr, ExprTrait, Query, UnionType, WithClause};

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

/// A row for each of the records of the given primary keys that is its own ancestor. Ends on data that already has
/// cycles elsewhere, because `UNION` follows each of them once.
#[must_use]
pub fn own_ancestors(catalog: &Catalog, dialect: Dialect, one: &OneToMany) -> Statement {
    let id = one.referencing;
    let primary_key = &catalog.entity(id).primary_key;
    let mut scope = Scope::new(catalog, dialect);
    let (first, above, path) = (scope.alias(), scope.alias(), scope.alias());
    let name = |part: usize, what: &str| iden(&format!("{what}{part}"));
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
    let is_own = parts.fold(Cond::all(), |all, part| all.add(walked(part, "up").eq(walked(part, "own"))));
    let mut select = Query::select();
    select.expr(Expr::val(1)).from(path.clone()).cond_where(is_own).limit(1);
    let with = select.with(WithClause::new().recursive(true).cte(ancestors).to_owned());
    finish(dialect, &with, types(catalog, id, primary_key))
}
