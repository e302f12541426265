//! Lookups that lead to several tables.

use crate::catalog::{Comparison, ConditionDraft, GivenArms, GivenLookup, GivenRelationship, Table, name};

use super::{Applier, exact, relationship::Lookup};
use crate::config::{
    condition::check,
    lookup::{Arms, LookupSection, TargetSection},
    tables::column,
    text::Said,
};

impl Applier<'_> {
    pub(super) fn lookup(&mut self, section: &LookupSection) {
        let Some((table, index)) = self.find(&section.entity) else { return };
        let arms = match &section.arms {
            Arms::Shared { key, discriminator, targets } => {
                let is_there = column(&self.drafts[index], key, &self.mistakes).is_some();
                if column(&self.drafts[index], discriminator, &self.mistakes).is_none() || !is_there {
                    return;
                }
                for (position, target) in targets.iter().enumerate() {
                    if targets[..position].iter().any(|other| other.value.value == target.value.value) {
                        self.mistakes.add(&target.value.span, "is the value of another target already");
                    }
                    self.target(&table, index, [key, discriminator], target);
                }
                GivenArms::Shared { key: key.value.clone(), discriminator: discriminator.value.clone() }
            }
            Arms::Separate(columns) => {
                for (position, name) in columns.iter().enumerate() {
                    column(&self.drafts[index], name, &self.mistakes);
                    if columns[..position].iter().any(|other| other.value == name.value) {
                        self.mistakes.add(&name.span, format!("`{}` is named twice", name.value));
                    }
                }
                GivenArms::Separate(columns.iter().map(|column| column.value.clone()).collect())
            }
        };
        let name = exact(&section.name);
        self.give(&table).lookups.push(GivenLookup { name, arms });
    }

    fn target(
        &mut self,
        table: &Table,
        index: usize,
        [key, discriminator]: [&Said<String>; 2],
        target: &TargetSection,
    ) {
        let Some((to, to_index)) = self.find(&target.entity) else { return };
        let to_columns = self.drafts[to_index].primary_key.clone();
        if to_columns.len() != 1 {
            let message = format!("{to} has no key of one column, which such a lookup could lead to");
            self.mistakes.add(&target.entity.span, message);
            return;
        }
        let Some(tells) = column(&self.drafts[index], discriminator, &self.mistakes) else { return };
        if !check(tells, &target.value, &self.mistakes) {
            return;
        }
        let condition = ConditionDraft::Compare {
            is_own: true,
            column: discriminator.value.clone(),
            comparison: Comparison::Equal,
            values: vec![target.value.value.clone()],
        };
        let columns = vec![key.value.clone()];
        let lookup = Lookup { from: table.clone(), columns, to, to_columns, condition: Some(condition) };
        if !self.check(&lookup, [index, to_index], &target.span) {
            return;
        }
        // As the arms of such lookups are called by themselves: the lookup, then the target.
        let stem = name::lookup_stem(&key.value).unwrap_or_else(|| "target".to_owned());
        let type_name = self.given.entities.get(&lookup.to).and_then(|given| given.logical_name.as_ref());
        let type_name =
            type_name.map_or_else(|| name::entity(&lookup.to.name).type_name, |name| name::capitalized(&name.name));
        self.declare(&lookup, index, Some(format!("{stem}{type_name}")));
        self.give(table).relationships.push(GivenRelationship {
            origin: target.span.start,
            columns: lookup.columns,
            target: lookup.to,
            target_columns: lookup.to_columns,
            condition: lookup.condition,
            schema_name: target.name.as_ref().map(exact),
            navigation: target.navigation.as_ref().map(exact),
            partner: target.partner.as_ref().map(exact),
            delete: None,
            hierarchical: None,
            description: target.description.clone(),
        });
    }
}
