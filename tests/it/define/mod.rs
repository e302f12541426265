//! Definitions at run time beside the conformance cases: bad input, previews, failures half-way, restarts, overrides.

mod declared;
mod dry_run;
mod failure;
mod identifiers;
mod lost_answer;
mod names;
mod operation;
mod places;
mod race;
mod read_only;
mod restart;
mod review;
mod tables;
