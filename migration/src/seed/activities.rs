//! Tasks and the lists they are on.

use entity::task::Statecode;
use entity::{list, task};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbErr, Set};

use super::insert;
use super::value::{Table, day, key, moment, numbered, pick};

/// Number of tasks.
const TASKS: u32 = 80;

/// Accounts that come first and have tasks.
const WITH_TASKS: u32 = 32;

/// Name, purpose, day of last use in 2024. The last list is empty.
#[rustfmt::skip]
const LISTS: [(&str, Option<&str>, Option<u32>); 6] = [
    ("Renewals Q3", Some("Contracts that run out before October"), Some(190)),
    ("Messe Hannover follow-ups", Some("Business cards from stand B12 / hall 7"), Some(131)),
    ("Overdue invoices", Some("Call first, then write; don't do both on the same day"), Some(204)),
    ("Win-back", None, Some(77)),
    ("日本のお客様", Some("Accounts looked after from Tokyo"), None),
    ("Someday_maybe (0% urgent)", None, None),
];

#[rustfmt::skip]
const SUBJECTS: [&str; 20] = [
    "Call about the renewal",
    "Send revised quote",
    "Prepare quarterly review",
    "Check credit limit",
    "Book a meeting room for the demo",
    "Clarify delivery date",
    "Ask for a reference",
    "Update the contact list",
    "Translate the offer into French",
    "Send the \"welcome\" package",
    "Review 15% discount request",
    "Arrange plant visit",
    "Return the customer's call",
    "Forward the complaint to quality",
    "Collect signed NDA",
    "Rückfrage zur Rechnung klären",
    "Celebrate the deal 🎉",
    "Merge duplicates: \"adatum retail group\"",
    "Confirm SLA_level with support",
    "見積書を送る",
];

/// Inserts the lists and tasks.
pub(super) async fn seed<C: ConnectionTrait>(db: &C) -> Result<(), DbErr> {
    insert(db, lists()).await?;
    insert(db, tasks()).await
}

fn lists() -> Vec<list::ActiveModel> {
    numbered(LISTS)
        .map(|(n, (listname, purpose, used))| list::ActiveModel {
            listid: Set(key(Table::List, n)),
            listname: Set(listname.to_owned()),
            purpose: Set(purpose.map(str::to_owned)),
            lastusedon: Set(used.map(|used| day(2024, used))),
        })
        .collect()
}

fn tasks() -> Vec<task::ActiveModel> {
    (1..=TASKS)
        .map(|n| {
            let (statecode, percentcomplete) = match n % 7 {
                0 | 3 => (Statecode::Completed, 100),
                5 => (Statecode::Canceled, (n % 4 * 15).cast_signed()),
                _ => (Statecode::Open, (n % 5 * 20).cast_signed()),
            };
            // Several tasks are due at the very same moment.
            let due = (n % 6 != 4).then(|| moment(day(2024, n / 3 * 11), 600 + n % 2 * 330));
            let account = regarding(n).map(|n| key(Table::Account, n));
            let list = (n % 4 != 2).then(|| key(Table::List, 1 + n * 3 % 5));
            task::ActiveModel {
                taskid: Set(key(Table::Task, n)),
                subject: Set(pick(&SUBJECTS, n * 3).to_owned()),
                description: Set((n % 3 == 0).then(|| description(n))),
                scheduledend: Set(due),
                percentcomplete: Set(percentcomplete),
                statecode: Set(statecode),
                regardingobjectid: Set(account),
                listid: Set(list),
            }
        })
        .collect()
}

/// The number of the account task `number` is about, if any.
fn regarding(number: u32) -> Option<u32> {
    match number {
        n if n.is_multiple_of(9) => None,
        n if n.is_multiple_of(4) => Some(1 + n / 4 % 3),
        n => Some(1 + n * 11 % WITH_TASKS),
    }
}

/// Notes of more than one line.
fn description(number: u32) -> String {
    format!("Raised in call #{}.\nThe customer's words: \"as soon as possible, 100%\".", 4000 + number * 13)
}
