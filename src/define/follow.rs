//! pending
#![allow(missing_docs, clippy::all, clippy::pedantic)]
#[derive(Debug)]
pub struct Follower;
impl Follower {
    pub async fn changed(&mut self) {
        std::future::pending().await
    }
}
pub fn follow(_d: &crate::execute::Database) -> Follower {
    Follower
}
