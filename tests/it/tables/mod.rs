//! The parts that definitions are made of: tables that change, what is stored, and how others learn of it.

mod changes;
mod dependents;
mod faults;
mod follow;
mod rebuild;
mod rights;
mod store;

use relata::{
    catalog::{AttributeType, CascadeDelete, DatabaseType, Table},
    define::Transaction,
    execute::Database,
    sql::ddl::{NewColumn, Reference, TableChange, compile},
};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::support::{Backend, run_sql};

/// A table by the name that reflection has for it.
fn table(backend: Backend, name: &str) -> Table {
    Table { namespace: (backend == Backend::Postgres).then(|| "public".to_owned()), name: name.to_owned() }
}

fn integer(name: &str) -> NewColumn {
    NewColumn {
        name: name.to_owned(),
        ty: AttributeType::Int,
        database_type: Some(DatabaseType::built_in("int4")),
        required: false,
    }
}

fn lookup(backend: Backend, schema_name: &str, from: &str, column: NewColumn, to: &str) -> TableChange {
    TableChange::AddLookup {
        schema_name: schema_name.to_owned(),
        table: table(backend, from),
        column,
        unique: false,
        references: references(backend, to, CascadeDelete::RemoveLink),
    }
}

fn references(backend: Backend, to: &str, on_delete: CascadeDelete) -> Reference {
    Reference { table: table(backend, to), column: "id".to_owned(), on_delete: Some(on_delete) }
}

/// Makes changes in one transaction.
async fn change(connection: &DatabaseConnection, changes: &[TableChange]) {
    let database = Database::of(connection).unwrap();
    let mut transaction = Transaction::begin(&database).await.unwrap();
    for change in changes {
        transaction
            .run(&compile(database.dialect(), change))
            .await
            .unwrap_or_else(|error| panic!("{change:?}: {error}"));
    }
    transaction.commit().await.unwrap();
}

async fn run(connection: &impl ConnectionTrait, sql: &str) {
    run_sql(connection, sql).await;
}

/// The first column of each row as text.
async fn texts(connection: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter()
        .map(|row| {
            row.try_get_by_index::<Option<String>>(0)
                .map(|text| text.unwrap_or_else(|| "null".to_owned()))
                .or_else(|_| row.try_get_by_index::<i64>(0).map(|number| number.to_string()))
                .or_else(|_| row.try_get_by_index::<i32>(0).map(|number| number.to_string()))
                .unwrap()
        })
        .collect()
}
