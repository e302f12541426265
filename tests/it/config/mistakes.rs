//! Mistakes: each with file, line and column, all of them at once, and with a suggestion where something is near.

use relata::Config;
use rstest_reuse::apply;

use super::mistakes;
use crate::{backends, support::Backend};

/// The mistakes of a text that needs no database to be wrong.
fn wrong(text: &str) -> Vec<String> {
    let error = Config::parse("relata.toml", text).expect_err(text);
    error.to_string().lines().map(str::to_owned).collect()
}

#[test]
fn what_is_no_toml_is_told_with_its_place() {
    let lines = wrong("[lists]\ndefault-size = \n");
    assert!(lines[0].starts_with("relata.toml:2:"), "{lines:?}");
    let lines = wrong("[lists]\ndefault-size = 3\ndefault-size = 4\n");
    assert!(lines[0].starts_with("relata.toml:3:1: "), "{lines:?}");
}

#[test]
fn every_unknown_key_is_told_with_what_was_meant() {
    let lines =
        wrong("[list]\nx = 1\n\n[entity.orders]\nnmae = \"order\"\nplurals = 3\n\n[server]\nlisten = \"here\"\n");
    let expected = [
        "relata.toml:1:2: there is no `list` in the configuration (did you mean `lists`?)",
        "relata.toml:5:1: there is no `nmae` in [entity.orders] (did you mean `name`?)",
        "relata.toml:6:1: there is no `plurals` in [entity.orders] (did you mean `plural`?)",
        "relata.toml:9:10: `listen` is an address and a port, as 127.0.0.1:8080",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn values_are_of_their_kind_and_within_their_bounds() {
    let text = "[lists]\ndefault-size = \"many\"\nlargest-size = 0\n[naming]\nprofile = \"rely\"\n\
                [entities]\nexclude = [\"a\", 3]\n[entity.a]\nname = \"Order\"\nplural = \"two words\"\nversion = 3\nkey = []\n";
    let expected = [
        "relata.toml:2:16: `default-size` is a whole number, not a text",
        "relata.toml:3:16: `largest-size` is a number from 1 to 1000000",
        "relata.toml:5:11: `profile` is one of standard, relay, not `rely` (did you mean `relay`?)",
        "relata.toml:7:17: `exclude` is a list of texts",
        "relata.toml:9:8: `name` begins with a small letter: the type's name follows from it (did you mean `order`?)",
        "relata.toml:10:10: `two words` is no GraphQL name: letters, digits and underscores, no digit first \
         (did you mean `twoWords`?)",
        "relata.toml:11:11: `version` is the name of a column, or false",
        "relata.toml:12:7: `key` names at least one column",
    ];
    assert_eq!(wrong(text), expected);
    assert_eq!(
        wrong("[lists]\ndefault-size = 9\nlargest-size = 5\n"),
        ["relata.toml:2:16: `default-size` is larger than `largest-size`, 5"]
    );
}

#[test]
fn what_a_section_needs_is_asked_for() {
    let text = "[[relationship]]\nfrom = { entity = \"a\" }\nto = { column = [\"x\"] }\n\
                where = [ { column = \"k\" } ]\n[[many-to-many]]\nends = [ { column = \"a\" } ]\n\
                [[multi-table-lookup]]\nentity = \"a\"\nname = \"b\"\nkey = \"k\"\ntargets = []\n";
    let expected = [
        "relata.toml:2:8: `from` needs `columns`",
        "relata.toml:3:6: `to` needs `entity`",
        "relata.toml:3:8: there is no `column` in `to` (did you mean `columns`?)",
        "relata.toml:4:11: a condition takes one of `equals`, `in` and `is-null`",
        "relata.toml:5:1: [[many-to-many]] needs `intersect`",
        "relata.toml:6:8: `ends` are two, not 1",
        "relata.toml:10:7: `key` and `discriminator` are given together, or neither",
    ];
    assert_eq!(wrong(text), expected);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Config::read("no/such/relata.toml").unwrap_err().to_string();
    assert!(error.starts_with("no/such/relata.toml: the configuration cannot be read: "), "{error}");
}

const SHOP: &str = "create table customers (id integer primary key, name varchar(20));
    create table orders (id integer primary key, customer_id integer references customers (id), note varchar(20));
    create table parts (id integer primary key, order_no integer, qty integer);";

#[apply(backends)]
#[tokio::test]
async fn tables_columns_and_patterns_that_are_not_there_are_told_all_at_once(#[case] backend: Backend) {
    let config = "[entities]
include = [\"*s\", \"item?\"]
exclude = [\"ordres\"]
[entity.customer]
name = \"client\"
[entity.orders]
exclude = [\"*_tmp\", \"id\"]
version = \"notes\"
[entity.orders.attribute.nota]
name = \"remark\"
[[relationship]]
from = { entity = \"parts\", columns = [\"order\"] }
to = { entity = \"orders\" }
";
    let Some(lines) = mistakes(backend, "missing", SHOP, config).await else { return };
    let expected = [
        "relata.toml:2:18: `item?` matches no table",
        "relata.toml:3:12: `ordres` matches no table (did you mean `orders`?)",
        "relata.toml:4:9: there is no table `customer` (did you mean `customers`?)",
        "relata.toml:7:12: `*_tmp` matches no column of orders",
        "relata.toml:7:21: `id` is part of the key of orders and cannot be left out",
        "relata.toml:8:11: orders has no column `notes` (did you mean `note`?)",
        "relata.toml:9:26: orders has no column `nota` (did you mean `note`?)",
        "relata.toml:12:39: parts has no column `order` (did you mean `order_no`?)",
    ];
    let lines: Vec<String> = lines.iter().map(|line| line.replace("public.", "")).collect();
    assert_eq!(lines, expected);
}

#[apply(backends)]
#[tokio::test]
async fn names_that_meet_are_mistakes_and_nothing_is_renamed_for_them(#[case] backend: Backend) {
    let config = "[entity.customers]
name = \"part\"
[entity.orders.attribute.note]
name = \"id\"
[entity.parts.attribute.qty]
name = \"ref\"
";
    let Some(lines) = mistakes(backend, "meet", SHOP, config).await else { return };
    let lines: Vec<String> = lines.iter().map(|line| line.replace("public.", "")).collect();
    let expected = [
        "relata.toml:2:8: parts: is called part (parts) already: it needs another name first",
        "relata.toml:4:8: orders.id: is called id already: it needs another name first",
        "relata.toml:6:8: parts.qty: cannot be called ref, which is taken",
    ];
    assert_eq!(lines, expected);
    // Two names that are given meet.
    let config = "[entity.customers]\nname = \"thing\"\n[entity.orders]\nname = \"thing\"\nplural = \"others\"\n";
    let lines = mistakes(backend, "meet_given", SHOP, config).await.unwrap();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("cannot be called thing"), "{lines:?}");
    // A navigation property that is named, and one that is called so by itself.
    let config = "[[relationship]]
from = { entity = \"parts\", columns = [\"order_no\"], navigation = \"order\" }
to = { entity = \"orders\", navigation = \"customer\" }
";
    let lines = mistakes(backend, "meet_navigation", SHOP, config).await.unwrap();
    let lines: Vec<String> = lines.iter().map(|line| line.replace("public.", "")).collect();
    let expected = "relata.toml:3:40: orders.customer: is already the name of a navigation property, \
                    which needs another name first";
    assert_eq!(lines, [expected]);
}

#[apply(backends)]
#[tokio::test]
async fn what_a_table_is_not_is_told(#[case] backend: Backend) {
    let config = "[entity.orders]
key = [\"note\"]
intersect = true
version = \"note\"
[entity.parts]
exclude = [\"qty\"]
[[relationship]]
from = { entity = \"parts\", columns = [\"order_no\"] }
to = { entity = \"customers\", columns = [\"name\"] }
[[relationship]]
from = { entity = \"parts\", columns = [\"order_no\", \"id\"] }
to = { entity = \"customers\" }
[[relationship]]
from = { entity = \"parts\", columns = [\"order_no\"] }
to = { entity = \"orders\" }
hierarchical = true
where = [ { column = \"qty\", equals = 1 }, { column = \"note\", equals = 3, side = \"to\" } ]
";
    let Some(lines) = mistakes(backend, "is_not", SHOP, config).await else { return };
    let lines: Vec<String> = lines.iter().map(|line| line.replace("public.", "")).collect();
    let expected = [
        "relata.toml:2:7: orders has a primary key: id",
        "relata.toml:7:1: parts.order_no is Int and customers.name is String: they are never equal",
        "relata.toml:7:1: name of customers is no key: it names no record",
        "relata.toml:10:1: 2 columns of parts cannot lead to 1 of customers",
        "relata.toml:16:16: a hierarchy stays within its table: parts is not orders",
        "relata.toml:17:22: parts has no column `qty`",
    ];
    assert_eq!(lines, expected);
    let config = "[entity.orders]\nversion = \"note\"\nintersect = true\n";
    let lines = mistakes(backend, "is_not_2", SHOP, config).await.unwrap();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("relata.toml:2:11") && lines[0].contains("cannot be the version"), "{lines:?}");
    assert!(lines[1].contains("relata.toml:3:13") && lines[1].contains("has 1 lookups"), "{lines:?}");
}

/// A table of pairs and what it pairs.
const LABELS: &str = "create table post (id integer primary key);
    create table tag (id integer primary key);
    create table labels (post_id integer not null references post (id), tag_id integer not null references tag (id),
        primary key (post_id, tag_id));";

#[apply(backends)]
#[tokio::test]
async fn what_is_said_twice_or_of_what_is_hidden_is_told(#[case] backend: Backend) {
    let tables = format!(
        "{LABELS}
        create table remark (id integer primary key, post_id integer references post (id));"
    );
    let section =
        "[[relationship]]\nfrom = { entity = \"remark\", columns = [\"post_id\"] }\nto = { entity = \"post\" }\n";
    let twice = format!("{section}{section}[entity.post]\n[entity.remark]\nname = \"note\"\n");
    let Some(lines) = mistakes(backend, "twice", &tables, &twice).await else { return };
    assert_eq!(lines, ["relata.toml:4:1: this relationship has a section already"]);
    let config = "[[relationship]]
name = \"same\"
from = { entity = \"labels\", columns = [\"post_id\"] }
to = { entity = \"post\", navigation = \"labelRows\" }
[[relationship]]
name = \"same\"
from = { entity = \"remark\", columns = [\"post_id\"] }
to = { entity = \"post\" }
";
    let lines = mistakes(backend, "hidden", &tables, config).await.unwrap();
    let lines: Vec<String> = lines.iter().map(|line| line.replace("public.", "")).collect();
    let expected = [
        "relata.toml:4:38: labels.labelRows: is a table of pairs, whose own collections are hidden: \
         name the ends in [[many-to-many]]",
        "relata.toml:6:8: same: is the name of two relationships",
    ];
    assert_eq!(lines, expected);
}

/// What a delete is said to do and never would: on a view, without a key, with a condition, in a table of pairs, on a
/// lookup that must not be empty.
#[apply(backends)]
#[tokio::test]
async fn a_delete_that_would_do_nothing_is_told(#[case] backend: Backend) {
    let tables = format!(
        "{LABELS}
        create table remark (id integer primary key, post_id integer not null, tag_id integer, kind varchar(9));
        create table visit (post_id integer);
        create view open_remark as select id, post_id from remark;"
    );
    let relationship = |from: &str, column: &str, to: &str, delete: &str, more: &str| {
        format!(
            "[[relationship]]\nfrom = {{ entity = \"{from}\", columns = [\"{column}\"] }}\nto = {{ entity = \"{to}\" }}\n\
             delete = \"{delete}\"\n{more}\n"
        )
    };
    let config = [
        relationship("open_remark", "post_id", "post", "cascade", ""),
        relationship("visit", "post_id", "post", "restrict", ""),
        relationship("remark", "tag_id", "tag", "restrict", "where = [{ column = \"kind\", equals = \"x\" }]"),
        relationship("labels", "post_id", "post", "restrict", ""),
        relationship("remark", "post_id", "post", "remove-link", ""),
    ];
    let Some(lines) = mistakes(backend, "idle_deletes", &tables, &config.concat()).await else { return };
    let lines: Vec<String> = lines.iter().map(|line| line.replace("public.", "")).collect();
    let expected = [
        "relata.toml:4:10: open_remark.post_id: is a view: no delete reaches what is behind it",
        "relata.toml:9:10: visit.post_id: has no key, so that no delete of the gateway's reaches its records",
        "relata.toml:14:10: remark.tag_id: is read-only there, because the relationship has a condition: no delete follows it",
        "relata.toml:19:10: labels.post_id: is part of a table of pairs, which go with either record",
        "relata.toml:24:10: remark.post_id: must not be empty: a delete cannot remove the link",
    ];
    assert_eq!(lines, expected);
}

#[apply(backends)]
#[tokio::test]
async fn what_is_wrong_is_said_at_its_place_in_plain_words(#[case] backend: Backend) {
    let config = "[entity.orders]\nplural = \"order\"\nversion = \"note\"\n";
    let Some(lines) = mistakes(backend, "places", SHOP, config).await else { return };
    let lines: Vec<String> = lines.iter().map(|line| line.replace("public.", "")).collect();
    let expected = [
        "relata.toml:2:10: orders: cannot be called order (order): that, or a name that follows from it, is taken",
        "relata.toml:3:11: orders.note: cannot be the version: that is a whole number with a default, which is never null, \
         part of no key and no lookup",
    ];
    assert_eq!(lines, expected);
    let config = "[lists]\nlargest-size = 99999999999999999999\n";
    let lines = mistakes(backend, "places_2", SHOP, config).await.unwrap();
    assert_eq!(lines, ["relata.toml:2:16: `largest-size` is a number from 1 to 1000000"]);
    let config = "[[multi-table-lookup]]\nentity = \"parts\"\nname = \"subject\"\n\
                  targets = [{ column = \"order_no\" }, { column = \"order_no\" }]\n";
    let lines = mistakes(backend, "places_3", SHOP, config).await.unwrap();
    assert_eq!(lines.first().map(String::as_str), Some("relata.toml:4:48: `order_no` is named twice"));
}

#[test]
fn a_file_that_is_not_utf_8_is_told_with_the_place() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), b"[entity.orders]\ndescription = \"gr\xfcn\"\n").unwrap();
    let error = Config::read(file.path()).unwrap_err().to_string();
    assert_eq!(error, format!("{}:2:18: the configuration is not in UTF-8", file.path().display()));
}
