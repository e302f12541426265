//! The types of each database: how they are declared, as what they are served, and which values they have.

use proptest::strategy::BoxedStrategy;
use serde_json::Value;

use super::values::{self, texts};
use crate::support::Backend;

/// A type of a column.
pub(super) struct Column {
    pub(super) declared: &'static str,
    /// The GraphQL type.
    pub(super) ty: &'static str,
    /// Values as they are answered.
    pub(super) values: BoxedStrategy<Value>,
    /// Whether filters compare its values.
    pub(super) is_compared: bool,
    pub(super) is_ordered: bool,
    /// Whether it may be a key.
    pub(super) is_key: bool,
    /// The condition of plain SQL under which the column `v` holds a value; `{}` is a text in quotes.
    pub(super) equals: &'static str,
}

impl Column {
    /// A table that holds values; where the type may be a key, a table whose key it is and one that references that.
    pub(super) fn tables(&self, number: usize) -> String {
        let declared = self.declared;
        let mut sql = format!("create table item{number} (id integer primary key, v {declared});");
        if self.is_key {
            sql.extend([format!(
                "create table holder{number} (v {declared} primary key, n integer);
                 create table held{number} (id integer primary key, holder_id {declared} references holder{number} (v));"
            )]);
        }
        sql
    }
}

fn column(declared: &'static str, ty: &'static str, values: BoxedStrategy<Value>, equals: &'static str) -> Column {
    Column { declared, ty, values, is_compared: true, is_ordered: true, is_key: true, equals }
}

/// A type that is answered as the database's own text, and compared as that.
fn text(declared: &'static str, values: &'static [&'static str]) -> Column {
    Column { is_ordered: false, ..column(declared, "String", texts(values), "cast(v as text) = {}") }
}

/// The same for a type that the database does not compare.
fn keyless(declared: &'static str, values: &'static [&'static str]) -> Column {
    Column { is_key: false, ..text(declared, values) }
}

/// What has to be there before the tables.
pub(super) fn types(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite | Backend::MariaDb => "",
        Backend::Postgres => {
            "create extension citext; create extension hstore; create extension ltree;
             create type mood as enum ('sad', 'so so', 'HAPPY'); create domain the_mood as mood;
             create domain short as varchar(8); create domain shorter as short check (value <> 'x');
             create domain positive as integer check (value > 0); create domain numbers as integer[];
             create type pair as (a integer, b text); create domain the_pair as pair; create domain amount as numeric(12, 4);"
        }
    }
}

pub(super) fn all(backend: Backend) -> Vec<Column> {
    match backend {
        Backend::Sqlite => sqlite(),
        Backend::MariaDb => mariadb(),
        Backend::Postgres => postgres(),
    }
}

/// SQLite itself reads numbers to fifteen digits.
const NEARLY: &str = "abs(v - cast({} as real)) <= abs(v) * 1e-15";

fn sqlite() -> Vec<Column> {
    let same = "v = {}";
    let json = Column {
        is_compared: false,
        is_ordered: false,
        is_key: false,
        ..column("json", "JSON", values::json(), "json(v) = json({})")
    };
    let bytes = Column { is_ordered: false, ..column("blob", "Bytes", values::bytes(), "v = {}") };
    vec![
        Column { is_key: false, ..column("boolean", "Boolean", values::boolean(), "v = ({} = 'true')") },
        column("integer", "Int", values::int(), "v = cast({} as integer)"),
        column("int", "Int", values::int(), "v = cast({} as integer)"),
        column("bigint", "BigInt", values::big_int(), "v = cast({} as integer)"),
        column("real", "Float", values::moderate(), NEARLY),
        column("double precision", "Float", values::moderate(), NEARLY),
        column("decimal(12, 4)", "Decimal", values::decimal(8, 4), "v = cast({} as real)"),
        column("numeric", "Decimal", values::short_number(), "v = cast({} as real)"),
        column("varchar(20)", "String", values::string(20), same),
        column("text", "String", values::string(60), same),
        column("clob", "String", values::string(60), same),
        bytes,
        column("uuid", "UUID", values::uuid(), "lower(hex(v)) = replace({}, '-', '')"),
        column("uuid_text(36)", "UUID", values::uuid(), same),
        column("date", "Date", values::date(), same),
        column("time", "Time", values::time(3), "strftime('%H:%M:%f', v) = strftime('%H:%M:%f', {})"),
        column("datetime", "DateTime", values::date_time(3), "julianday(v) = julianday({})"),
        column("timestamptz", "DateTime", values::date_time(3), "julianday(v) = julianday({})"),
        json,
        text("", &["5", "5.0", "007", "five", "", "1e3", "x'00'"]),
        text("geometry", &["5", "five", "", "-17", "1.2.3"]),
        text("point", &["5", "five", "", "-17", "(1,2)"]),
        text("string", &["5", "five", "", "-17", "a b"]),
    ]
}

fn postgres() -> Vec<Column> {
    let same = "v = {}";
    let json = |declared, equals| Column {
        is_compared: false,
        is_ordered: false,
        is_key: false,
        ..column(declared, "JSON", values::json(), equals)
    };
    let mood = |declared| {
        column(declared, "Mood", texts(&["SAD", "SO_SO", "HAPPY"]), "upper(replace(v::text, ' ', '_')) = {}")
    };
    vec![
        column("boolean", "Boolean", values::boolean(), same),
        column("smallint", "Int", values::small_int(), same),
        column("integer", "Int", values::int(), same),
        column("bigint", "BigInt", values::big_int(), same),
        column("positive", "Int", values::positive(), same),
        column("real", "Float", values::single(), same),
        column("double precision", "Float", values::float(), same),
        column("numeric", "Decimal", values::decimal(40, 20), "v::text = {}"),
        column("numeric(12, 4)", "Decimal", values::decimal(8, 4), "v::text = {}"),
        column("amount", "Decimal", values::decimal(8, 4), "v::text = {}"),
        column("numeric(30)", "Decimal", values::decimal(30, 0), "v::text = {}"),
        column("text", "String", values::string(60), same),
        column("varchar(20)", "String", values::string(20), same),
        column("char(5)", "String", texts(&["abcde", "ABCDE", "a b c", "    x", "ööööö"]), same),
        column("name", "String", values::string(15), same),
        column("shorter", "String", values::string(8), same),
        column("citext", "String", texts(&["abc", "Abd", "", "ö%_"]), "v::text = {}"),
        column("uuid", "UUID", values::uuid(), same),
        column("date", "Date", values::date(), same),
        column("time", "Time", values::time(6), same),
        column("timestamp", "DateTime", values::date_time(6), same),
        column("timestamptz", "DateTime", values::date_time(6), same),
        column("timestamp(0)", "DateTime", values::date_time(0), same),
        json("json", "v::text::jsonb = {}::jsonb"),
        json("jsonb", "v = {}::jsonb"),
        Column { is_ordered: false, ..column("bytea", "Bytes", values::bytes(), "v = decode({}, 'base64')") },
        mood("mood"),
        Column { is_key: false, ..mood("the_mood") },
        text("timetz", &["12:00:00+02", "23:59:59.999999-11:30", "00:00:00+00"]),
        text("interval", &["1 day", "-1 days +02:03:00", "1 year 2 mons 3 days 04:05:06.789", "00:00:00"]),
        text("bit(4)", &["1010", "0000", "1111"]),
        text("bit varying(12)", &["1", "101010101010", "00"]),
        Column { equals: "v = {}", ..text("inet", &["10.0.0.1", "10.0.0.0/8", "::1", "fe80::1/64"]) },
        text("cidr", &["10.0.0.0/8", "::1/128"]),
        text("macaddr", &["08:00:2b:01:02:03", "ff:ff:ff:ff:ff:ff"]),
        text("macaddr8", &["08:00:2b:01:02:03:04:05", "ff:ff:ff:ff:ff:ff:ff:ff"]),
        text("money", &["$1.00", "-$12,345.67"]),
        text("oid", &["0", "4294967295"]),
        text("\"char\"", &["a", "Z"]),
        text("pg_lsn", &["0/0", "16/B374D848"]),
        text("int4range", &["[1,5)", "empty", "(,)", "[7,)"]),
        text("numrange", &["[1.5,2.5]", "(1.5,2.5)"]),
        text("tsrange", &["[\"2024-01-01 00:00:00\",\"2024-02-01 00:00:00\")", "empty"]),
        text("daterange", &["[2024-01-01,2024-02-01)", "empty"]),
        text("int4multirange", &["{[1,3),[5,9)}", "{}"]),
        text("integer[]", &["{1,2}", "{}", "{NULL,3}", "{{1,2},{3,4}}"]),
        text("text[]", &["{a,\"b c\"}", "{}", "{\"\\\"\",NULL,\"NULL\"}"]),
        keyless("varchar(3)[]", &["{abc}", "{}"]),
        keyless("numeric(6,2)[]", &["{1.50,2.00}", "{}"]),
        text("mood[]", &["{sad,\"so so\"}", "{}"]),
        keyless("numbers", &["{1,2}", "{}"]),
        text("timestamptz[]", &["{\"2024-01-01 00:00:00+00\"}", "{}"]),
        text("pair", &["(1,a)", "(,)", "(2,\"b c\")"]),
        keyless("the_pair", &["(1,a)", "(2,\"b c\")"]),
        text("tsvector", &["'a' 'b'", "'cat':3 'fat':2"]),
        text("tsquery", &["'a' & 'b'", "'c'"]),
        text("hstore", &["\"a\"=>\"1\"", "\"a\"=>NULL, \"b\"=>\"2\"", ""]),
        text("ltree", &["a.b.c", "a", ""]),
        keyless("point", &["(1,2)", "(0.5,-0.5)"]),
        keyless("line", &["{1,2,3}", "{1,-1,0}"]),
        keyless("lseg", &["[(0,0),(1,1)]", "[(0,0),(2,2)]"]),
        keyless("box", &["(2,2),(1,1)", "(1,1),(0,0)"]),
        keyless("path", &["((0,0),(1,1))", "[(0,0),(1,1)]"]),
        keyless("polygon", &["((0,0),(1,1),(2,0))", "((0,0),(0,1))"]),
        keyless("circle", &["<(1,2),3>", "<(0,0),1>"]),
        keyless("xml", &["<a/>", "<a><b>c</b></a>"]),
        keyless("jsonpath", &["$.\"a\"", "$[*]"]),
        keyless("xid", &["1", "77"]),
    ]
}

fn mariadb() -> Vec<Column> {
    let same = "v = {}";
    let json = Column {
        is_compared: false,
        is_ordered: false,
        is_key: false,
        ..column("json", "JSON", values::json(), "json_equals(v, {})")
    };
    vec![
        Column { is_key: false, ..column("boolean", "Boolean", values::boolean(), "v = ({} = 'true')") },
        column("smallint", "Int", values::small_int(), same),
        column("integer", "Int", values::int(), same),
        column("bigint", "BigInt", values::big_int(), same),
        Column { is_key: false, ..column("double", "Float", values::float(), same) },
        column("decimal(12, 4)", "Decimal", values::decimal(8, 4), same),
        column("varchar(20)", "String", values::string(20), same),
        Column { is_key: false, ..column("text", "String", values::string(60), same) },
        Column { is_ordered: false, ..column("varbinary(40)", "Bytes", values::bytes(), "v = from_base64({})") },
        column("date", "Date", values::date(), same),
        column("time(6)", "Time", values::time(6), same),
        column("datetime(6)", "DateTime", values::date_time(6), "v = replace(replace({}, 'T', ' '), 'Z', '')"),
        column("int unsigned", "BigInt", values::unsigned(u64::from(u32::MAX)), same),
        column("bigint unsigned", "Decimal", values::unsigned(u64::MAX), same),
        column("year", "Int", values::year(), same),
        // With bits alone, a key would be compared byte by byte.
        Column {
            is_key: false,
            ..column("bit(64)", "Decimal", values::unsigned(u64::MAX), "v = cast({} as unsigned)")
        },
        Column { is_key: false, ..column("float", "Float", values::single(), "v = cast({} as float)") },
        column("uuid", "UUID", values::uuid_v4(), same),
        column("varchar(20) collate utf8mb4_general_ci", "String", values::word(), same),
        column("varchar(20) character set latin1", "String", values::word(), same),
        text("inet6", &["::", "::1", "fe80::1", "2001:db8::ff00:42:8329"]),
        text("inet4", &["0.0.0.0", "10.0.0.1", "255.255.255.255"]),
        Column { is_key: false, ..text("set('a','b','c')", &["", "a", "a,c", "a,b,c"]) },
        json,
    ]
}
