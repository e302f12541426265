//! The way through a response to its last list, where the rows of that list are written in the order in which they come:
//! then none of them has to be kept.

use crate::plan::{Object, Output, Query, ReadPlan};

/// Which member of each object leads to the list, from the root on.
#[derive(Debug)]
pub(super) struct Spine<'p> {
    pub(super) levels: Vec<Level<'p>>,
    /// How each row of the list is written.
    pub(super) row: &'p Object,
}

/// An object on the way.
#[derive(Debug)]
pub(super) struct Level<'p> {
    pub(super) object: &'p Object,
    /// The position of the member that leads on.
    pub(super) member: usize,
    pub(super) way: Way,
}

/// How the member leads on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// To the object of the same row.
    Nested,
    /// To the object of the same row, or to null where this column is.
    Joined(usize),
    /// To the first row of a step, or to null.
    First(usize),
    /// To all rows of a step.
    Many(usize),
    /// To the list itself.
    List,
}

impl<'p> Spine<'p> {
    /// The way to the rows of the last step; nothing where they are written otherwise than in one list.
    pub(super) fn of(plan: &'p ReadPlan) -> Option<Self> {
        let last = plan.steps.len().checked_sub(1)?;
        if !matches!(plan.steps[last].query, Query::Rows(_)) {
            return None;
        }
        let mut levels = Vec::new();
        let row = find(&plan.object, last, &mut levels)?;
        levels.reverse();
        Some(Self { levels, row })
    }
}

/// Looks for the list; the levels come in reverse.
fn find<'p>(object: &'p Object, last: usize, levels: &mut Vec<Level<'p>>) -> Option<&'p Object> {
    object.members.iter().enumerate().find_map(|(member, output)| {
        let (way, below) = match &output.value {
            Output::Nested(below) => (Way::Nested, below),
            Output::Joined { present, object } => (Way::Joined(*present), object),
            Output::First { step, object } if *step < last => (Way::First(*step), object),
            Output::Many { step, object } if *step < last => (Way::Many(*step), object),
            Output::Many { object: row, .. } => {
                levels.push(Level { object, member, way: Way::List });
                return Some(row);
            }
            _ => return None,
        };
        let row = find(below, last, levels)?;
        levels.push(Level { object, member, way });
        Some(row)
    })
}
