//! What a database complains of, in words that all of them share. The numbers and codes are the databases' own:
//! PostgreSQL's SQLSTATE, SQLite's result codes, MariaDB's error numbers.

use sqlx::{error::DatabaseError, mysql::MySqlDatabaseError, postgres::PgDatabaseError};

/// What a database complains of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Complaint {
    /// Another transaction stood in the way; the same statements may well succeed in a new one.
    InTheWay,
    /// Somebody waited too long, or was told to stop.
    TooLong,
    /// It is shutting down, full of connections, or gone.
    Away,
    /// It has no room to write, or its disk fails.
    Full,
    /// Its user may not do this.
    Forbidden,
    /// It does not know a table, a column or another thing that a statement names.
    Undefined,
    /// It has already what a statement was to make.
    Duplicate,
    /// It does not make what a statement was to make of tables such as these.
    Unfit,
    /// A column, or a comparison with one, does not take a value.
    Misfit,
    /// A trigger, or the check of a view, does not allow this.
    Raised,
    /// Anything else.
    Other,
}

impl Complaint {
    /// What an error of the database amounts to.
    pub(super) fn of(told: &dyn DatabaseError) -> Self {
        if let Some(told) = told.try_downcast_ref::<MySqlDatabaseError>() {
            return of_mariadb(told.number());
        }
        let code = told.code().unwrap_or_default();
        // SQLite's codes are numbers that say more in their upper bytes; PostgreSQL's have five characters.
        match code.parse::<u32>() {
            _ if is_stale(told) => Self::InTheWay,
            Ok(number) if code.len() < 5 => of_sqlite(number, told.message()),
            _ if is_of_routine(told) => match of_postgres(&code) {
                Self::Undefined | Self::Duplicate | Self::Unfit | Self::Other => Self::Raised,
                other => other,
            },
            _ => of_postgres(&code),
        }
    }
}

/// Whether the error comes from inside a function or trigger of the database's own: the gateway's statements have none.
fn is_of_routine(told: &dyn DatabaseError) -> bool {
    let context = told.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::r#where);
    context.is_some_and(|context| context.contains("PL/pgSQL"))
}

/// Whether PostgreSQL has not run a statement because it was prepared on its connection before columns that it reads were
/// changed: prepared anew it may be run.
pub(super) fn is_stale(told: &dyn DatabaseError) -> bool {
    // feature_not_supported, as many other things are. The message may be in any language.
    let routine = told.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::routine);
    told.code().is_some_and(|code| code == "0A000")
        && (routine == Some("RevalidateCachedQuery") || told.message() == "cached plan must not change result type")
        && !is_of_routine(told)
}

fn of_postgres(code: &str) -> Complaint {
    match code {
        // serialization_failure, deadlock_detected.
        "40001" | "40P01" => Complaint::InTheWay,
        // query_canceled, lock_not_available.
        "57014" | "55P03" => Complaint::TooLong,
        // too_many_connections.
        "53300" => Complaint::Away,
        // io_error.
        "58030" => Complaint::Full,
        // insufficient_privilege, which row security's policies have too, read_only_sql_transaction.
        "42501" | "25006" => Complaint::Forbidden,
        // undefined_column, undefined_table, undefined_object.
        "42703" | "42P01" | "42704" => Complaint::Undefined,
        // duplicate_column, duplicate_table, duplicate_object.
        "42701" | "42P07" | "42710" => Complaint::Duplicate,
        // feature_not_supported, object_not_in_prerequisite_state, too_many_columns, invalid_foreign_key,
        // invalid_table_definition, datatype_mismatch, wrong_object_type.
        "0A000" | "55000" | "54011" | "42830" | "42P16" | "42804" | "42809" => Complaint::Unfit,
        // program_limit_exceeded, for a value too long for an index; cardinality_violation, several values where a view
        // takes one.
        "54000" | "21000" => Complaint::Misfit,
        // integrity_constraint_violation, with_check_option_violation, triggered_data_change_violation.
        "23000" | "44000" | "27000" => Complaint::Raised,
        // Class 08 are connections, 57P0x a shutdown, class 53 what is used up, class 22 data that a type cannot hold, class
        // P0 is PL/pgSQL.
        _ if code.starts_with("08") || code.starts_with("57P0") => Complaint::Away,
        _ if code.starts_with("53") => Complaint::Full,
        _ if code.starts_with("22") => Complaint::Misfit,
        _ if code.starts_with("P0") => Complaint::Raised,
        _ => Complaint::Other,
    }
}

fn of_sqlite(number: u32, message: &str) -> Complaint {
    match (number, number & 0xff) {
        // SQLITE_CONSTRAINT_TRIGGER.
        (1811, _) => Complaint::Raised,
        // SQLITE_BUSY, SQLITE_LOCKED.
        (_, 5 | 6) => Complaint::InTheWay,
        // SQLITE_INTERRUPT.
        (_, 9) => Complaint::TooLong,
        // SQLITE_READONLY.
        (_, 8) => Complaint::Forbidden,
        // SQLITE_FULL, SQLITE_IOERR.
        (_, 13 | 10) => Complaint::Full,
        // SQLITE_CANTOPEN.
        (_, 14) => Complaint::Away,
        // SQLITE_CONSTRAINT_DATATYPE, not of the type of the rowid or of a strict table; SQLITE_TOOBIG, SQLITE_MISMATCH.
        (3091, _) | (_, 18 | 20) => Complaint::Misfit,
        // SQLITE_ERROR says what in its message.
        (_, 1) => of_sqlite_message(message),
        _ => Complaint::Other,
    }
}

fn of_sqlite_message(message: &str) -> Complaint {
    let starts = |starts: &[&str]| starts.iter().any(|start| message.starts_with(start));
    if starts(&["no such table: ", "no such column: "]) || message.contains(" has no column named ") {
        Complaint::Undefined
    } else if starts(&["duplicate column name: ", "object name reserved for internal use: ", "there is already "])
        || message.ends_with(" already exists")
    {
        Complaint::Duplicate
    } else if starts(&["too many columns", "foreign key mismatch"]) {
        Complaint::Unfit
    } else {
        Complaint::Other
    }
}

fn of_mariadb(number: u16) -> Complaint {
    match number {
        // A record changed since it was read, a deadlock, a table that changed since the transaction or the statement
        // was begun.
        1020 | 1213 | 1412 | 1615 => Complaint::InTheWay,
        // A lock was not got, a statement was stopped, or ran longer than it may.
        1205 | 1317 | 1969 | 3024 => Complaint::TooLong,
        // Too many connections, of all or of a user, a shutdown, a killed connection.
        1040 | 1203 | 1226 | 1053 | 1927 => Complaint::Away,
        // A full disk, an error while writing a file, a full table.
        1021 | 1026 | 1114 => Complaint::Full,
        // Database, user, table, column, global or other right; read-only server, transaction or table; a view or trigger
        // whose owner is gone.
        1044 | 1045 | 1142 | 1143 | 1227 | 1370 | 1290 | 1792 | 1036 | 1449 => Complaint::Forbidden,
        // Unknown column, table.
        1054 | 1146 | 1109 | 1091 => Complaint::Undefined,
        // Table, column, key and constraint that are there already.
        1050 | 1060 | 1061 | 1826 => Complaint::Duplicate,
        // Foreign key that does not fit, key too long, too many keys, too many columns, row too long, key of text
        // without a length, not a table, an engine that cannot, a view without what it reads.
        1005 | 1071 | 1069 | 1117 | 1118 | 1170 | 1347 | 1030 | 1031 | 1178 | 1845 | 1846 | 1356 => Complaint::Unfit,
        // A packet that is too big; out of range, cut off, not of the type, too long, not of the character set, of no
        // partition, one record too many for a counting key, several values where a view takes one.
        1153 | 1264 | 1265 | 1292 | 1366 | 1406 | 1411 | 1525 | 1690 | 1267 | 1977 | 1526 | 1467 | 1242 => {
            Complaint::Misfit
        }
        // A trigger's SIGNAL or one over its own table, the check of a view.
        1644 | 1442 | 1369 => Complaint::Raised,
        _ => Complaint::Other,
    }
}
