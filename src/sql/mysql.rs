//! Statements that write on MariaDB and that the builder has no words for: each is built as one that it knows, and its
//! first or last words are put in place.

use sea_orm::sea_query::{Asterisk, DynIden, Expr, ExprTrait, Query, SelectStatement, TableRef, UpdateStatement};

use crate::catalog::EntityId;

use super::{
    alias::iden,
    scope::Scope,
    statement::{Statement, finish, types},
    write::is_among,
};

/// An insert that answers what a select without a table asks for.
pub(super) fn returning(insert: Statement, columns: &SelectStatement) -> Statement {
    let (columns, _) = super::Dialect::MySql.build(columns);
    let columns = columns.trim_start_matches("SELECT ");
    Statement { text: format!("{} RETURNING {columns}", insert.text).into(), ..insert }
}

/// Deletes the records of many primary keys. In a plain delete, the list of keys would be searched for every record of
/// the table.
pub(super) fn delete(scope: &Scope<'_>, id: EntityId, base: &DynIden) -> Statement {
    let primary_key = &scope.catalog.entity(id).primary_key;
    let key: Vec<_> = primary_key.iter().map(|attribute| scope.column(id, *attribute, base)).collect();
    let select = Query::select()
        .column((base.clone(), Asterisk))
        .from(scope.table(id, base))
        .and_where(is_among(scope.dialect, &key))
        .take();
    let found = finish(scope.dialect, &select, types(scope.catalog, id, primary_key));
    let rest = found.text.split_once(".* ").map_or("", |(_, rest)| rest);
    Statement { text: format!("DELETE {} {rest}", base.inner()).into(), ..found }
}

/// Restricts an update to the records of many primary keys, for the same reason.
pub(super) fn join(update: &mut UpdateStatement, scope: &mut Scope<'_>, id: EntityId) {
    let (base, keys) = (scope.alias(), scope.alias());
    let key: Vec<_> =
        (scope.catalog.entity(id).primary_key.iter()).map(|attribute| scope.column(id, *attribute, &base)).collect();
    let list = scope.dialect.key_list(&key);
    update.table(scope.table(id, &base)).from(TableRef::SubQuery(Box::new(list), keys.clone()));
    for (part, column) in key.into_iter().enumerate() {
        update.and_where(column.expr.eq(Expr::col((keys.clone(), iden(&format!("k{part}"))))));
    }
}
