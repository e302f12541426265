//! A configuration for what discovery could not tell, to be looked through and taken over line by line.

mod find;
mod outline;

use crate::catalog::{self, Catalog, Definition, EntityDraft, Given, IntersectName};

use super::Config;
use outline::Outline;

const HEAD: &str = "## What the database does not tell, as far as its tables let it be guessed. Nothing holds yet: take the\n\
                    ## `#` away from what is right. Lines that begin with `##` explain.\n";

/// What suggestions come on top of.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// Tables as they were found, and as the configuration has them.
    pub drafts: &'a [EntityDraft],
    /// What the configuration gives.
    pub given: &'a Given,
    /// Where no position in the configuration is beyond.
    pub end: usize,
    /// What code says about intersect entities.
    pub intersects: &'a [IntersectName],
    /// The stored definitions.
    pub definitions: &'a [Definition],
    /// What all of this amounts to.
    pub catalog: &'a Catalog,
}

/// Suggests a configuration beside what is known already. Each line is commented out; all of it at once would be
/// accepted.
#[must_use]
pub fn suggest(ground: Ground<'_>) -> String {
    let mut outline = find::all(ground);
    // What would not be accepted, alone or beside the rest, is not suggested.
    while let Err(lines) = check(&outline, ground) {
        if !outline.remove(&lines) {
            // Something that is configured is in the way, of which part of it is not told.
            outline = outline.accepted(|outline| check(outline, ground).is_ok());
            break;
        }
    }
    if outline.is_empty() {
        return format!("{HEAD}\n## Nothing is left to say.\n");
    }
    format!("{HEAD}{}", outline.commented())
}

/// The lines that would not be accepted.
fn check(outline: &Outline, ground: Ground<'_>) -> Result<(), Vec<usize>> {
    let lines = |error: super::Error| -> Vec<usize> {
        let lines = error.0.iter().filter_map(|mistake| mistake.place);
        lines.filter_map(|(line, _)| line.checked_sub(ground.end)).collect()
    };
    // Beyond the configuration, so that a position is of the one or of the other.
    let text = "\n".repeat(ground.end) + &outline.text();
    let config = Config::parse("", &text).map_err(lines)?;
    let mut drafts = ground.drafts.to_vec();
    let mut given = ground.given.clone();
    given.extend(config.apply(&mut drafts, ground.definitions).map_err(lines)?);
    match catalog::build_given(drafts, ground.intersects, ground.definitions, &given) {
        Ok(_) => Ok(()),
        // Problems that were there before are no fault of what is suggested.
        Err(problems) => config.explain(problems).map_or(Ok(()), |error| Err(lines(error))),
    }
}
