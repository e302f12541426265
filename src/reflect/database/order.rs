//! Puts drafts into an order that depends on nothing but tables and column positions, so that two databases with the
//! same tables give the same drafts however they name and number their constraints.

use std::collections::HashMap;

use crate::catalog::EntityDraft;

/// Orders the drafts and what is in them, and drops unique keys that say nothing new.
pub(super) fn settle(drafts: &mut [EntityDraft]) {
    drafts.sort_by(|a, b| a.table.cmp(&b.table));
    for draft in drafts {
        settle_one(draft);
    }
}

fn settle_one(draft: &mut EntityDraft) {
    let positions: HashMap<&str, usize> =
        draft.columns.iter().enumerate().map(|(index, column)| (column.name.as_str(), index)).collect();
    let places = |columns: &[String]| -> Vec<usize> {
        columns.iter().map(|column| positions.get(column.as_str()).copied().unwrap_or(usize::MAX)).collect()
    };
    let set = |columns: &[String]| {
        let mut places = places(columns);
        places.sort_unstable();
        places
    };

    draft.unique_keys.sort_by_key(|key| places(&key.columns));
    let mut known = vec![set(&draft.primary_key)];
    draft.unique_keys.retain(|key| {
        let set = set(&key.columns);
        let is_new = !known.contains(&set);
        known.push(set);
        is_new
    });

    draft.warnings.sort_by_cached_key(|warning| (warning.column.clone(), warning.message.clone()));
    draft.relations.sort_by_cached_key(|relation| {
        (
            places(&relation.columns),
            relation.target.clone(),
            relation.target_columns.clone(),
            relation.constraint.clone(),
        )
    });
}
