//! Writes beyond the numbered cases: bad input, and mutations of many records.

mod alone;
mod bad_input;
mod bad_values;
mod deletes;
mod faults;
mod large;
mod many;
mod rules;
mod statements;
mod tenants;
mod values;
