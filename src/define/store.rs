//! Definitions beside the data, in the gateway's own tables: read, written in the transaction that changes the tables
//! they speak of, and counted, so that every instance knows whether it is up to date.

use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};

use super::dialect_of;
use crate::{
    catalog::Definition,
    error::Code,
    execute::{Error, has_definitions},
    plan,
    sql::definitions,
};

/// Everything that is stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stored {
    /// How often definitions have changed.
    pub generation: i64,
    /// The definitions, by their names.
    pub definitions: Vec<Definition>,
}

/// A change of what is stored.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there are never many of them")]
pub enum Change {
    /// A definition is stored, in place of one of its name.
    Put(Definition),
    /// The definition of that name is forgotten.
    Remove(String),
}

#[derive(FromQueryResult)]
struct State {
    version: i32,
    generation: i64,
}

#[derive(FromQueryResult)]
struct Row {
    version: i32,
    generation: i64,
    schema_name: Option<String>,
    definition: Option<String>,
}

/// What is stored; nothing where nothing ever was. A statement that fails would end a transaction, so that the tables
/// are looked for first.
///
/// # Errors
/// What the database answered instead, or that a newer version of the gateway wrote what is stored.
pub async fn load(connection: &impl ConnectionTrait) -> Result<Stored, Error> {
    if !has_definitions(connection).await? {
        return Ok(Stored::default());
    }
    let mut stored = Stored::default();
    for row in connection.query_all(&definitions::all()).await? {
        let row = Row::from_query_result(&row, "")?;
        check_version(row.version)?;
        stored.generation = row.generation;
        if let (Some(name), Some(text)) = (row.schema_name, row.definition) {
            stored.definitions.push(read(&name, &text)?);
        }
    }
    Ok(stored)
}

/// Changes what is stored, and tells other instances once the transaction is committed. The tables are made when they
/// are needed for the first time.
///
/// # Errors
/// What the database answered instead, or that a newer version of the gateway wrote what is stored.
pub async fn save(transaction: &DatabaseTransaction, changes: &[Change]) -> Result<i64, Error> {
    let dialect = dialect_of(transaction)?;
    if !has_definitions(transaction).await? {
        for table in definitions::create(dialect) {
            transaction.execute(&table).await?;
        }
        if let Some(resume) = definitions::resume(dialect) {
            transaction.execute_unprepared(resume).await?;
        }
    }
    match state(transaction).await? {
        Some(state) => check_version(state.version)?,
        None => {
            transaction.execute(&definitions::begin()).await?;
        }
    }
    for change in changes {
        match change {
            Change::Put(definition) => {
                let text = serde_json::to_string(definition).map_err(|error| Error::Value(error.to_string()))?;
                transaction.execute(&definitions::put(&definition.schema_name, &text)).await?;
            }
            Change::Remove(name) => {
                transaction.execute(&definitions::remove(name)).await?;
            }
        }
    }
    transaction.execute(&definitions::count_up()).await?;
    let generation = state(transaction).await?.map_or(0, |state| state.generation);
    if let Some(notify) = definitions::notify(dialect, generation) {
        transaction.query_one(&notify).await?;
    }
    Ok(generation)
}

async fn state(connection: &impl ConnectionTrait) -> Result<Option<State>, Error> {
    let row = connection.query_one(&definitions::state()).await?;
    Ok(row.map(|row| State::from_query_result(&row, "")).transpose()?)
}

fn check_version(found: i32) -> Result<(), Error> {
    if found <= definitions::VERSION {
        return Ok(());
    }
    let message = format!(
        "the stored definitions have version {found}, and this gateway knows version {}: a newer one wrote them",
        definitions::VERSION
    );
    Err(plan::Error::new(Code::Internal, message).into())
}

fn read(name: &str, text: &str) -> Result<Definition, Error> {
    serde_json::from_str(text).map_err(|error| {
        let message = format!("the stored definition {name} cannot be read: {error}");
        plan::Error::new(Code::Internal, message).with("relationship", name).into()
    })
}
