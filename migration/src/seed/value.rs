//! Column values from plain numbers.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use rust_decimal::Decimal;
use uuid::Uuid;

/// The tables keyed by UUID, each with the mark its keys carry.
#[derive(Clone, Copy)]
pub(super) enum Table {
    Account = 0x8acc,
    Contact = 0x8c0c,
    List = 0x8115,
    Role = 0x8e01,
    Socialprofile = 0x850c,
    Systemuser = 0x85e0,
    Task = 0x8a5c,
    Team = 0x8ea0,
    Teammembership = 0x8ebe,
    Userprofile = 0x8bf0,
}

/// The key of row `number` of a table.
pub(super) fn key(table: Table, number: u32) -> Uuid {
    let mut digits = 0;
    let mut shift = 0;
    let mut rest = number;
    while rest > 0 {
        digits |= u128::from(rest % 10) << shift;
        shift += 4;
        rest /= 10;
    }
    Uuid::from_u128((0x4000 << 64) | ((table as u128) << 48) | digits)
}

/// Numbers rows from 1.
pub(super) fn numbered<T>(rows: impl IntoIterator<Item = T>) -> impl Iterator<Item = (u32, T)> {
    (1..).zip(rows)
}

/// One of `choices`, going round and round.
pub(super) fn pick<T: Copy>(choices: &[T], number: u32) -> T {
    choices[number as usize % choices.len()]
}

/// The day `days` after the first of January of a year.
pub(super) fn day(year: i32, days: u32) -> NaiveDate {
    NaiveDate::from_yo_opt(year, 1).unwrap_or_default() + TimeDelta::days(days.into())
}

/// The moment `minutes` after a day began, in UTC.
pub(super) fn moment(day: NaiveDate, minutes: u32) -> DateTime<FixedOffset> {
    (day.and_time(chrono::NaiveTime::MIN) + TimeDelta::minutes(minutes.into())).and_utc().fixed_offset()
}

/// An amount of money, given in cents.
pub(super) fn cents(amount: i64) -> Decimal {
    Decimal::new(amount, 2)
}

#[cfg(test)]
mod tests {
    use super::{Table, key};

    #[test]
    fn keys_show_the_table_and_the_number() {
        assert_eq!(key(Table::Account, 12).to_string(), "00000000-0000-4000-8acc-000000000012");
        assert_eq!(key(Table::Socialprofile, 107).to_string(), "00000000-0000-4000-850c-000000000107");
    }
}
