//! Values of the gateway's types, as they are answered.

use std::collections::HashSet;

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, NaiveDate, NaiveTime};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::column::Column;

/// Distinct values of a type, the same in every run.
pub(super) fn of(column: &Column, count: usize) -> Vec<Value> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut known = HashSet::new();
    let mut values = Vec::new();
    for _ in 0..count * 8 {
        let value = column.values.new_tree(&mut runner).unwrap().current();
        if known.insert(value.to_string()) && values.len() < count {
            values.push(value);
        }
    }
    values
}

fn any_of<T: std::fmt::Debug + Clone + 'static>(
    extremes: Vec<T>,
    other: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![1 => select(extremes), 2 => other].boxed()
}

pub(super) fn texts(values: &'static [&'static str]) -> BoxedStrategy<Value> {
    select(values).prop_map(Value::from).boxed()
}

pub(super) fn boolean() -> BoxedStrategy<Value> {
    any::<bool>().prop_map(Value::from).boxed()
}

pub(super) fn small_int() -> BoxedStrategy<Value> {
    any_of(vec![i16::MIN, -1, 0, i16::MAX], any::<i16>()).prop_map(Value::from).boxed()
}

pub(super) fn int() -> BoxedStrategy<Value> {
    any_of(vec![i32::MIN, -1, 0, i32::MAX], any::<i32>()).prop_map(Value::from).boxed()
}

pub(super) fn positive() -> BoxedStrategy<Value> {
    any_of(vec![1, i32::MAX], 1..i32::MAX).prop_map(Value::from).boxed()
}

pub(super) fn big_int() -> BoxedStrategy<Value> {
    let extremes = vec![i64::MIN, -1, 0, (1 << 53) + 1, i64::MAX];
    any_of(extremes, any::<i64>()).prop_map(|number| number.to_string().into()).boxed()
}

pub(super) fn float() -> BoxedStrategy<Value> {
    let extremes = vec![0.1, -1.5, 5e-324, f64::MAX, f64::MIN, 123_456_789.123_456_78];
    any_of(extremes, prop::num::f64::NORMAL).prop_map(Value::from).boxed()
}

/// Numbers that SQLite reads from the text of a list as they are.
pub(super) fn moderate() -> BoxedStrategy<Value> {
    any_of(vec![0.1, -1.5, 123_456_789.123_456_78], -1e12..1e12).prop_map(Value::from).boxed()
}

/// Single precision, as the shortest number that reads back.
pub(super) fn single() -> BoxedStrategy<Value> {
    let shortest = |number: f32| Value::from(number.to_string().parse::<f64>().unwrap());
    any_of(vec![0.1, -1.5, f32::MAX, f32::MIN_POSITIVE, 8_388_607.5], prop::num::f32::NORMAL).prop_map(shortest).boxed()
}

/// Decimals with up to so many digits before the point, and exactly so many after it.
pub(super) fn decimal(before: usize, after: usize) -> BoxedStrategy<Value> {
    let digits =
        |length| vec(0..10_u8, length).prop_map(|digits| digits.iter().map(ToString::to_string).collect::<String>());
    (any::<bool>(), digits(1..=before), digits(after..=after))
        .prop_map(|(is_negative, whole, places)| {
            let whole = whole.trim_start_matches('0');
            let whole = if whole.is_empty() { "0" } else { whole };
            let is_zero = whole == "0" && places.bytes().all(|digit| digit == b'0');
            let sign = if is_negative && !is_zero { "-" } else { "" };
            let point = if places.is_empty() { "" } else { "." };
            format!("{sign}{whole}{point}{places}").into()
        })
        .boxed()
}

/// Decimals that binary floating-point numbers tell apart, without zeros at their end.
pub(super) fn short_number() -> BoxedStrategy<Value> {
    (-99_999_999_i64..99_999_999, 1..10_u8).prop_map(|(whole, digit)| format!("{whole}.{digit}").into()).boxed()
}

/// Text of up to so many characters.
pub(super) fn string(length: usize) -> BoxedStrategy<Value> {
    let extremes =
        ["", " ", " a ", "null", "'", "\"", "\\", "a\nb\tc", "%_*?[", "e\u{301}", "日本", "🎉", "\u{1}", "0", "İß"];
    let extremes =
        extremes.iter().filter(|text| text.chars().count() <= length).map(|text| (*text).to_owned()).collect();
    let letters = vec(any::<char>().prop_filter("no text", |letter| *letter != '\0'), 0..=length);
    any_of(extremes, letters.prop_map(|letters| letters.into_iter().collect::<String>())).prop_map(Value::from).boxed()
}

pub(super) fn uuid() -> BoxedStrategy<Value> {
    any_of(vec![0, u128::MAX], any::<u128>()).prop_map(|bits| uuid::Uuid::from_u128(bits).to_string().into()).boxed()
}

/// UUIDs of the usual version: MariaDB takes no others that say of themselves that they are of none.
pub(super) fn uuid_v4() -> BoxedStrategy<Value> {
    let uuid = |bits: u128| uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid();
    any::<u128>().prop_map(move |bits| uuid(bits).to_string().into()).boxed()
}

/// Whole numbers from zero to the largest, as strings.
pub(super) fn unsigned(largest: u64) -> BoxedStrategy<Value> {
    any_of(vec![0, 1, largest / 2, largest / 2 + 1, largest - 1, largest], 0..=largest)
        .prop_map(|number| number.to_string().into())
        .boxed()
}

/// The years that MariaDB's own type knows, but for 0, which is 2000 as text.
pub(super) fn year() -> BoxedStrategy<Value> {
    any_of(vec![1901, 2155], 1901..=2155_i64).prop_map(Value::from).boxed()
}

/// Words of letters that every collation and character set tells apart.
pub(super) fn word() -> BoxedStrategy<Value> {
    "[a-z]{1,20}".prop_map(Value::from).boxed()
}

pub(super) fn bytes() -> BoxedStrategy<Value> {
    let encoded = |bytes: Vec<u8>| Value::from(BASE64_STANDARD.encode(bytes));
    any_of(vec![vec![], vec![0], vec![0xff, 0xfe], b"text".to_vec()], vec(any::<u8>(), 0..40)).prop_map(encoded).boxed()
}

fn any_date() -> BoxedStrategy<NaiveDate> {
    let extremes = [(1, 1, 1), (999, 12, 31), (2024, 2, 29), (1969, 12, 31), (9999, 12, 31)];
    let extremes =
        extremes.iter().map(|(year, month, day)| NaiveDate::from_ymd_opt(*year, *month, *day).unwrap()).collect();
    let other = (1..9_999, 1..=365_u32).prop_map(|(year, day)| NaiveDate::from_yo_opt(year, day).unwrap());
    any_of(extremes, other)
}

pub(super) fn date() -> BoxedStrategy<Value> {
    any_date().prop_map(|date| date.format("%Y-%m-%d").to_string().into()).boxed()
}

/// A time with up to so many digits of its second, without zeros at their end.
fn any_time(digits: u32) -> BoxedStrategy<NaiveTime> {
    let unit = 10_u32.pow(9 - digits);
    let last = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_000_000_000 - unit).unwrap();
    let other = (0..86_400_u32, 0..10_u32.pow(digits))
        .prop_map(move |(second, part)| NaiveTime::from_num_seconds_from_midnight_opt(second, part * unit).unwrap());
    any_of(vec![NaiveTime::MIN, last], other)
}

fn spelled(time: NaiveTime) -> String {
    let text = time.format("%H:%M:%S%.9f").to_string();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Nothing is trimmed of a whole second.
fn time_text(time: NaiveTime) -> String {
    let whole = time.format("%H:%M:%S").to_string();
    let spelled = spelled(time);
    if spelled.len() > whole.len() { spelled } else { whole }
}

pub(super) fn time(digits: u32) -> BoxedStrategy<Value> {
    any_time(digits).prop_map(|time| time_text(time).into()).boxed()
}

pub(super) fn date_time(digits: u32) -> BoxedStrategy<Value> {
    let point =
        |(date, time): (NaiveDate, NaiveTime)| Value::from(format!("{}T{}Z", date.format("%Y-%m-%d"), time_text(time)));
    let moments = (any_date(), any_time(digits)).prop_map(point);
    let epoch = DateTime::UNIX_EPOCH.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    prop_oneof![1 => Just(Value::from(epoch)), 9 => moments].boxed()
}

pub(super) fn json() -> BoxedStrategy<Value> {
    let documents = vec![
        json!({}),
        json!([]),
        json!({"a": [1, 2.5, null, true, "x"], "b": {"c": "'\"\\ \n"}}),
        json!([[[]]]),
        json!({"": "empty", "日本": "🎉"}),
        json!("text"),
        json!({"n": -1}),
    ];
    select(documents).boxed()
}
