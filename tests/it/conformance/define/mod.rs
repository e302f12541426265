//! F. Relationship definitions: cases 76 to 92.

mod cascade;
mod concurrent;
mod delete;
mod demo;
mod eligibility;
mod hierarchy;
mod intersect;
mod lookup;
mod many_to_many;
mod multi_table;
mod names;
mod one_to_many;
mod retrieve;
mod update;
