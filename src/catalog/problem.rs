//! What the builder found wrong: all of it at once, each with the entity and column that it concerns.

use std::fmt;

/// One finding about the entities or relationships that a catalog was built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether the catalog could be built all the same.
    pub severity: Severity,
    /// The table it concerns.
    pub entity: String,
    /// The column or relation it concerns.
    pub column: Option<String>,
    /// What is wrong, and what to do about it.
    pub message: String,
    /// The position in the configuration of what it is about, where that is what is wrong.
    pub origin: Option<usize>,
}

impl Problem {
    /// Something that is served in another way than it is declared, or not at all.
    #[must_use]
    pub fn warning(entity: &impl ToString, column: Option<&str>, message: impl Into<String>) -> Self {
        let column = column.map(str::to_owned);
        Self { severity: Severity::Warning, entity: entity.to_string(), column, message: message.into(), origin: None }
    }
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// No catalog.
    Error,
    /// A catalog, with a difference from what was asked for that the message names.
    Warning,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{}.{column}: {}", self.entity, self.message),
            None => write!(f, "{}: {}", self.entity, self.message),
        }
    }
}

/// All findings of one build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    pub(super) fn error(&mut self, entity: &impl ToString, column: Option<&str>, message: impl Into<String>) {
        self.push(Severity::Error, None, entity, column, message);
    }

    /// An error of what stands at that position of the configuration.
    pub(super) fn error_at(
        &mut self,
        origin: usize,
        entity: &impl ToString,
        column: Option<&str>,
        message: impl Into<String>,
    ) {
        self.push(Severity::Error, Some(origin), entity, column, message);
    }

    pub(super) fn warning(&mut self, entity: &impl ToString, column: Option<&str>, message: impl Into<String>) {
        self.push(Severity::Warning, None, entity, column, message);
    }

    /// What is wrong with a draft: code has to be mended, but a database is served without what is wrong in it.
    pub(super) fn fault(
        &mut self,
        is_discovered: bool,
        entity: &impl ToString,
        column: Option<&str>,
        message: impl Into<String>,
    ) {
        if is_discovered {
            self.warning(entity, column, format!("left out: {}", message.into()));
        } else {
            self.error(entity, column, message);
        }
    }

    /// Takes over what reflection found.
    pub(super) fn found(&mut self, warnings: &[Problem]) {
        for warning in warnings {
            self.push(warning.severity, None, &warning.entity, warning.column.as_deref(), &*warning.message);
        }
    }

    fn push(
        &mut self,
        severity: Severity,
        origin: Option<usize>,
        entity: &impl ToString,
        column: Option<&str>,
        message: impl Into<String>,
    ) {
        let problem = Problem {
            severity,
            entity: entity.to_string(),
            column: column.map(str::to_owned),
            message: message.into(),
            origin,
        };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.0.iter().filter(|problem| problem.severity == Severity::Error);
        for (index, problem) in errors.enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
