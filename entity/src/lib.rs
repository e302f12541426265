//! The demo domain: a small CRM whose entities show every shape of relationship.
//!
//! One module holds one table. The variants of each `Relation` enum carry the
//! names the gateway turns into navigation properties, so both ends of a
//! one-to-many or one-to-one relation are declared.

pub mod account;
pub mod contact;
pub mod contactfollow;
pub mod list;
pub mod orderline;
pub mod prelude;
pub mod role;
pub mod salesorder;
pub mod socialprofile;
pub mod systemuser;
pub mod systemuserroles;
pub mod task;
pub mod team;
pub mod teammembership;
pub mod userprofile;
