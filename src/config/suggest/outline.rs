//! A configuration in the making: sections of parts that can be taken out one by one.

use std::fmt::Write as _;

/// A part of a section: lines of the configuration, and what is said about them.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) about: Vec<String>,
    pub(super) lines: Vec<String>,
}

#[derive(Debug, Clone)]
struct Section {
    header: String,
    parts: Vec<Part>,
}

/// Sections in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Outline(Vec<Section>);

impl Outline {
    /// Adds a part to the section of a header, which a text has once; each `[[…]]` begins a section of its own.
    pub(super) fn add(&mut self, header: &str, part: Part) {
        let known = self.0.iter_mut().find(|section| section.header == header && !header.starts_with("[["));
        match known {
            Some(section) => section.parts.push(part),
            None => self.0.push(Section { header: header.to_owned(), parts: vec![part] }),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text without comments, a header or a line of a part on each line.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for section in &self.0 {
            let lines = section.parts.iter().flat_map(|part| &part.lines);
            for line in std::iter::once(&section.header).chain(lines) {
                text.push_str(line);
                text.push('\n');
            }
        }
        text
    }

    /// Takes out the parts that stand on these lines of the text, and sections whose header does; whether there were any.
    pub(super) fn remove(&mut self, lines: &[usize]) -> bool {
        let (mut line, mut is_any) = (1, false);
        for section in &mut self.0 {
            let is_headed = lines.contains(&line);
            line += 1;
            section.parts.retain(|part| {
                let end = line + part.lines.len();
                let is_wrong = is_headed || lines.iter().any(|wrong| (line..end).contains(wrong));
                line = end;
                is_any |= is_wrong;
                !is_wrong
            });
        }
        self.0.retain(|section| !section.parts.is_empty());
        is_any
    }

    /// As many of the parts as are accepted, one after the other.
    pub(super) fn accepted(&self, is_accepted: impl Fn(&Self) -> bool) -> Self {
        let parts = self.0.iter().flat_map(|section| section.parts.iter().map(|part| (&section.header, part)));
        parts.fold(Self::default(), |all, (header, part)| {
            let mut more = all.clone();
            more.add(header, part.clone());
            if is_accepted(&more) { more } else { all }
        })
    }

    /// The text with all of it commented out.
    pub(super) fn commented(&self) -> String {
        let mut text = String::new();
        for section in &self.0 {
            text.push('\n');
            // Writing to a string cannot fail.
            let (first, rest) = section
                .parts
                .split_first()
                .map_or((&[][..], &[][..]), |(first, rest)| (std::slice::from_ref(first), rest));
            for about in first.iter().flat_map(|part| &part.about) {
                let _ = writeln!(text, "## {about}");
            }
            let _ = writeln!(text, "# {}", section.header);
            for line in first.iter().flat_map(|part| &part.lines) {
                let _ = writeln!(text, "# {line}");
            }
            for part in rest {
                for about in &part.about {
                    let _ = writeln!(text, "## {about}");
                }
                for line in &part.lines {
                    let _ = writeln!(text, "# {line}");
                }
            }
        }
        text
    }
}

/// A text as TOML spells it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
