//! The whole text as what it says, before anything is known of the tables that it speaks of.

use std::net::SocketAddr;

use toml::de::DeTable;

use crate::catalog::Profile;

use super::{
    entity::EntitySection,
    error::{Error, Mistakes},
    lookup::LookupSection,
    many_to_many::ManyToManySection,
    relationship::RelationshipSection,
    section::Section,
    text::{Said, Text},
};

/// What the text says.
#[derive(Debug, Clone, Default)]
pub(super) struct Document {
    pub(super) listen: Option<SocketAddr>,
    pub(super) url: Option<String>,
    pub(super) read_urls: Vec<String>,
    pub(super) namespaces: Vec<String>,
    pub(super) pool_size: Option<u32>,
    pub(super) default_size: Option<u64>,
    pub(super) largest_size: Option<u64>,
    pub(super) max_answer: Option<u64>,
    pub(super) profile: Profile,
    /// Patterns of the tables that are served; nothing where all are.
    pub(super) include: Option<Vec<Said<String>>>,
    pub(super) exclude: Vec<Said<String>>,
    pub(super) entities: Vec<EntitySection>,
    pub(super) relationships: Vec<RelationshipSection>,
    pub(super) many_to_many: Vec<ManyToManySection>,
    pub(super) lookups: Vec<LookupSection>,
}

impl Document {
    pub(super) fn parse(text: &Text, source: &str) -> Result<Self, Error> {
        let mistakes = Mistakes::default();
        let (table, errors) = DeTable::parse_recoverable(source);
        for error in errors {
            mistakes.add(&error.span().unwrap_or_default(), error.message().replace('\n', ", "));
        }
        // What follows from a text that is no TOML would only be confusing.
        if !mistakes.is_empty() {
            return Err(mistakes.into_error(text));
        }
        let mut document = Self::default();
        document.read(Section::new(table.get_ref(), table.span(), "", &mistakes));
        if mistakes.is_empty() { Ok(document) } else { Err(mistakes.into_error(text)) }
    }

    fn read(&mut self, mut section: Section<'_>) {
        if let Some(mut server) = section.section("server") {
            self.listen = server.text("listen").and_then(|listen| {
                let address = listen.value.parse().ok();
                if address.is_none() {
                    server.mistakes.add(&listen.span, "`listen` is an address and a port, as 127.0.0.1:8080");
                }
                address
            });
            server.finish();
        }
        if let Some(mut database) = section.section("database") {
            self.url = database.text("url").map(|url| url.value);
            let mut texts = |key| -> Vec<String> {
                let texts = database.texts(key).map(|texts| texts.value).unwrap_or_default();
                texts.into_iter().map(|text| text.value).collect()
            };
            self.read_urls = texts("read-urls");
            self.namespaces = texts("namespaces");
            let pool_size = database.number("pool-size", 1..=10_000);
            self.pool_size = pool_size.and_then(|size| u32::try_from(size.value).ok());
            database.finish();
        }
        if let Some(mut lists) = section.section("lists") {
            let default = lists.number("default-size", 1..=1_000_000);
            self.largest_size = lists.number("largest-size", 1..=1_000_000).map(|size| size.value);
            if let (Some(default), Some(largest)) = (&default, self.largest_size)
                && default.value > largest
            {
                lists.mistakes.add(&default.span, format!("`default-size` is larger than `largest-size`, {largest}"));
            }
            self.default_size = default.map(|size| size.value);
            lists.finish();
        }
        if let Some(mut limits) = section.section("limits") {
            self.max_answer = limits.number("max-answer", 1_024..=1 << 40).map(|bytes| bytes.value);
            limits.finish();
        }
        if let Some(mut naming) = section.section("naming") {
            let profiles = [("standard", Profile::Standard), ("relay", Profile::Relay)];
            self.profile = naming.word("profile", &profiles).map(|profile| profile.value).unwrap_or_default();
            naming.finish();
        }
        if let Some(mut entities) = section.section("entities") {
            self.include = entities.texts("include").map(|patterns| patterns.value);
            self.exclude = entities.texts("exclude").map(|patterns| patterns.value).unwrap_or_default();
            entities.finish();
        }
        self.entities = section.named("entity").into_iter().map(EntitySection::read).collect();
        self.relationships = read_all(&mut section, "relationship", RelationshipSection::read);
        self.many_to_many = read_all(&mut section, "many-to-many", ManyToManySection::read);
        self.lookups = read_all(&mut section, "multi-table-lookup", LookupSection::read);
        section.finish();
    }
}

/// What the tables of a list say; those that are wrong have been noted.
fn read_all<T>(section: &mut Section<'_>, key: &'static str, read: impl Fn(Section<'_>) -> Option<T>) -> Vec<T> {
    let sections = section.list(key).map(|list| list.value).unwrap_or_default();
    sections.into_iter().filter_map(read).collect()
}
