//! Every entity under its own name.

pub use crate::account::Entity as Account;
pub use crate::contact::Entity as Contact;
pub use crate::contactfollow::Entity as Contactfollow;
pub use crate::list::Entity as List;
pub use crate::orderline::Entity as Orderline;
pub use crate::role::Entity as Role;
pub use crate::salesorder::Entity as Salesorder;
pub use crate::socialprofile::Entity as Socialprofile;
pub use crate::systemuser::Entity as Systemuser;
pub use crate::systemuserroles::Entity as Systemuserroles;
pub use crate::task::Entity as Task;
pub use crate::team::Entity as Team;
pub use crate::teammembership::Entity as Teammembership;
pub use crate::userprofile::Entity as Userprofile;
