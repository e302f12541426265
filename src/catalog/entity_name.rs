//! Names of entities: those that are given, the naming rule for the others, and what is still free.

use std::collections::{HashMap, HashSet};

use super::{Exact, Given, Problems, Table, build::free_name, name};

/// Names for all entities at once, because they must not collide with each other nor with what is derived from them.
pub(super) fn all(tables: &[&Table], given: &Given, problems: &mut Problems) -> Vec<name::EntityNames> {
    let wanted: Vec<Wanted> = tables.iter().map(|table| Wanted::of(table, given)).collect();
    let mut space = Space { derived: derived(&wanted), taken: HashSet::new(), given: HashMap::new() };
    for (table, wanted) in tables.iter().zip(&wanted) {
        let Some(origin) = wanted.origin else { continue };
        if !space.is_free(&wanted.names) {
            let message = format!("cannot be called {}: that, or a name that follows from it, is taken", wanted.names);
            problems.error_at(origin, *table, None, message);
        }
        space.give(&wanted.names, origin);
    }
    let names = tables.iter().zip(wanted).map(|(table, wanted)| match wanted.origin {
        Some(_) => wanted.names,
        None => space.take(table, wanted.names, problems),
    });
    names.collect()
}

/// What an entity is to be called.
struct Wanted {
    names: name::EntityNames,
    /// Where a part of it is given.
    origin: Option<usize>,
}

impl Wanted {
    fn of(table: &Table, given: &Given) -> Self {
        let given = given.of(table);
        let logical = given.and_then(|given| given.logical_name.as_ref());
        let set = given.and_then(|given| given.set_name.as_ref());
        let mut names = match logical {
            Some(Exact { name, .. }) => name::EntityNames {
                type_name: name::capitalized(name),
                logical_name: name.clone(),
                set_name: name::plural(name),
            },
            None => name::entity(&table.name),
        };
        if let Some(set) = set {
            names.set_name.clone_from(&set.name);
        }
        Self { names, origin: logical.or(set).map(|exact| exact.origin) }
    }
}

fn derived(wanted: &[Wanted]) -> HashSet<String> {
    let names = wanted.iter().flat_map(|Wanted { names, .. }| {
        let set = name::capitalized(&names.set_name);
        name::DERIVED_SUFFIXES
            .iter()
            .map(move |suffix| format!("{}{suffix}", names.type_name))
            .chain(name::DERIVED_SET_SUFFIXES.iter().map(move |suffix| format!("{set}{suffix}")))
    });
    names.collect()
}

struct Space {
    derived: HashSet<String>,
    taken: HashSet<String>,
    /// Those that are given, and where.
    given: HashMap<String, usize>,
}

impl Space {
    fn is_free(&self, names: &name::EntityNames) -> bool {
        !name::is_reserved(names)
            && names.logical_name != names.set_name
            && !self.derived.contains(&names.type_name)
            && names.claimed().iter().all(|name| !self.taken.contains(name))
    }

    fn give(&mut self, names: &name::EntityNames, origin: usize) {
        for name in names.claimed() {
            self.taken.insert(name.clone());
            self.given.insert(name, origin);
        }
    }

    /// The names of a table for which none are given.
    fn take(&mut self, table: &Table, wanted: name::EntityNames, problems: &mut Problems) -> name::EntityNames {
        let names = if self.is_free(&wanted) {
            wanted
        } else {
            // The namespace that is searched by itself says nothing.
            let qualified = table.namespace.as_deref().filter(|name| *name != "public").unwrap_or_default();
            let candidate = name::entity(&format!("{qualified}_{}", table.name));
            let base = if self.is_free(&candidate) { candidate.type_name } else { wanted.type_name.clone() };
            let free = free_name(&base, "Entity", |name| self.is_free(&name::entity_named(name)));
            if let Some(origin) = wanted.claimed().iter().find_map(|name| self.given.get(name)) {
                let message = format!("is called {wanted} already: it needs another name first");
                problems.error_at(*origin, table, None, message);
            } else {
                problems.warning(table, None, format!("is served as {free} because {} is taken", wanted.type_name));
            }
            name::entity_named(&free)
        };
        self.taken.extend(names.claimed());
        names
    }
}
