//! Tables of pairs: the names of their ends.

use crate::catalog::GivenEnds;

use super::{Applier, exact};
use crate::config::{many_to_many::ManyToManySection, tables::column};

impl Applier<'_> {
    pub(super) fn many_to_many(&mut self, section: &ManyToManySection) {
        let Some((table, index)) = self.find(&section.intersect) else { return };
        for end in &section.ends {
            column(&self.drafts[index], &end.column, &self.mistakes);
        }
        if section.ends[0].column.value == section.ends[1].column.value {
            self.mistakes.add(&section.ends[1].column.span, "the two ends have different columns");
        }
        let is_twice = self.give(&table).intersect.ends.is_some();
        if is_twice {
            self.mistakes.add(&section.intersect.span, format!("the ends of {table} are named already"));
        }
        let columns = section.ends.each_ref().map(|end| end.column.value.clone());
        let navigation = section.ends.each_ref().map(|end| end.navigation.as_ref().map(exact));
        let intersect = &mut self.give(&table).intersect;
        intersect.schema_name = section.name.as_ref().map(exact);
        intersect.description.clone_from(&section.description);
        intersect.ends = Some(GivenEnds { origin: section.span.start, columns, navigation });
    }
}
