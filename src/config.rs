//! What a user says of a database in `relata.toml`: the text as a value, and the value put on the tables that were found.
//! Nothing is guessed: what fits no table, or meets another name, is a mistake that names its line.

mod apply;
mod condition;
mod document;
mod entity;
mod error;
mod lookup;
mod many_to_many;
mod name;
mod pattern;
mod relationship;
mod section;
mod suggest;
mod tables;
mod text;

use std::{net::SocketAddr, path::Path};

use crate::catalog::{Definition, EntityDraft, Given, Problem, Problems, Profile, Severity};

pub use error::{Error, Mistake};
pub use suggest::{Ground, suggest};

use apply::Applier;
use document::Document;
use text::Text;

/// A configuration, free of mistakes as far as that can be told without a database.
#[derive(Debug, Clone)]
pub struct Config {
    text: Text,
    document: Document,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// All mistakes in it, each with its file, line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let source = Text::new(file, text);
        let document = Document::parse(&source, text)?;
        Ok(Self { text: source, document })
    }

    /// Reads a configuration from its file.
    ///
    /// # Errors
    /// Why the file cannot be read, or all mistakes in it.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let file = path.as_ref().display().to_string();
        let wrong =
            |place, message: String| Error(vec![Mistake { file: file.clone(), place, message, suggestion: None }]);
        let bytes = std::fs::read(path.as_ref())
            .map_err(|error| wrong(None, format!("the configuration cannot be read: {error}")))?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let before = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
            let place = Text::new(&file, &before).place(before.len());
            wrong(Some(place), "the configuration is not in UTF-8".to_owned())
        })?;
        Self::parse(&file, text)
    }

    /// The text as it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// Where to listen.
    #[must_use]
    pub fn listen(&self) -> Option<SocketAddr> {
        self.document.listen
    }

    /// The database, or `env:` and the name of the environment variable that holds it.
    #[must_use]
    pub fn database_url(&self) -> Option<&str> {
        self.document.url.as_deref()
    }

    /// Databases that follow it, to which queries go, each named in the same way.
    #[must_use]
    pub fn read_urls(&self) -> &[String] {
        &self.document.read_urls
    }

    /// The namespaces that are served; none where nothing is said of them.
    #[must_use]
    pub fn namespaces(&self) -> &[String] {
        &self.document.namespaces
    }

    /// Connections to the database at most.
    #[must_use]
    pub fn pool_size(&self) -> Option<u32> {
        self.document.pool_size
    }

    /// Records in a list that says nothing about it.
    #[must_use]
    pub fn default_size(&self) -> Option<u64> {
        self.document.default_size
    }

    /// Records in a list at most.
    #[must_use]
    pub fn largest_size(&self) -> Option<u64> {
        self.document.largest_size
    }

    /// Bytes of the answer of one field of the root at most.
    #[must_use]
    pub fn max_answer(&self) -> Option<u64> {
        self.document.max_answer
    }

    /// How records name their reference.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.document.profile
    }

    /// Puts what is said on tables: those that are not served go, what the database does not declare comes, and what is
    /// named is given. Tables that definitions made stay.
    ///
    /// # Errors
    /// All that fits no table.
    pub fn apply(&self, drafts: &mut Vec<EntityDraft>, definitions: &[Definition]) -> Result<Given, Error> {
        Applier::new(&self.document, drafts).apply(definitions).map_err(|mistakes| mistakes.into_error(&self.text))
    }

    /// What keeps a catalog from being built, told as mistakes where this configuration is their cause.
    ///
    /// # Errors
    /// The problems as they were, where it is the cause of none.
    pub fn explain(&self, problems: Problems) -> Result<Error, Problems> {
        if !problems.0.iter().any(|problem| problem.origin.is_some()) {
            return Err(problems);
        }
        let errors = problems.0.into_iter().filter(|problem| problem.severity == Severity::Error);
        let mistake = |problem: Problem| Mistake {
            file: self.text.file().to_owned(),
            place: problem.origin.map(|origin| self.text.place(origin)),
            message: problem.to_string(),
            suggestion: None,
        };
        let mut mistakes: Vec<Mistake> = errors.map(mistake).collect();
        mistakes.sort_by_key(|mistake| mistake.place);
        mistakes.dedup();
        Ok(Error(mistakes))
    }
}
