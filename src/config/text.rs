//! The text of a configuration, and where in it something stands.

use std::ops::Range;

/// A piece of the text, in bytes.
pub(super) type Span = Range<usize>;

/// A value with the piece of text that says it.
#[derive(Debug, Clone)]
pub(super) struct Said<T> {
    pub(super) value: T,
    pub(super) span: Span,
}

/// The text and the name of its file.
#[derive(Debug, Clone)]
pub(super) struct Text {
    file: String,
    /// Where each line begins.
    lines: Vec<usize>,
    content: String,
}

impl Text {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(index, _)| index + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        Self { file: file.to_owned(), lines, content: text.to_owned() }
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn as_str(&self) -> &str {
        &self.content
    }

    /// Line and column of a position, counted from one, columns in characters.
    pub(super) fn place(&self, position: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= position).max(1);
        let before = self.content.get(self.lines[line - 1]..position).unwrap_or_default();
        (line, before.chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = Text::new("x", "a = 1\nöb = 2\n");
        let place = |part: &str| text.place(text.content.find(part).expect("it is there"));
        assert_eq!((place("a"), place("1"), place("b"), text.place(14)), ((1, 1), (1, 5), (2, 2), (3, 1)));
    }
}
