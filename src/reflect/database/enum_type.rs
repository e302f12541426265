//! Names for the values of the enums that a database declares, and for the enums themselves.

use std::collections::HashSet;

use crate::catalog::{EnumValue, StoredValue, name};

/// The values that labels stand for, each under a name that GraphQL takes.
pub(super) fn values<L: AsRef<str>>(labels: &[L]) -> Vec<EnumValue> {
    let mut taken = HashSet::new();
    labels
        .iter()
        .map(|label| EnumValue {
            name: first_free(&name::shouty(label.as_ref()), "_", &mut taken),
            stored: StoredValue::Text(label.as_ref().to_owned()),
        })
        .collect()
}

/// The name, or the first of it with a number from 2 on that is not taken; taken from then on.
pub(super) fn first_free(wanted: &str, separator: &str, taken: &mut HashSet<String>) -> String {
    let numbered = (2_u32..).map(|number| format!("{wanted}{separator}{number}"));
    let free = std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or_else(|| wanted.to_owned());
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_names_of_their_own() {
        let names: Vec<String> = values(&["in progress", "in-progress", "IN_PROGRESS", "", "null", "3d"])
            .into_iter()
            .map(|value| value.name)
            .collect();
        assert_eq!(names, ["IN_PROGRESS", "IN_PROGRESS_2", "IN_PROGRESS_3", "UNNAMED", "NULL_", "_3D"]);
    }
}
