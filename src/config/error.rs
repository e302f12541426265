//! What is wrong with a configuration: all of it at once, each with its place and, where something is near, a suggestion.

use std::{cell::RefCell, fmt};

use super::text::{Span, Text};

/// A configuration that cannot be served, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(pub Vec<Mistake>);

/// One thing that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file.
    pub file: String,
    /// Line and column, counted from one; nothing where it is about no place in the file.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What was perhaps meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " (did you mean {suggestion}?)"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Error {
    /// One line for each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// A mistake before its place is told in lines.
#[derive(Debug)]
struct Found {
    span: Span,
    message: String,
    suggestion: Option<String>,
}

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(super) struct Mistakes(RefCell<Vec<Found>>);

impl Mistakes {
    pub(super) fn add(&self, span: &Span, message: impl Into<String>) {
        self.suggest(span, message, None);
    }

    pub(super) fn suggest(&self, span: &Span, message: impl Into<String>, suggestion: Option<String>) {
        self.0.borrow_mut().push(Found { span: span.clone(), message: message.into(), suggestion });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// All of them in the order of the text, each once.
    pub(super) fn into_error(self, text: &Text) -> Error {
        let mut found = self.0.into_inner();
        found.sort_by_key(|found| found.span.start);
        let mistakes = found.into_iter().map(|found| Mistake {
            file: text.file().to_owned(),
            place: Some(text.place(found.span.start)),
            message: found.message,
            suggestion: found.suggestion,
        });
        let mut mistakes: Vec<Mistake> = mistakes.collect();
        mistakes.dedup();
        Error(mistakes)
    }
}

/// The candidate that a word was perhaps meant to be, in quotes: one that is spelled alike, or begins alike.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lower = word.to_lowercase();
    let most = (word.chars().count() / 3).max(1);
    let distance = |candidate: &str| strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
    let near = candidates.into_iter().map(|candidate| (distance(candidate), candidate));
    let begins_alike = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        lower.len() > 2 && (candidate.starts_with(&lower) || (candidate.len() > 2 && lower.starts_with(&candidate)))
    };
    let near = near.filter(|(distance, candidate)| *distance <= most || begins_alike(candidate));
    near.min().map(|(_, candidate)| format!("`{candidate}`"))
}
