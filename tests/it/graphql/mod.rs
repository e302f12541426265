//! GraphQL as its specification has it, over entity data.

mod aggregates;
mod database_types;
mod etag;
mod everything;
mod filters;
mod keys;
mod selection;
mod values;
mod variables;
