//! Rules of the repository: which module may use which, how large files may grow, and that codes are documented.

use std::path::{Path, PathBuf};

use relata::error::Code;

/// What each module may use; the arrows of ARCHITECTURE.md.
const ARROWS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("catalog", &[]),
    ("config", &["catalog"]),
    ("csdl", &["catalog"]),
    ("plan", &["catalog", "error"]),
    ("sql", &["catalog", "plan", "error"]),
    ("execute", &["catalog", "plan", "sql", "error"]),
    ("define", &["catalog", "plan", "sql", "execute", "error"]),
    ("reflect", &["catalog"]),
    ("graphql", &["catalog", "plan", "sql", "execute", "define", "error"]),
    ("gateway", &["catalog", "config", "csdl", "plan", "sql", "execute", "define", "graphql", "reflect", "error"]),
    ("http", &["gateway", "error"]),
    ("demo", &["gateway"]),
];

/// Modules that do no I/O, and the names that they must not know.
const PURE: &[&str] = &["catalog", "csdl", "plan", "sql"];
const IMPURE: &[&str] = &[
    "async_graphql",
    "axum",
    "sqlx",
    "tokio",
    "DatabaseConnection",
    "ConnectionTrait",
    "std::fs",
    "std::net",
    "std::env",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a module, whether it is a folder or one file.
fn module(name: &str) -> Vec<PathBuf> {
    let src = root().join("src");
    let mut files =
        if src.join(name).is_dir() { sources(&src.join(name)) } else { vec![src.join(format!("{name}.rs"))] };
    // Tests may use whatever helps them.
    files.retain(|file| {
        !file.components().any(|part| ["tests", "tests.rs"].contains(&&*part.as_os_str().to_string_lossy()))
    });
    files
}

/// The text without comments and without white space.
fn code(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The modules that a text names after `crate::`, alone or at the first level of braces.
fn used(code: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
    };
    let mut names = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            names.push(name(rest));
            continue;
        };
        let (mut depth, mut start) = (0, 0);
        for (index, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    names.push(name(&list[start..index]));
                    start = index + 1;
                    if letter == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn every_spelling_of_a_use_is_seen() {
    let check = |code: &str, expected: &[&str]| assert_eq!(used(code), expected, "{code}");
    check("use crate::plan;", &["plan"]);
    check("use crate::plan::{A, b::{C, D}};", &["plan"]);
    check("use crate::{catalog::X, gateway::Y};", &["catalog", "gateway"]);
    check("use crate::{catalog::{X, y::{Z}}, gateway, http as h};", &["catalog", "gateway", "http"]);
    check("let x = crate::gateway::f(crate::plan::g());", &["gateway", "plan"]);
}

#[test]
fn modules_point_one_way() {
    for (name, allowed) in ARROWS {
        for file in module(name) {
            for other in used(&code(&file)) {
                assert!(other == *name || allowed.contains(&other.as_str()), "{} uses {other}", file.display());
            }
        }
    }
}

#[test]
fn the_core_does_no_io() {
    for name in PURE {
        for file in module(name) {
            let code = code(&file);
            for word in IMPURE {
                let is_word = |index: usize| {
                    !code[..index].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
                        && !code[index + word.len()..]
                            .starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
                };
                let found = code.match_indices(word).any(|(index, _)| is_word(index));
                assert!(!found, "{} uses {word}", file.display());
            }
        }
    }
}

#[test]
fn files_stay_small() {
    for folder in ["src", "entity/src", "migration/src", "tests", "benches"] {
        let folder = root().join(folder);
        if folder.exists() {
            for file in sources(&folder) {
                let lines = std::fs::read_to_string(&file).unwrap().lines().count();
                assert!(lines <= 420, "{} has {lines} lines", file.display());
            }
        }
    }
}

#[test]
fn every_error_code_is_documented() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for code in Code::ALL {
        assert!(readme.contains(&format!("`{}`", code.as_str())), "README.md does not explain {}", code.as_str());
    }
}
