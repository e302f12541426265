//! Tables and columns by the names that the configuration has for them.

use crate::catalog::{AttributeType, ColumnDraft, DatabaseType, EntityDraft, Table};

use super::{
    error::{Mistakes, nearest},
    text::Said,
};

/// All tables of the database, and those of them that are served.
pub(super) struct Tables {
    all: Vec<Table>,
    served: Vec<Table>,
}

impl Tables {
    pub(super) fn new(drafts: &[EntityDraft]) -> Self {
        let all: Vec<Table> = drafts.iter().filter_map(|draft| draft.table.clone()).collect();
        Self { served: all.clone(), all }
    }

    /// Leaves out those that are not served any more.
    pub(super) fn serve(&mut self, drafts: &[EntityDraft]) {
        self.served = drafts.iter().filter_map(|draft| draft.table.clone()).collect();
    }

    /// The table that is meant. A name alone has to stand for one table.
    pub(super) fn find(&self, name: &Said<String>, mistakes: &Mistakes) -> Option<Table> {
        let mut found: Vec<&Table> = self.all.iter().filter(|table| table.to_string() == name.value).collect();
        if found.is_empty() {
            found = self.all.iter().filter(|table| table.name == name.value).collect();
        }
        match found.as_slice() {
            [only] if self.served.contains(only) => return Some((*only).clone()),
            [only] => mistakes.add(&name.span, format!("the table `{only}` is left out by [entities]")),
            [] => {
                let spellings: Vec<String> =
                    self.all.iter().flat_map(|table| [table.name.clone(), table.to_string()]).collect();
                let suggestion = nearest(&name.value, spellings.iter().map(String::as_str));
                mistakes.suggest(&name.span, format!("there is no table `{}`", name.value), suggestion);
            }
            [first, ..] => {
                let message = format!("several tables are called `{}`: give its namespace, too", name.value);
                mistakes.suggest(&name.span, message, Some(format!("`{first}`")));
            }
        }
        None
    }
}

/// The column of a table.
pub(super) fn column<'a>(draft: &'a EntityDraft, name: &Said<String>, mistakes: &Mistakes) -> Option<&'a ColumnDraft> {
    let found = draft.columns.iter().find(|column| column.name == name.value);
    if found.is_none() {
        let table = draft.table.as_ref().map(ToString::to_string).unwrap_or_default();
        let suggestion = nearest(&name.value, draft.columns.iter().map(|column| column.name.as_str()));
        mistakes.suggest(&name.span, format!("{table} has no column `{}`", name.value), suggestion);
    }
    found
}

/// Whether values of two columns can be held against each other on every database, and compare alike.
pub(super) fn are_comparable(own: &ColumnDraft, other: &ColumnDraft) -> bool {
    are_of_one_kind(own, other) && comparison(own) == comparison(other)
}

/// The collation in which SQLite compares the values of a column.
pub(super) fn comparison(column: &ColumnDraft) -> &str {
    DatabaseType::comparison(column.database_type.as_ref())
}

/// Whether values of two columns can be equal at all.
pub(super) fn are_of_one_kind(own: &ColumnDraft, other: &ColumnDraft) -> bool {
    let number =
        |ty: &AttributeType| matches!(ty, AttributeType::Int | AttributeType::BigInt | AttributeType::Decimal { .. });
    let text = |ty: &AttributeType| matches!(ty, AttributeType::String { .. });
    match (&own.ty, &other.ty) {
        (Some(own), Some(other)) => {
            own == other || (number(own) && number(other)) || (text(own) && text(other)) || own.word() == other.word()
        }
        // Of what the gateway has no type for it knows nothing.
        _ => false,
    }
}

/// What the values of a column are, in a word.
pub(super) fn type_word(column: &ColumnDraft) -> &str {
    column.ty.as_ref().map_or("of no type that the gateway knows", AttributeType::word)
}

/// The columns of a key, in any order.
pub(super) fn is_key(draft: &EntityDraft, columns: &[String]) -> bool {
    let same = |key: &[String]| key.len() == columns.len() && key.iter().all(|column| columns.contains(column));
    same(&draft.primary_key) || draft.unique_keys.iter().any(|key| same(&key.columns))
}
