//! The parts of two SDLs that are not the same in both: whole definitions, so that they can be parsed by themselves. To
//! parse all of a large schema takes a hundred times as long as to find the few definitions that a change touches.

use std::collections::HashSet;

/// The definitions of each that the other does not have word by word.
pub(super) fn unequal(before: &str, after: &str) -> (String, String) {
    let (before, after) = (parts(before), parts(after));
    let without = |parts: &[&str], other: &[&str]| {
        let other: HashSet<&str> = other.iter().copied().collect();
        parts.iter().copied().filter(|part| !other.contains(part)).collect()
    };
    (without(&before, &after), without(&after, &before))
}

/// Where the text stands.
enum State {
    Code,
    Text,
    Block,
    Comment,
}

/// The text cut at every empty line outside of brackets and strings.
fn parts(sdl: &str) -> Vec<&str> {
    const BLOCK: &[u8] = b"\"\"\"";
    let bytes = sdl.as_bytes();
    let mut parts = Vec::new();
    let (mut state, mut depth, mut start, mut at) = (State::Code, 0_usize, 0, 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let mut length = 1;
        match state {
            State::Code => match rest[0] {
                b'"' if rest.starts_with(BLOCK) => (state, length) = (State::Block, BLOCK.len()),
                b'"' => state = State::Text,
                b'#' => state = State::Comment,
                b'{' | b'(' | b'[' => depth += 1,
                b'}' | b')' | b']' => depth = depth.saturating_sub(1),
                b'\n' if depth == 0 && rest.get(1) == Some(&b'\n') => {
                    parts.push(&sdl[start..=at]);
                    start = at + 1;
                }
                _ => {}
            },
            State::Text => match rest[0] {
                b'\\' => length = 2,
                b'"' | b'\n' => state = State::Code,
                _ => {}
            },
            State::Block if rest.starts_with(b"\\\"\"\"") => length = 1 + BLOCK.len(),
            State::Block if rest.starts_with(BLOCK) => (state, length) = (State::Code, BLOCK.len()),
            // The end of the line may be an end of a part, too.
            State::Comment if rest[0] == b'\n' => (state, length) = (State::Code, 0),
            State::Block | State::Comment => {}
        }
        at += length;
    }
    parts.push(&sdl[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::{parts, unequal};

    #[test]
    fn only_whole_definitions_are_cut_apart() {
        let check = |sdl: &str, expected: &[&str]| {
            assert_eq!(parts(sdl), expected);
            assert_eq!(parts(sdl).concat(), sdl);
        };
        check("", &[""]);
        check("type A { b: C }\n\nscalar C\n", &["type A { b: C }\n", "\nscalar C\n"]);
        check("type A {\n  b: C\n\n  d: E\n}\n", &["type A {\n  b: C\n\n  d: E\n}\n"]);
        check("directive @a(\n  b: C\n\n  d: E\n) on F\n\n", &["directive @a(\n  b: C\n\n  d: E\n) on F\n", "\n"]);
        check(
            "\"\"\"\nOne { (\n\nTwo \\\"\"\" {\n\n\"\"\"\nscalar C\n\nscalar D",
            &["\"\"\"\nOne { (\n\nTwo \\\"\"\" {\n\n\"\"\"\nscalar C\n", "\nscalar D"],
        );
        check("\"{ \\\" {\" scalar C # {\n\nscalar D", &["\"{ \\\" {\" scalar C # {\n", "\nscalar D"]);
        check("\"Größe\" scalar C\n\n\"\" scalar D \"", &["\"Größe\" scalar C\n", "\n\"\" scalar D \""]);
        check("\"cut off \\", &["\"cut off \\"]);
    }

    #[test]
    fn what_both_have_is_left_out() {
        let (before, after) = unequal("scalar A\n\nscalar B\n\nscalar C\n", "scalar A\n\nscalar D\n\nscalar B\n");
        assert_eq!((before.trim(), after.trim()), ("scalar C", "scalar D"));
    }
}
