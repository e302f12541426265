//! An entity with hooks of every kind, and the log that they write.

use sea_orm::{ConnectionTrait, NotSet, Set, Unchanged, entity::prelude::*};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "behavior_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub title: String,
    #[sea_orm(unique)]
    pub slug: String,
    pub state: String,
    pub changes: i64,
    pub weight: Option<f64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

#[async_trait::async_trait]
impl ActiveModelBehavior for ActiveModel {
    fn new() -> Self {
        Self { state: Set("new".to_owned()), ..<Self as ActiveModelTrait>::default() }
    }

    async fn before_save<C: ConnectionTrait>(mut self, db: &C, insert: bool) -> Result<Self, DbErr> {
        let title = self.title.as_ref().clone();
        match title.as_str() {
            "" => return Err(DbErr::Custom("a note has a title".to_owned())),
            "odd" => self.weight = Set(Some(f64::NAN)),
            "taken" => {
                let line = log::ActiveModel { id: Set(1), line: Set("again".to_owned()) };
                log::Entity::insert(line.clone()).exec_without_returning(db).await?;
                log::Entity::insert(line).exec_without_returning(db).await?;
            }
            _ => {}
        }
        self.slug = Set(title.to_lowercase().replace(' ', "-"));
        self.changes = match self.changes {
            Unchanged(changes) => Set(changes + 1),
            _ if insert => Set(0),
            _ => NotSet,
        };
        Ok(self)
    }

    async fn after_save<C: ConnectionTrait>(model: Model, db: &C, insert: bool) -> Result<Model, DbErr> {
        let word = if insert { "inserted" } else { "updated" };
        log::write(db, format!("{word} {}", model.slug)).await?;
        Ok(model)
    }

    async fn before_delete<C: ConnectionTrait>(mut self, db: &C) -> Result<Self, DbErr> {
        log::write(db, format!("deleting {}", self.slug.as_ref())).await?;
        self.slug = Set("gone".to_owned());
        Ok(self)
    }

    async fn after_delete<C: ConnectionTrait>(self, db: &C) -> Result<Self, DbErr> {
        log::write(db, format!("deleted {}", self.slug.as_ref())).await?;
        Ok(self)
    }
}

pub mod log {
    use sea_orm::{ConnectionTrait, Set, entity::prelude::*};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "behavior_log")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub line: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    pub(super) async fn write<C: ConnectionTrait>(db: &C, line: String) -> Result<(), DbErr> {
        let line = ActiveModel { line: Set(line), ..Default::default() };
        Entity::insert(line).exec_without_returning(db).await.map(|_| ())
    }
}
