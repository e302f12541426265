//! Refusals of the database, told in the words of the catalog: which key exists already, which attribute lacks a value,
//! what a check or a foreign key does not allow. Nothing of the database's own message reaches a client.

use sqlx::{
    error::{DatabaseError, ErrorKind},
    mysql::MySqlDatabaseError,
    postgres::PgDatabaseError,
};

use crate::{
    catalog::{AttributeId, Catalog, Entity, EntityId},
    error::Code,
    execute::{Error, complaint::Complaint},
    plan,
};

/// The refusal that a driver's error amounts to, if it is one. `foreign_key` is what a foreign key's refusal means to
/// the statement.
pub(super) fn explain(catalog: &Catalog, id: EntityId, foreign_key: Code, error: Error) -> Error {
    let entity = catalog.entity(id);
    if error.database().is_some_and(|database| leads_nowhere(catalog, database)) {
        let message = "a foreign key leads to a table that is not there";
        return plan::Error::new(Code::Unsupported, message).entity(&entity.logical_name).into();
    }
    match error.database().and_then(|database| refusal(Some(entity), foreign_key, database)) {
        Some(refusal) => refusal.entity(&entity.logical_name).into(),
        None => error,
    }
}

/// Whether SQLite misses a table that is no entity's: it looks for the target of a foreign key when it is used.
fn leads_nowhere(catalog: &Catalog, database: &dyn DatabaseError) -> bool {
    let missed = database.message().strip_prefix("no such table: main.");
    missed.is_some_and(|name| catalog.entities().all(|(_, entity)| !entity.table.name.eq_ignore_ascii_case(name)))
}

/// The same for what a transaction meets at its end: constraints that are checked no earlier. Which entity they belong
/// to only some databases say.
pub(in crate::execute) fn explain_commit(catalog: &Catalog, error: Error) -> Error {
    let Some(database) = error.database() else { return error };
    let postgres = database.try_downcast_ref::<PgDatabaseError>();
    let is_named = |entity: &Entity| {
        postgres.is_some_and(|postgres| {
            postgres.table() == Some(&entity.table.name)
                && entity.table.namespace.as_deref().is_none_or(|namespace| postgres.schema() == Some(namespace))
        })
    };
    let entity = catalog.entities().map(|(_, entity)| entity).find(|entity| is_named(entity));
    match (refusal(entity, Code::TargetNotFound, database), entity) {
        (Some(refusal), Some(entity)) => refusal.entity(&entity.logical_name).into(),
        (Some(refusal), None) => refusal.into(),
        (None, _) => error,
    }
}

fn refusal(entity: Option<&Entity>, foreign_key: Code, database: &dyn DatabaseError) -> Option<plan::Error> {
    let complaint = Complaint::of(database);
    let code = database.code().unwrap_or_default();
    let is_foreign_key = database.kind() == ErrorKind::ForeignKeyViolation
        // PostgreSQL since 18: restrict_violation. SQLite takes its own RESTRICT for a trigger.
        || code == "23001"
        || (complaint == Complaint::Raised && database.message() == "FOREIGN KEY constraint failed");
    Some(match database.kind() {
        _ if is_foreign_key && foreign_key == Code::TargetNotFound => {
            plan::Error::new(foreign_key, "a value names a record that does not exist")
        }
        _ if is_foreign_key => plan::Error::new(foreign_key, "other records refer to this one"),
        ErrorKind::UniqueViolation => conflict(entity, database),
        ErrorKind::NotNullViolation => {
            let column = attributes(entity, database).into_iter().next();
            let what = column.clone().unwrap_or_else(|| "a value".to_owned());
            let refusal = plan::Error::invalid(format!("{what} must be given"));
            if let Some(column) = column { refusal.with("attributes", vec![column]) } else { refusal }
        }
        ErrorKind::CheckViolation => plan::Error::invalid("the values do not pass a check of the database"),
        ErrorKind::ExclusionViolation => plan::Error::new(Code::Conflict, "another record excludes this one"),
        _ if is_raised(complaint, database) => plan::Error::invalid("a rule of the database does not allow this"),
        _ if complaint == Complaint::Misfit => {
            plan::Error::invalid("a value does not fit its column: it is too long, too large or not of its kind")
        }
        _ => return None,
    })
}

/// Whether a trigger or a view's check raised the error. Its words may tell what is nobody's business.
fn is_raised(complaint: Complaint, database: &dyn DatabaseError) -> bool {
    let routine = database.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::routine);
    complaint == Complaint::Raised || routine == Some("exec_stmt_raise")
}

fn conflict(entity: Option<&Entity>, database: &dyn DatabaseError) -> plan::Error {
    let attributes = attributes(entity, database);
    let of = if attributes.is_empty() { "a unique key".to_owned() } else { attributes.join(", ") };
    let whose = entity.map_or_else(String::new, |entity| format!(" of {}", entity.logical_name));
    let message = format!("another record{whose} has the same value for {of}");
    plan::Error::new(Code::Conflict, message).with("attributes", attributes)
}

/// The attributes that a violation names. PostgreSQL names columns in the error's fields, SQLite in its message:
/// `UNIQUE constraint failed: orderline.salesorderid, orderline.line`. MariaDB names the key, or one column.
fn attributes(entity: Option<&Entity>, database: &dyn DatabaseError) -> Vec<String> {
    let Some(entity) = entity else { return Vec::new() };
    if let Some(mariadb) = database.try_downcast_ref::<MySqlDatabaseError>() {
        let key = mariadb.message().rsplit('\'').nth(1).unwrap_or_default();
        let key = if database.kind() == ErrorKind::UniqueViolation { key_of(entity, key) } else { vec![key] };
        return names(entity, key);
    }
    let columns: Vec<&str> = match database.try_downcast_ref::<PgDatabaseError>() {
        Some(postgres) => match (postgres.column(), postgres.detail()) {
            (Some(column), _) => vec![column],
            // `Key (name, "line")=(…) already exists.`, in whatever language.
            (None, Some(detail)) => detail
                .split_once('(')
                .and_then(|(_, rest)| rest.split_once(")=("))
                .map_or_else(Vec::new, |(columns, _)| columns.split(", ").collect()),
            (None, None) => Vec::new(),
        },
        None => database
            .message()
            .rsplit_once(": ")
            .map_or_else(Vec::new, |(_, columns)| columns.split(", ").map(last_name).collect()),
    };
    names(entity, columns)
}

fn names(entity: &Entity, columns: Vec<&str>) -> Vec<String> {
    let named = columns.into_iter().filter_map(|column| entity.find_column(column.trim_matches('"')));
    named.map(|id| entity.attribute(id).name.clone()).collect()
}

/// The columns of a key of MariaDB's, which is called by the first of them unless somebody has named it.
fn key_of<'e>(entity: &'e Entity, name: &'e str) -> Vec<&'e str> {
    let column = |id: &AttributeId| entity.attribute(*id).column.as_str();
    let columns = |key: &'e [AttributeId]| key.iter().map(column).collect::<Vec<_>>();
    if name == "PRIMARY" {
        return columns(&entity.primary_key);
    }
    let keys: Vec<_> = entity.alternate_keys.iter().map(|key| columns(&key.attributes)).collect();
    let by_name = keys.iter().find(|key| key.first() == Some(&name) || key.iter().all(|column| name.contains(column)));
    by_name.cloned().unwrap_or_default()
}

fn last_name(qualified: &str) -> &str {
    qualified.rsplit('.').next().unwrap_or(qualified)
}
