//! GraphQL as its specification has it, over entity data.

mod aggregates;
mod filters;
mod keys;
mod selection;
mod values;
mod variables;
