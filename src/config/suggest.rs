//! A configuration for what discovery could not tell, to be looked through and taken over line by line.

mod find;
mod outline;

use crate::catalog::{self, Catalog, EntityDraft};

use super::Config;
use outline::Outline;

const HEAD: &str = "## What the database does not tell, as far as its tables let it be guessed. Nothing holds yet: take the\n\
                    ## `#` away from what is right. Lines that begin with `##` explain.\n";

/// Suggests a configuration for tables as they were found, and for what was noticed about them. Each line is commented
/// out; all of it at once would be accepted.
#[must_use]
pub fn suggest(drafts: &[EntityDraft], catalog: &Catalog) -> String {
    let mut outline = find::all(drafts, catalog);
    // What would not be accepted, alone or beside the rest, is not suggested.
    while let Err(lines) = check(&outline, drafts) {
        if !outline.remove(&lines) {
            break;
        }
    }
    if outline.is_empty() {
        return format!("{HEAD}\n## Nothing is left to say.\n");
    }
    format!("{HEAD}{}", outline.commented())
}

/// The lines that would not be accepted.
fn check(outline: &Outline, drafts: &[EntityDraft]) -> Result<(), Vec<usize>> {
    let lines = |error: super::Error| -> Vec<usize> {
        error.0.iter().filter_map(|mistake| mistake.place.map(|(line, _)| line)).collect()
    };
    let config = Config::parse("", &outline.text()).map_err(lines)?;
    let mut drafts = drafts.to_vec();
    let given = config.apply(&mut drafts, &[]).map_err(lines)?;
    match catalog::build_given(drafts, &[], &[], &given) {
        Ok(_) => Ok(()),
        // Problems that were there before are no fault of what is suggested.
        Err(problems) => config.explain(problems).map_or(Ok(()), |error| Err(lines(error))),
    }
}
