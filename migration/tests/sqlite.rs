//! The tables can be created, filled and dropped again, and the seed covers what it promises.

use entity::prelude::{
    Account, Contact, Contactfollow, List, Orderline, Role, Salesorder, Socialprofile, Systemuser, Systemuserroles,
    Task, Team, Teammembership, Userprofile,
};
use migration::{Migrator, seed::seed};
use sea_orm_migration::MigratorTrait;
use sea_orm_migration::sea_orm::{
    ColumnTrait, ConnectOptions, Database, DatabaseConnection, DbErr, EntityTrait, Iterable, PaginatorTrait,
    QueryFilter,
};

async fn database() -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    // Every connection would have a memory of its own.
    options.max_connections(1);
    Database::connect(options).await
}

/// The number of rows, once every nullable column is known to hold both values and nulls.
async fn rows<E>(db: &DatabaseConnection) -> Result<u64, DbErr>
where
    E: EntityTrait<Model: Send + Sync>,
{
    let rows = E::find().count(db).await?;
    for column in E::Column::iter().filter(|column| column.def().is_null()) {
        let nulls = E::find().filter(column.is_null()).count(db).await?;
        assert!(0 < nulls && nulls < rows, "{}.{column:?}: {nulls} nulls in {rows} rows", E::default().table_name());
    }
    Ok(rows)
}

#[tokio::test]
async fn seed_fills_every_table() -> Result<(), DbErr> {
    let db = database().await?;
    Migrator::up(&db, None).await?;
    seed(&db).await?;

    assert_eq!(rows::<Systemuser>(&db).await?, 14);
    assert_eq!(rows::<Role>(&db).await?, 6);
    assert_eq!(rows::<Systemuserroles>(&db).await?, 22);
    assert_eq!(rows::<Team>(&db).await?, 5);
    assert_eq!(rows::<Teammembership>(&db).await?, 16);
    assert_eq!(rows::<Userprofile>(&db).await?, 12);
    assert_eq!(rows::<Account>(&db).await?, 40);
    assert_eq!(rows::<Contact>(&db).await?, 120);
    assert_eq!(rows::<Contactfollow>(&db).await?, 91);
    assert_eq!(rows::<Socialprofile>(&db).await?, 60);
    assert_eq!(rows::<List>(&db).await?, 6);
    assert_eq!(rows::<Task>(&db).await?, 80);
    assert_eq!(rows::<Salesorder>(&db).await?, 70);
    assert_eq!(rows::<Orderline>(&db).await?, 164);
    Ok(())
}

#[tokio::test]
async fn a_second_seed_fails_and_changes_nothing() -> Result<(), DbErr> {
    let db = database().await?;
    Migrator::up(&db, None).await?;
    seed(&db).await?;
    assert!(seed(&db).await.is_err());
    assert_eq!(Contact::find().count(&db).await?, 120);
    Ok(())
}

#[tokio::test]
async fn the_tables_can_be_dropped_and_created_again() -> Result<(), DbErr> {
    let db = database().await?;
    Migrator::up(&db, None).await?;
    seed(&db).await?;
    Migrator::down(&db, None).await?;
    assert!(Account::find().count(&db).await.is_err());
    Migrator::up(&db, None).await?;
    assert_eq!(Account::find().count(&db).await?, 0);
    seed(&db).await
}
