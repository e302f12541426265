//! Patterns with `*` and `?`, in the letter case of what they match.

use wildmatch::WildMatch;

use super::{
    error::{Mistakes, nearest},
    text::{Said, Span},
};

/// Patterns that are held against names. One that matches nothing is a mistake.
pub(super) struct Patterns<'a>(Vec<(WildMatch, &'a Said<String>)>);

impl<'a> Patterns<'a> {
    pub(super) fn new(patterns: &'a [Said<String>]) -> Self {
        Self(patterns.iter().map(|pattern| (WildMatch::new(&pattern.value), pattern)).collect())
    }

    /// Where it stands that one of these spellings is meant.
    pub(super) fn find(&self, spellings: &[&str]) -> Option<&'a Span> {
        let is_match = |pattern: &WildMatch| spellings.iter().any(|spelling| pattern.matches(spelling));
        self.0.iter().find(|(pattern, _)| is_match(pattern)).map(|(_, said)| &said.span)
    }

    /// Notes the patterns that match none of the names.
    pub(super) fn check(&self, names: &[Vec<&str>], what: &str, mistakes: &Mistakes) {
        for (pattern, said) in &self.0 {
            // Everything may be meant where there is nothing.
            let is_all = said.value.chars().all(|letter| letter == '*');
            if !is_all && !names.iter().flatten().any(|name| pattern.matches(name)) {
                let message = format!("`{}` matches no {what}", said.value);
                mistakes.suggest(&said.span, message, nearest(&said.value, names.iter().flatten().copied()));
            }
        }
    }
}
