//! Deterministic table aliases from a counter, so that the text of a statement depends on the operation alone.

use sea_orm::sea_query::{Alias, DynIden, IntoIden};

/// Gives out `t0`, `t1`, … within one statement.
#[derive(Debug, Default)]
pub(super) struct Aliases(usize);

impl Aliases {
    pub(super) fn next(&mut self) -> DynIden {
        let alias = Alias::new(format!("t{}", self.0)).into_iden();
        self.0 += 1;
        alias
    }
}

/// An identifier from the catalog.
pub(super) fn iden(name: &str) -> DynIden {
    Alias::new(name).into_iden()
}
