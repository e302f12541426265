//! `[[multi-table-lookup]]`: lookups of one table that are one, because only one of them is ever set.

use super::{
    name::Names,
    section::{Constant, Section},
    text::{Said, Span},
};

/// What is said of a lookup that leads to several tables.
#[derive(Debug, Clone)]
pub(super) struct LookupSection {
    pub(super) entity: Said<String>,
    pub(super) name: Said<String>,
    pub(super) arms: Arms,
}

/// How it tells its targets apart.
#[derive(Debug, Clone)]
pub(super) enum Arms {
    /// By a column beside the key.
    Shared { key: Said<String>, discriminator: Said<String>, targets: Vec<TargetSection> },
    /// By a column for each.
    Separate(Vec<Said<String>>),
}

/// A target of a shared key.
#[derive(Debug, Clone)]
pub(super) struct TargetSection {
    pub(super) span: Span,
    pub(super) entity: Said<String>,
    pub(super) value: Said<Constant>,
    pub(super) name: Option<Said<String>>,
    pub(super) navigation: Option<Said<String>>,
    pub(super) partner: Option<Said<String>>,
    pub(super) description: Option<String>,
}

impl LookupSection {
    pub(super) fn read(mut section: Section<'_>) -> Option<Self> {
        let entity = section.text("entity");
        let entity = section.need("entity", entity);
        let name = section.field_name("name");
        let name = section.need("name", name);
        let (key, discriminator) = (section.text("key"), section.text("discriminator"));
        let targets = section.list("targets");
        let targets = section.need("targets", targets)?;
        let arms = match (key, discriminator) {
            (Some(key), Some(discriminator)) => {
                let all = targets.value.len();
                let targets: Vec<TargetSection> = targets.value.into_iter().filter_map(TargetSection::read).collect();
                if all == 0 {
                    section.mistakes.add(&section.span, "[[multi-table-lookup]] needs a target");
                }
                Some(Arms::Shared { key, discriminator, targets })
            }
            (None, None) => {
                let columns = targets.value.into_iter().filter_map(|mut target| {
                    let column = target.text("column");
                    let column = target.need("column", column);
                    target.finish();
                    column
                });
                let columns: Vec<Said<String>> = columns.collect();
                if columns.len() < 2 {
                    let message = "`targets` are two columns at least, or `key` and `discriminator` stand beside them";
                    section.mistakes.add(&targets.span, message);
                }
                Some(Arms::Separate(columns))
            }
            (Some(only), None) | (None, Some(only)) => {
                section.mistakes.add(&only.span, "`key` and `discriminator` are given together, or neither");
                None
            }
        };
        section.finish();
        Some(Self { entity: entity?, name: name?, arms: arms? })
    }
}

impl TargetSection {
    fn read(mut section: Section<'_>) -> Option<Self> {
        let entity = section.text("entity");
        let entity = section.need("entity", entity);
        let value = section.constant("value");
        let value = section.need("value", value);
        let name = section.schema_name("name");
        let navigation = section.field_name("navigation");
        let partner = section.field_name("partner");
        let description = section.text("description").map(|text| text.value);
        let span = section.span.clone();
        section.finish();
        Some(Self { span, entity: entity?, value: value?, name, navigation, partner, description })
    }
}
