//! Each rule in both directions: what breaks a client, and the same change the other way round, or one like it, that
//! does not.

use proptest::prelude::*;

use super::{breaking_changes, diff};

/// The sentences of a change, and of the change back.
fn check(before: &str, after: &str, there: &[&str], back: &[&str]) {
    assert_eq!(breaking_changes(before, after), there, "{before} → {after}");
    assert_eq!(breaking_changes(after, before), back, "{after} → {before}");
}

#[test]
fn types_stay() {
    check("type Query { a: Int } scalar Date", "type Query { a: Int }", &["The type Date was removed."], &[]);
    check(
        "type A { a: Int }",
        "input A { a: Int }",
        &["The type A changed from an object to an input type."],
        &["The type A changed from an input type to an object."],
    );
    check(
        "enum A { B } interface C { a: Int }",
        "scalar A union C = D",
        &["The type A changed from an enum to a scalar.", "The type C changed from an interface to a union."],
        &["The type A changed from a scalar to an enum.", "The type C changed from a union to an interface."],
    );
}

#[test]
fn fields_stay() {
    check(
        "type Account { id: ID name: String contacts: [Contact] }",
        "type Account { name: String }",
        &["The field Account.id was removed.", "The field Account.contacts was removed."],
        &[],
    );
    check("interface Node { id: ID ref: ID }", "interface Node { ref: ID }", &["The field Node.id was removed."], &[]);
}

#[test]
fn fields_may_say_more_but_not_less() {
    let field = |ty: &str| format!("type A {{ b: {ty} }}");
    let changed = |from: &str, to: &str| format!("The field A.b changed its type from {from} to {to}.");
    // From the one to the other is safe, and back is not.
    for (from, to) in [
        ("B", "B!"),
        ("[B]", "[B]!"),
        ("[B]", "[B!]"),
        ("[B]", "[B!]!"),
        ("[B!]", "[B!]!"),
        ("[[B]]", "[[B!]]"),
        ("[[B]]", "[[B]!]!"),
    ] {
        check(&field(from), &field(to), &[], &[&changed(to, from)]);
    }
    // Unsafe in both directions.
    for (from, to) in [("B", "C"), ("B", "[B]"), ("[B]", "[[B]]"), ("[B]!", "[B!]"), ("[B!]", "[C!]"), ("B!", "[B!]!")]
    {
        check(&field(from), &field(to), &[&changed(from, to)], &[&changed(to, from)]);
    }
}

#[test]
fn arguments_stay_and_none_becomes_required() {
    let field = |arguments: &str| format!("type A {{ b{arguments}: Int }}");
    check(&field("(first: Int, where: W)"), &field("(where: W)"), &["The argument A.b(first:) was removed."], &[]);
    check(&field(""), &field("(first: Int)"), &[], &["The argument A.b(first:) was removed."]);
    check(
        &field(""),
        &field("(key: K!)"),
        &["The argument A.b(key:) was added and is required."],
        &["The argument A.b(key:) was removed."],
    );
    check(&field(""), &field("(dry: Boolean! = false)"), &[], &["The argument A.b(dry:) was removed."]);
    check(
        &field("(dry: Boolean! = false)"),
        &field("(dry: Boolean!)"),
        &["The argument A.b(dry:) is required now."],
        &[],
    );
    check(&field("(first: Int = 1)"), &field("(first: Int = 2)"), &[], &[]);
    check("interface A { b(c: Int): Int }", "interface A { b: Int }", &["The argument A.b(c:) was removed."], &[]);
}

#[test]
fn arguments_may_demand_less_but_not_more() {
    let field = |ty: &str| format!("type A {{ b(c: {ty}): Int }}");
    let changed = |from: &str, to: &str| format!("The argument A.b(c:) changed its type from {from} to {to}.");
    for (from, to) in [("C!", "C"), ("[C]!", "[C]"), ("[C!]", "[C]"), ("[C!]!", "[C]"), ("[[C!]!]!", "[[C]]")] {
        check(&field(from), &field(to), &[], &[&changed(to, from)]);
    }
    for (from, to) in [("C", "D"), ("C", "[C]"), ("[C!]", "[C]!")] {
        check(&field(from), &field(to), &[&changed(from, to)], &[&changed(to, from)]);
    }
    // Whoever sends null is refused, default or not.
    check(&field("C"), &field("C! = D"), &[&changed("C", "C!")], &[]);
}

#[test]
fn input_fields_stay_and_none_becomes_required() {
    check("input A { b: Int c: Int }", "input A { b: Int }", &["The input field A.c was removed."], &[]);
    check(
        "input A { b: Int }",
        "input A { b: Int! }",
        &["The input field A.b changed its type from Int to Int!."],
        &[],
    );
    check(
        "input A { b: [Int] }",
        "input A { b: [Int!] }",
        &["The input field A.b changed its type from [Int] to [Int!]."],
        &[],
    );
    check(
        "input A { b: Int }",
        "input A { b: Int c: Int! }",
        &["The input field A.c was added and is required."],
        &["The input field A.c was removed."],
    );
    check("input A { b: Int }", "input A { b: Int c: Int! = 1 }", &[], &["The input field A.c was removed."]);
    check("input A { b: Int! = 1 }", "input A { b: Int! }", &["The input field A.b is required now."], &[]);
    check(
        "input A { b: Int c: Int }",
        "input A @oneOf { b: Int c: Int }",
        &["The input type A now takes exactly one field."],
        &[],
    );
}

#[test]
fn enum_values_union_members_and_interfaces_stay() {
    check(
        "enum A { B C D }",
        "enum A { C }",
        &["The enum value A.B was removed.", "The enum value A.D was removed."],
        &[],
    );
    check("union A = B | C", "union A = C", &["The type B was removed from the union A."], &[]);
    check(
        "type A implements B & C { d: Int }",
        "type A implements C { d: Int }",
        &["The type A no longer implements B."],
        &[],
    );
    check(
        "interface A implements B { d: Int }",
        "interface A { d: Int }",
        &["The type A no longer implements B."],
        &[],
    );
}

#[test]
fn what_no_client_sees_breaks_nothing() {
    check(
        "\"\"\"Old\"\"\" type A { \"Old\" b: Int c: Int @deprecated } directive @x on FIELD_DEFINITION",
        "type A { c: Int @x b: Int } directive @y on OBJECT schema { query: A }",
        &[],
        &[],
    );
}

#[test]
fn the_order_is_that_of_the_schema_as_it_was() {
    let before = "type B { x: Int y(z: Int): Int } type A { x: Int } enum C { D }";
    let after = "type A { y: Int } type B { y(w: Int!): String }";
    let expected = [
        "The field B.x was removed.",
        "The field B.y changed its type from Int to String.",
        "The argument B.y(z:) was removed.",
        "The argument B.y(w:) was added and is required.",
        "The field A.x was removed.",
        "The type C was removed.",
    ];
    assert_eq!(breaking_changes(before, after), expected);
}

#[test]
fn a_schema_is_compared_however_it_is_laid_out() {
    let before = "\"\"\"Text\"\"\"\n\ntype A { b: Int }\n\nunion C =\n\nD | E";
    let after = "\"\"\"Text\"\"\"\n\ntype A { b: String }\n\nunion C =\n\nE";
    let expected = ["The field A.b changed its type from Int to String.", "The type D was removed from the union C."];
    assert_eq!(breaking_changes(before, after), expected);
}

#[test]
fn a_text_that_is_no_schema_is_not_compared() {
    let changes = breaking_changes("type A { b: Int }", "type A {");
    assert_eq!(changes.len(), 1);
    assert!(changes[0].starts_with("The schemas could not be compared"), "{changes:?}");
}

#[test]
fn the_difference_has_three_lines_around_each_change() {
    let before = "type A {\n  b: Int\n  c: Int\n  d: Int\n  e: Int\n}\n\ntype B {\n  f: Int\n}\n";
    let after = before.replace("  f: Int\n", "  f: Int\n  g: Int\n").replace("  b: Int\n", "");
    let expected = "--- before\n+++ after\n@@ -1,5 +1,4 @@\n type A {\n-  b: Int\n   c: Int\n   d: Int\n   e: Int\n@@ -7,4 +6,5 @@\n \n type B {\n   f: Int\n+  g: Int\n }\n";
    assert_eq!(diff(before, &after), expected);
    assert_eq!(diff(before, before), "");
    assert_eq!(diff("", ""), "");
}

/// What a unified diff makes of a text, by the format's own rules.
fn patched(before: &str, difference: &str) -> String {
    let lines: Vec<&str> = before.split_inclusive('\n').collect();
    let (mut at, mut after) = (0, String::new());
    for line in difference.split_inclusive('\n').skip(2) {
        if let Some(rest) = line.strip_prefix("@@ -") {
            let numbers = rest.split(' ').next().unwrap();
            let (start, count) = numbers.split_once(',').unwrap_or((numbers, "1"));
            // A hunk that takes nothing away names the line before it.
            let start: usize = start.parse().unwrap();
            let start = if count == "0" { start } else { start - 1 };
            after.extend(lines[at..start].iter().copied());
            at = start;
            continue;
        }
        let (mark, text) = line.split_at(1);
        if mark != "+" {
            assert_eq!(lines[at], text);
            at += 1;
        }
        if mark != "-" {
            after.push_str(text);
        }
    }
    after.extend(lines[at..].iter().copied());
    after
}

proptest! {
    #[test]
    fn a_difference_makes_the_one_of_the_other(
        before in prop::collection::vec(0_u8..4, 0..40),
        after in prop::collection::vec(0_u8..4, 0..40),
    ) {
        let text = |lines: &[u8]| lines.iter().map(|line| format!("line {line}\n")).collect::<Vec<_>>().concat();
        let (before, after) = (text(&before), text(&after));
        prop_assert_eq!(patched(&before, &diff(&before, &after)), after);
    }
}

/// As long as the SDL of a thousand tables.
fn long(skip: usize) -> String {
    let ty = |number: usize| {
        let field = |field: usize| format!("  field{field}(first: Int, where: Where{number}): [Type{number}!]!\n");
        let fields = (0..20).map(field).collect::<Vec<_>>().concat();
        format!("\"\"\"\nThe records of table {number}.\n\"\"\"\ntype Type{number} implements Node {{\n{fields}}}\n\n")
    };
    (0..1_800).filter(|number| *number != skip).map(ty).collect::<Vec<_>>().concat()
}

#[test]
fn two_megabytes_are_compared() {
    let (before, after) = (long(700), long(900));
    assert!(before.len() > 2_000_000);
    let difference = diff(&before, &after);
    assert_eq!(patched(&before, &difference), after);
    assert_eq!(breaking_changes(&before, &after), ["The type Type900 was removed."]);
}

/// Here the shortest difference would take long to find.
#[test]
fn texts_with_little_in_common_have_a_difference() {
    let before = long(700);
    let after = before.replace('e', "ee");
    assert_eq!(patched(&before, &diff(&before, &after)), after);
}
