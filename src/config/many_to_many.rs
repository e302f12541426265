//! `[[many-to-many]]`: how the two ends of a table of pairs are called.

use super::{
    name::Names,
    section::Section,
    text::{Said, Span},
};

/// What is said of a table of pairs.
#[derive(Debug, Clone)]
pub(super) struct ManyToManySection {
    pub(super) intersect: Said<String>,
    pub(super) name: Option<Said<String>>,
    pub(super) description: Option<String>,
    pub(super) ends: [PairSection; 2],
    /// Where the ends are said.
    pub(super) span: Span,
}

/// One half of a pair.
#[derive(Debug, Clone)]
pub(super) struct PairSection {
    pub(super) column: Said<String>,
    pub(super) navigation: Option<Said<String>>,
}

impl ManyToManySection {
    pub(super) fn read(mut section: Section<'_>) -> Option<Self> {
        let intersect = section.text("intersect");
        let intersect = section.need("intersect", intersect);
        let name = section.schema_name("name");
        let description = section.text("description").map(|text| text.value);
        let ends = section.list("ends");
        let ends = section.need("ends", ends);
        let span = ends.as_ref().map_or(section.span.clone(), |ends| ends.span.clone());
        let pairs = ends.map(|ends| {
            let count = ends.value.len();
            if count != 2 {
                section.mistakes.add(&span, format!("`ends` are two, not {count}"));
            }
            ends.value.into_iter().filter_map(PairSection::read).collect::<Vec<_>>()
        });
        section.finish();
        let ends = <[PairSection; 2]>::try_from(pairs?).ok()?;
        Some(Self { intersect: intersect?, name, description, ends, span })
    }
}

impl PairSection {
    fn read(mut section: Section<'_>) -> Option<Self> {
        let column = section.text("column");
        let column = section.need("column", column);
        let navigation = section.field_name("navigation");
        section.finish();
        Some(Self { column: column?, navigation })
    }
}
