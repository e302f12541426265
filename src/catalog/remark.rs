//! What code says about columns beside the entities, because no source of a catalog can know it.

use super::{AttributeType, EntityDraft, Problems, Table};

/// Something said about one column.
#[derive(Debug, Clone)]
pub struct Remark {
    /// The table, with its namespace where the name alone stands for several.
    pub table: String,
    /// The column.
    pub column: String,
    /// What is said.
    pub says: Says,
}

/// What can be said about a column.
#[derive(Debug, Clone)]
pub enum Says {
    /// Its values are those of an enum that the code knows.
    Enum(AttributeType),
    /// It is the lookup of a relationship that forms a hierarchy.
    Hierarchy,
    /// A hook fills it in: inputs may leave it out.
    Filled,
}

impl Says {
    fn word(&self) -> &'static str {
        match self {
            Self::Enum(_) => "an enum",
            Self::Hierarchy => "a hierarchy",
            Self::Filled => "filled in",
        }
    }
}

/// Puts what was said into the drafts.
///
/// # Errors
/// Every remark about a column that is not served, or that is not what it is taken for.
pub fn remark(drafts: &mut [EntityDraft], remarks: &[Remark]) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for Remark { table, column, says } in remarks {
        let word = says.word();
        let mut refuse = |why: &str| problems.error(table, Some(column), format!("is named as {word} but {why}"));
        let own = match find(drafts, table) {
            Found::One(own) => own,
            Found::None => {
                refuse("is not served");
                continue;
            }
            Found::Several => {
                refuse("there are several tables of that name: give it with its namespace");
                continue;
            }
        };
        let Some(draft) = drafts
            .iter_mut()
            .filter(|draft| draft.table.as_ref() == Some(&own))
            .find_map(|draft| draft.columns.iter_mut().find(|known| known.name == *column))
        else {
            refuse("is not served");
            continue;
        };
        match says {
            Says::Enum(ty) => draft.ty = Some(ty.clone()),
            Says::Filled => draft.has_default = true,
            Says::Hierarchy => {
                if !mark_hierarchy(drafts, &own, column) {
                    refuse("is not a lookup");
                }
            }
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(()) }
}

enum Found {
    None,
    One(Table),
    Several,
}

fn find(drafts: &[EntityDraft], name: &str) -> Found {
    let tables = || drafts.iter().filter_map(|draft| draft.table.as_ref());
    if let Some(table) = tables().find(|table| table.to_string() == name) {
        return Found::One(table.clone());
    }
    let mut named = tables().filter(|table| table.name == name);
    match (named.next(), named.next()) {
        (None, _) => Found::None,
        (Some(only), None) => Found::One(only.clone()),
        _ => Found::Several,
    }
}

/// Marks the relations with that lookup, whichever side declares them. Nothing is marked where it is no lookup.
fn mark_hierarchy(drafts: &mut [EntityDraft], table: &Table, column: &str) -> bool {
    let mut is_lookup = false;
    for draft in drafts {
        let is_own = draft.table.as_ref() == Some(table);
        for relation in &mut draft.relations {
            let lookup = match relation.is_referencing {
                true if is_own => &relation.columns,
                false if relation.target == *table => &relation.target_columns,
                _ => continue,
            };
            if lookup.iter().any(|known| known == column) {
                relation.hierarchical = true;
                is_lookup = true;
            }
        }
    }
    is_lookup
}
