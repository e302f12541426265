//! Names of attributes: those that are given, the naming rule for the others, and what is still free.

use std::collections::{HashMap, HashSet};

use super::{ColumnDraft, Given, Problems, Profile, Table, build::free_name, name};

/// The names of one entity's attributes. Enums name attributes in upper case, where `aBC` and `aBc` are one.
pub(super) struct AttributeNames {
    taken: HashSet<String>,
    taken_values: HashSet<String>,
    /// Those that are given, in upper case, and where.
    given: HashMap<String, usize>,
}

impl AttributeNames {
    /// Takes the names that are given, before anything else can have them.
    pub(super) fn of(columns: &[ColumnDraft], table: &Table, given: &Given, problems: &mut Problems) -> Self {
        let mut names = Self { taken: HashSet::new(), taken_values: HashSet::new(), given: HashMap::new() };
        for column in columns.iter().filter(|column| column.ty.is_some()) {
            let Some(exact) = given.attribute(table, &column.name) else { continue };
            if !names.is_free(given.profile, &exact.name) {
                let message = format!("cannot be called {}, which is taken", exact.name);
                problems.error_at(exact.origin, table, Some(&column.name), message);
            }
            names.insert(&exact.name);
            names.given.insert(name::shouty(&exact.name), exact.origin);
        }
        names
    }

    fn is_free(&self, profile: Profile, name: &str) -> bool {
        !name::is_reserved_field(profile, name)
            && !self.taken.contains(name)
            && !self.taken_values.contains(&name::shouty(name))
    }

    fn insert(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
        self.taken_values.insert(name::shouty(name));
    }

    /// The name of a column for which none is given.
    pub(super) fn take(&mut self, profile: Profile, table: &Table, column: &str, problems: &mut Problems) -> String {
        let wanted = name::attribute(profile, column);
        let name = free_name(&wanted, "Value", |name| self.is_free(profile, name));
        if let Some(origin) = self.given.get(&name::shouty(&wanted)) {
            let message = format!("is called {wanted} already: it needs another name first");
            problems.error_at(*origin, table, Some(column), message);
        } else if name != wanted {
            problems.warning(table, Some(column), format!("is served as {name} because {wanted} is taken"));
        }
        self.insert(&name);
        name
    }
}
