//! Relata serves SeaORM entities, or any SQL database, as a navigable GraphQL API over relationship metadata.
//!
//! ```no_run
//! # async fn serve(db: sea_orm::DatabaseConnection, listener: tokio::net::TcpListener) -> Result<(), Box<dyn std::error::Error>> {
//! let gateway = relata::Gateway::builder(db).discover(&[]).build().await?;
//! axum::serve(listener, gateway.into_router()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! A request passes through `http` → `graphql` → `plan` → `sql` → `execute`; the [`catalog`] is what they share.
//! `ARCHITECTURE.md` has the map.

pub mod catalog;
pub mod config;
pub mod csdl;
pub mod define;
#[cfg(feature = "demo")]
pub mod demo;
pub mod error;
pub mod execute;
pub mod gateway;
pub mod graphql;
pub mod http;
pub mod plan;
pub mod reflect;
pub mod sql;

pub use config::Config;
pub use gateway::Gateway;
