//! What a change of the schema means: the difference of the two SDLs as text, and which parts of it break clients that
//! worked before. Takes the texts, returns texts.

mod breaking;
mod compatible;
#[cfg(test)]
mod tests;
mod unequal;

use std::time::Duration;

use similar::{Algorithm, TextDiff};

/// How many lines around a change are shown.
const CONTEXT: usize = 3;

/// How long the shortest difference is looked for. What a definition changes is found in a fraction of it; of two
/// schemas that have little in common a longer difference is as good.
const PATIENCE: Duration = Duration::from_millis(500);

/// The difference as a unified diff; empty where there is none.
#[must_use]
pub fn diff(before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let difference = TextDiff::configure().algorithm(Algorithm::Myers).timeout(PATIENCE).diff_lines(before, after);
    difference.unified_diff().context_radius(CONTEXT).header("before", "after").to_string()
}

/// What breaks clients that worked before, in sentences: what they may have used is gone, says less or demands more.
/// Additions break nothing, as long as they ask for nothing.
#[must_use]
pub fn breaking_changes(before: &str, after: &str) -> Vec<String> {
    breaking::changes(before, after)
}
