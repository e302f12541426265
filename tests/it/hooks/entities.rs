//! A small library whose entities have hooks: they fill columns, refuse values, and keep an audit of what they saw.

use sea_orm::{ConnectionTrait, DbErr, Statement, Value};

/// The tables. The database's own actions would bypass every hook: the gateway must not leave the work to them.
pub(super) const TABLES: &str = "
    create table author (id integer primary key, name varchar(40) not null, slug varchar(40) not null);
    create table book (id integer primary key, title varchar(40) not null, slug varchar(40) not null,
        author_id integer references author (id) on delete set null);
    create table chapter (id integer primary key, title varchar(40) not null,
        book_id integer not null references book (id) on delete cascade);
    create table genre (id integer primary key, name varchar(40) not null);
    create table book_genre (book_id integer not null references book (id) on delete cascade,
        genre_id integer not null references genre (id) on delete cascade, primary key (book_id, genre_id));
    create table audit (line varchar(100) not null);";

/// Writes down what a hook saw, through the connection that it was given.
async fn audit<C: ConnectionTrait>(db: &C, line: String) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let parameter = if backend == sea_orm::DbBackend::Postgres { "$1" } else { "?" };
    let sql = format!("insert into audit (line) values ({parameter})");
    db.execute_raw(Statement::from_sql_and_values(backend, sql, [Value::from(line)])).await.map(drop)
}

fn word(insert: bool) -> &'static str {
    if insert { "created" } else { "updated" }
}

/// What no hook lets through.
fn refuse_forbidden(text: &sea_orm::ActiveValue<String>) -> Result<(), DbErr> {
    match text {
        sea_orm::ActiveValue::Set(text) if text == "forbidden" => {
            Err(DbErr::Custom("nothing may be called forbidden".to_owned()))
        }
        _ => Ok(()),
    }
}

pub(super) mod author {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "author")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        #[sea_orm(column_type = "String(StringLen::N(40))")]
        pub name: String,
        pub slug: String,
        #[sea_orm(has_many, relation_enum = "Books", via_rel = "Author")]
        pub books: HasMany<super::book::Entity>,
    }

    #[async_trait::async_trait]
    impl ActiveModelBehavior for ActiveModel {
        async fn before_save<C: ConnectionTrait>(mut self, _: &C, _: bool) -> Result<Self, DbErr> {
            super::refuse_forbidden(&self.name)?;
            if let sea_orm::ActiveValue::Set(name) = &self.name {
                self.slug = sea_orm::Set(name.to_lowercase().replace(' ', "-"));
            }
            Ok(self)
        }

        async fn after_save<C: ConnectionTrait>(model: Model, db: &C, insert: bool) -> Result<Model, DbErr> {
            super::audit(db, format!("author {} {} as {}", model.id, super::word(insert), model.slug)).await?;
            Ok(model)
        }

        async fn after_delete<C: ConnectionTrait>(self, db: &C) -> Result<Self, DbErr> {
            super::audit(db, format!("author {} deleted", self.id.as_ref())).await?;
            Ok(self)
        }
    }
}

pub(super) mod book {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "book")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub title: String,
        pub slug: String,
        pub author_id: Option<i32>,
        #[sea_orm(belongs_to, from = "author_id", to = "id", on_delete = "SetNull")]
        pub author: BelongsTo<Option<super::author::Entity>>,
        #[sea_orm(has_many, relation_enum = "Chapters", via_rel = "Book")]
        pub chapters: HasMany<super::chapter::Entity>,
        #[sea_orm(has_many, via = "book_genre")]
        pub genres: HasMany<super::genre::Entity>,
    }

    #[async_trait::async_trait]
    impl ActiveModelBehavior for ActiveModel {
        async fn before_save<C: ConnectionTrait>(mut self, _: &C, _: bool) -> Result<Self, DbErr> {
            super::refuse_forbidden(&self.title)?;
            if self.author_id == sea_orm::Set(Some(13)) {
                return Err(DbErr::Custom("author 13 takes no books".to_owned()));
            }
            if let sea_orm::ActiveValue::Set(title) = &self.title {
                self.slug = sea_orm::Set(title.to_lowercase().replace(' ', "-"));
            }
            Ok(self)
        }

        async fn after_save<C: ConnectionTrait>(model: Model, db: &C, insert: bool) -> Result<Model, DbErr> {
            let author = model.author_id.map_or("nobody".to_owned(), |id| id.to_string());
            super::audit(db, format!("book {} {} by {author}", model.id, super::word(insert))).await?;
            Ok(model)
        }

        async fn after_delete<C: ConnectionTrait>(self, db: &C) -> Result<Self, DbErr> {
            super::audit(db, format!("book {} deleted", self.id.as_ref())).await?;
            Ok(self)
        }
    }
}

pub(super) mod chapter {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "chapter")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub title: String,
        pub book_id: i32,
        #[sea_orm(belongs_to, from = "book_id", to = "id", on_delete = "Cascade")]
        pub book: BelongsTo<super::book::Entity>,
    }

    #[async_trait::async_trait]
    impl ActiveModelBehavior for ActiveModel {
        async fn before_save<C: ConnectionTrait>(self, _: &C, _: bool) -> Result<Self, DbErr> {
            super::refuse_forbidden(&self.title)?;
            Ok(self)
        }

        async fn after_save<C: ConnectionTrait>(model: Model, db: &C, insert: bool) -> Result<Model, DbErr> {
            super::audit(db, format!("chapter {} {} in {}", model.id, super::word(insert), model.book_id)).await?;
            Ok(model)
        }

        async fn before_delete<C: ConnectionTrait>(self, _: &C) -> Result<Self, DbErr> {
            if self.title.as_ref() == "kept" {
                return Err(DbErr::Custom("a kept chapter is not deleted".to_owned()));
            }
            Ok(self)
        }

        async fn after_delete<C: ConnectionTrait>(self, db: &C) -> Result<Self, DbErr> {
            super::audit(db, format!("chapter {} deleted", self.id.as_ref())).await?;
            Ok(self)
        }
    }
}

pub(super) mod genre {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "genre")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub name: String,
        #[sea_orm(has_many, via = "book_genre")]
        pub books: HasMany<super::book::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod book_genre {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "book_genre")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub book_id: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub genre_id: i32,
        #[sea_orm(belongs_to, from = "book_id", to = "id", on_delete = "Cascade")]
        pub book: BelongsTo<super::book::Entity>,
        #[sea_orm(belongs_to, from = "genre_id", to = "id", on_delete = "Cascade")]
        pub genre: BelongsTo<super::genre::Entity>,
    }

    #[async_trait::async_trait]
    impl ActiveModelBehavior for ActiveModel {
        async fn before_save<C: ConnectionTrait>(self, _: &C, _: bool) -> Result<Self, DbErr> {
            if self.genre_id == sea_orm::Set(13) {
                return Err(DbErr::Custom("genre 13 takes no books".to_owned()));
            }
            Ok(self)
        }

        async fn after_save<C: ConnectionTrait>(model: Model, db: &C, _: bool) -> Result<Model, DbErr> {
            super::audit(db, format!("book {} in genre {}", model.book_id, model.genre_id)).await?;
            Ok(model)
        }

        async fn after_delete<C: ConnectionTrait>(self, db: &C) -> Result<Self, DbErr> {
            super::audit(db, format!("book {} out of genre {}", self.book_id.as_ref(), self.genre_id.as_ref())).await?;
            Ok(self)
        }
    }
}
