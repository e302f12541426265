//! What is asked: a validated operation, resolved against the catalog into steps and a response template.
//! Pure: no I/O, no SQL text, no GraphQL engine. Whatever can be refused is refused here.

mod aggregate;
mod connection;
mod cursor;
mod error;
pub mod filter;
mod hop;
mod input;
mod key;
mod literal;
mod mutation;
mod operand;
pub mod operator;
mod order;
mod output;
mod page;
mod read;
mod reference;
mod selection;
mod step;
pub mod writable;
pub mod write;

pub use aggregate::{AGGREGATE_FUNCTIONS, Aggregate, AggregateColumn, AggregateFunction};
pub use cursor::{Bound, signature as cursor_signature};
pub use error::{Error, Result};
pub use filter::{Filter, Quantifier};
pub use hop::Hop;
pub use input::{Input, Leaf, Members};
pub use key::Key;
pub use literal::Literal;
pub use mutation::{LinkVerb, Mutation, MutationKind, Mutations};
pub use operand::Operand;
pub use order::{OrderTerm, SORTS, Sort};
pub use output::{ConnectionPart, ConnectionTemplate, EdgePart, Member, Object, Output, PageInfoPart};
pub use page::Limits;
pub use read::{ReadPlan, plan as plan_read};
pub use reference::{Reference, quotes as reference_quotes};
pub use selection::{Field, Item, Merged, Position, Selection, collect};
pub use step::{Column, Join, Parent, Query, Rows, Step};

/// The longest list of values in one argument.
pub const MAX_LIST: usize = 5_000;
