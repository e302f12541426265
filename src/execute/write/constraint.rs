//! Refusals of the database, told in the words of the catalog: which key exists already, which attribute lacks a value,
//! what a check or a foreign key does not allow. Nothing of the database's own message reaches a client.

use sqlx::{
    error::{DatabaseError, ErrorKind},
    postgres::PgDatabaseError,
};

use crate::{
    catalog::{Catalog, Entity, EntityId},
    error::Code,
    execute::Error,
    plan,
};

/// The refusal that a driver's error amounts to, if it is one. `foreign_key` is what a foreign key's refusal means to
/// the statement.
pub(super) fn explain(catalog: &Catalog, id: EntityId, foreign_key: Code, error: Error) -> Error {
    let Some(database) = error.database() else { return error };
    let entity = catalog.entity(id);
    let refusal = match database.kind() {
        ErrorKind::UniqueViolation => conflict(entity, database),
        ErrorKind::NotNullViolation => {
            let column = attributes(entity, database).into_iter().next();
            let what = column.clone().unwrap_or_else(|| "a value".to_owned());
            let refusal = plan::Error::invalid(format!("{what} must be given"));
            if let Some(column) = column { refusal.with("attributes", vec![column]) } else { refusal }
        }
        ErrorKind::CheckViolation => plan::Error::invalid("the values do not pass a check of the database"),
        ErrorKind::ForeignKeyViolation if foreign_key == Code::TargetNotFound => {
            plan::Error::new(foreign_key, "a value names a record that does not exist")
        }
        ErrorKind::ForeignKeyViolation => plan::Error::new(foreign_key, "other records refer to this one"),
        // PostgreSQL: string_data_right_truncation, numeric_value_out_of_range and others of class 22.
        _ if database.code().is_some_and(|code| code.len() == 5 && code.starts_with("22")) => {
            plan::Error::invalid("a value does not fit its column: it is too long, too large or not of its kind")
        }
        _ if database.code().as_deref() == Some("23P01") => {
            plan::Error::new(Code::Conflict, "another record excludes this one")
        }
        _ => return error,
    };
    refusal.entity(&entity.logical_name).into()
}

fn conflict(entity: &Entity, database: &dyn DatabaseError) -> plan::Error {
    let attributes = attributes(entity, database);
    let of = if attributes.is_empty() { "a unique key".to_owned() } else { attributes.join(", ") };
    let message = format!("another record of {} has the same value for {of}", entity.logical_name);
    plan::Error::new(Code::Conflict, message).with("attributes", attributes)
}

/// The attributes that a violation names. PostgreSQL names columns in the error's fields, SQLite in its message:
/// `UNIQUE constraint failed: orderline.salesorderid, orderline.line`.
fn attributes(entity: &Entity, database: &dyn DatabaseError) -> Vec<String> {
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
    let named = columns.iter().filter_map(|column| entity.find_column(column.trim_matches('"')));
    named.map(|id| entity.attribute(id).name.clone()).collect()
}

fn last_name(qualified: &str) -> &str {
    qualified.rsplit('.').next().unwrap_or(qualified)
}
