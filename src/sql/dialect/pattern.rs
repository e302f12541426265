//! Patterns: texts with wildcards around them.

/// Where a text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sql) enum Pattern {
    Whole,
    Start,
    End,
    Anywhere,
}

impl Pattern {
    /// The text between the wildcards that the pattern needs.
    pub(super) fn surround(self, text: &str, wildcard: char) -> String {
        let (before, after) = match self {
            Self::Whole => (false, false),
            Self::Start => (false, true),
            Self::End => (true, false),
            Self::Anywhere => (true, true),
        };
        let mut pattern = String::with_capacity(text.len() + 2);
        pattern.extend(before.then_some(wildcard));
        pattern.push_str(text);
        pattern.extend(after.then_some(wildcard));
        pattern
    }
}

/// `LIKE`'s own characters, escaped.
pub(super) fn escape_like(text: &str, escape: char) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_') || letter == escape {
            escaped.push(escape);
        }
        escaped.push(letter);
    }
    escaped
}
