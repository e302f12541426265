//! One table of the text, asked for what it may say. What it says beyond that, or in another way, is a mistake, and
//! the rest is read on.

use std::ops::RangeInclusive;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    error::{Mistakes, nearest},
    text::{Said, Span},
};

/// A table that is being read.
pub(super) struct Section<'t> {
    table: &'t DeTable<'t>,
    /// Where it begins.
    pub(super) span: Span,
    /// What it is called in messages.
    name: String,
    asked: Vec<&'static str>,
    pub(super) mistakes: &'t Mistakes,
}

impl<'t> Section<'t> {
    pub(super) fn new(table: &'t DeTable<'t>, span: Span, name: &str, mistakes: &'t Mistakes) -> Self {
        Self { table, span, name: name.to_owned(), asked: Vec::new(), mistakes }
    }

    fn get(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.table.iter().find(|(known, _)| known.get_ref() == key).map(|(_, value)| value)
    }

    /// A value that must be of a kind.
    fn value<T>(
        &mut self,
        key: &'static str,
        kind: &str,
        read: impl FnOnce(&'t DeValue<'t>) -> Option<T>,
    ) -> Option<Said<T>> {
        let found = self.get(key)?;
        let span = found.span();
        let value = read(found.get_ref());
        if value.is_none() {
            self.mistakes.add(&span, format!("`{key}` is {kind}, not {}", word(found.get_ref())));
        }
        value.map(|value| Said { value, span })
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<Said<String>> {
        self.value(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Option<Said<bool>> {
        self.value(key, "true or false", DeValue::as_bool)
    }

    /// A whole number within bounds.
    pub(super) fn number(&mut self, key: &'static str, bounds: RangeInclusive<u64>) -> Option<Said<u64>> {
        let number = self.value(key, "a whole number", |value| value.is_integer().then(|| integer(value)))?;
        let value = number.value.and_then(|value| u64::try_from(value).ok()).filter(|value| bounds.contains(value));
        if value.is_none() {
            let message = format!("`{key}` is a number from {} to {}", bounds.start(), bounds.end());
            self.mistakes.add(&number.span, message);
        }
        value.map(|value| Said { value, span: number.span })
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Option<Said<Vec<Said<String>>>> {
        let list = self.value(key, "a list of texts", DeValue::as_array)?;
        let texts = list.value.iter().filter_map(|item| {
            let text = item.get_ref().as_str();
            if text.is_none() {
                self.mistakes.add(&item.span(), format!("`{key}` is a list of texts"));
            }
            text.map(|text| Said { value: text.to_owned(), span: item.span() })
        });
        Some(Said { value: texts.collect(), span: list.span })
    }

    /// A constant: a text, a number, true or false.
    pub(super) fn constant(&mut self, key: &'static str) -> Option<Said<Constant>> {
        self.value(key, "a text, a number, true or false", Constant::of)
    }

    pub(super) fn constants(&mut self, key: &'static str) -> Option<Said<Vec<Constant>>> {
        self.value(key, "a list of texts or numbers", |value| {
            value.as_array()?.iter().map(|item| Constant::of(item.get_ref())).collect()
        })
    }

    /// Any value, for keys that take several kinds.
    pub(super) fn either(&mut self, key: &'static str) -> Option<Said<&'t DeValue<'t>>> {
        self.value(key, "", Some)
    }

    /// One of a list of words.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<Said<T>> {
        let text = self.text(key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(Said { value: *value, span: text.span });
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("`{key}` is one of {}, not `{}`", known.join(", "), text.value);
        self.mistakes.suggest(&text.span, message, nearest(&text.value, known));
        None
    }

    /// A table within.
    pub(super) fn section(&mut self, key: &'static str) -> Option<Section<'t>> {
        let name = if self.name.is_empty() { format!("[{key}]") } else { format!("`{key}`") };
        let table = self.value(key, "a table", DeValue::as_table)?;
        Some(Section::new(table.value, table.span, &name, self.mistakes))
    }

    /// Tables within a table, under names that are free.
    pub(super) fn named(&mut self, key: &'static str) -> Vec<(Said<String>, Section<'t>)> {
        let Some(tables) = self.value(key, "a table of tables", DeValue::as_table) else { return Vec::new() };
        let sections = tables.value.iter().filter_map(|(name, value)| {
            let said = Said { value: name.get_ref().to_string(), span: name.span() };
            let Some(table) = value.get_ref().as_table() else {
                self.mistakes.add(&value.span(), format!("`{key}.{}` is a table", said.value));
                return None;
            };
            let label = format!("[{key}.{}]", said.value);
            Some((said, Section::new(table, name.span(), &label, self.mistakes)))
        });
        sections.collect()
    }

    /// Tables in a list.
    pub(super) fn list(&mut self, key: &'static str) -> Option<Said<Vec<Section<'t>>>> {
        let list = self.value(key, "a list of tables", DeValue::as_array)?;
        let name = if self.name.is_empty() { format!("[[{key}]]") } else { format!("`{key}`") };
        let sections = list.value.iter().filter_map(|item| {
            let table = item.get_ref().as_table();
            if table.is_none() {
                self.mistakes.add(&item.span(), format!("`{key}` is a list of tables"));
            }
            table.map(|table| Section::new(table, item.span(), &name, self.mistakes))
        });
        Some(Said { value: sections.collect(), span: list.span })
    }

    /// Notes that something must be there.
    pub(super) fn need<T>(&self, key: &str, value: Option<T>) -> Option<T> {
        // One that is there but wrong has been noted.
        if value.is_none() && !self.table.iter().any(|(known, _)| known.get_ref() == key) {
            self.mistakes.add(&self.span, format!("{} needs `{key}`", self.name));
        }
        value
    }

    /// Notes what was not asked for.
    pub(super) fn finish(self) {
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let place = if self.name.is_empty() { "the configuration" } else { &self.name };
                let suggestion = nearest(name, self.asked.iter().copied());
                self.mistakes.suggest(&key.span(), format!("there is no `{name}` in {place}"), suggestion);
            }
        }
    }
}

/// A constant as the text says it.
pub(super) type Constant = crate::catalog::Constant;

trait Reads: Sized {
    fn of(value: &DeValue<'_>) -> Option<Self>;
}

impl Reads for Constant {
    fn of(value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::String(text) => Some(Self::Text(text.to_string())),
            DeValue::Integer(_) => integer(value).map(Self::Integer),
            DeValue::Float(number) => number.as_str().parse().ok().map(Self::Float),
            DeValue::Boolean(is) => Some(Self::Boolean(*is)),
            _ => None,
        }
    }
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    value.as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
}

fn word(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
