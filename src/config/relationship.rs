//! `[[relationship]]`: one that the database does not declare, or more about one that it does.

use crate::catalog::CascadeDelete;

use super::{
    name::Names,
    section::{Constant, Section},
    text::{Said, Span},
};

/// What is said of a relationship.
#[derive(Debug, Clone)]
pub(super) struct RelationshipSection {
    pub(super) span: Span,
    pub(super) name: Option<Said<String>>,
    pub(super) from: EndSection,
    pub(super) to: EndSection,
    pub(super) unique: Option<Said<bool>>,
    pub(super) hierarchical: Option<Said<bool>>,
    pub(super) delete: Option<Said<CascadeDelete>>,
    pub(super) conditions: Vec<ConditionSection>,
    pub(super) description: Option<String>,
}

/// One end of it.
#[derive(Debug, Clone)]
pub(super) struct EndSection {
    pub(super) span: Span,
    pub(super) entity: Said<String>,
    pub(super) columns: Option<Vec<Said<String>>>,
    pub(super) navigation: Option<Said<String>>,
}

/// Something else that must hold.
#[derive(Debug, Clone)]
pub(super) struct ConditionSection {
    pub(super) column: Said<String>,
    /// Whether it is a column of the table that is pointed at.
    pub(super) is_other: bool,
    pub(super) test: Said<Test>,
}

/// What must hold of a column.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Equals(Constant),
    In(Vec<Constant>),
    IsNull(bool),
}

impl RelationshipSection {
    pub(super) fn read(mut section: Section<'_>) -> Option<Self> {
        let name = section.schema_name("name");
        let from = section.section("from");
        let from = section.need("from", from).and_then(EndSection::read);
        let to = section.section("to");
        let to = section.need("to", to).and_then(EndSection::read);
        let unique = section.flag("unique");
        let hierarchical = section.flag("hierarchical");
        let delete = section.word(
            "delete",
            &[
                ("cascade", CascadeDelete::Cascade),
                ("remove-link", CascadeDelete::RemoveLink),
                ("restrict", CascadeDelete::Restrict),
                ("no-action", CascadeDelete::NoAction),
            ],
        );
        let conditions = section.list("where").map(|list| list.value).unwrap_or_default();
        let conditions = conditions.into_iter().filter_map(ConditionSection::read).collect();
        let description = section.text("description").map(|text| text.value);
        let span = section.span.clone();
        if let Some(from) = &from
            && from.columns.is_none()
        {
            section.mistakes.add(&from.span, "`from` needs `columns`");
        }
        section.finish();
        Some(Self { span, name, from: from?, to: to?, unique, hierarchical, delete, conditions, description })
    }
}

impl EndSection {
    fn read(mut section: Section<'_>) -> Option<Self> {
        let entity = section.text("entity");
        let entity = section.need("entity", entity);
        let columns = section.texts("columns").map(|columns| columns.value);
        let navigation = section.field_name("navigation");
        let span = section.span.clone();
        section.finish();
        Some(Self { span, entity: entity?, columns, navigation })
    }
}

impl ConditionSection {
    fn read(mut section: Section<'_>) -> Option<Self> {
        let column = section.text("column");
        let column = section.need("column", column);
        let side = section.word("side", &[("from", false), ("to", true)]);
        let equals = section.constant("equals").map(|it| Said { value: Test::Equals(it.value), span: it.span });
        let list = section.constants("in").map(|it| Said { value: Test::In(it.value), span: it.span });
        let null = section.flag("is-null").map(|it| Said { value: Test::IsNull(it.value), span: it.span });
        let mut tests: Vec<Said<Test>> = equals.into_iter().chain(list).chain(null).collect();
        if tests.len() != 1 {
            section.mistakes.add(&section.span, "a condition takes one of `equals`, `in` and `is-null`");
        }
        section.finish();
        let test = tests.pop().filter(|_| tests.is_empty())?;
        Some(Self { column: column?, is_other: side.is_some_and(|side| side.value), test })
    }
}
