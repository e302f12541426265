//! Simple identifiers: what OData allows as a name. Names of the catalog are names of GraphQL already, letters, digits
//! and underscores without a digit in front, so that only their length and what they meet is left to settle.

use std::collections::HashSet;

/// The longest identifier (CSDL 4.01, section 15.2).
const LONGEST: usize = 128;

/// The names of one scope.
#[derive(Debug, Default)]
pub(super) struct Scope(HashSet<String>);

impl Scope {
    /// The name, or where it is too long or taken, what is nearest to it.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        self.take_unless(wanted, |_| false)
    }

    /// The same, of the names that are not excluded.
    pub(super) fn take_unless(&mut self, wanted: &str, is_excluded: impl Fn(&str) -> bool) -> String {
        let mut name = shortened(wanted, "");
        let mut number = 2_u32;
        while self.0.contains(&name) || is_excluded(&name) {
            name = shortened(wanted, &format!("_{number}"));
            number += 1;
        }
        self.0.insert(name.clone());
        name
    }
}

/// As much of the name as leaves room for its end.
fn shortened(name: &str, end: &str) -> String {
    let mut short: String = name.chars().take(LONGEST - end.len()).collect();
    short.push_str(end);
    short
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn names_stay_as_they_are_where_they_can() {
        let mut scope = Scope::default();
        assert_eq!(scope.take("invoiceLine"), "invoiceLine");
        assert_eq!(scope.take("invoiceLine"), "invoiceLine_2");
        assert_eq!(scope.take("invoiceLine"), "invoiceLine_3");
        assert_eq!(scope.take_unless("_2fa", |name| name == "_2fa"), "_2fa_2");
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let mut scope = Scope::default();
        let long = "x".repeat(200);
        let first = scope.take(&long);
        let second = scope.take(&format!("{long}y"));
        assert_eq!(first, "x".repeat(128));
        assert_eq!(second, format!("{}_2", "x".repeat(126)));
        assert_eq!(scope.take(&"y".repeat(128)), "y".repeat(128));
    }
}
