//! Rules of the repository: which module may use which, how large files may grow, and that codes are documented.

use std::path::{Path, PathBuf};

use relata::error::Code;

/// What each module may use; the arrows of ARCHITECTURE.md.
const ARROWS: &[(&str, &[&str])] = &[
    ("catalog", &[]),
    ("plan", &["catalog", "error"]),
    ("sql", &["catalog", "plan", "error"]),
    ("execute", &["catalog", "plan", "sql", "error"]),
    ("reflect", &["catalog"]),
    ("graphql", &["catalog", "plan", "sql", "execute", "error"]),
    ("http", &["gateway", "error"]),
];

/// Libraries that the pure core must not see.
const PURE: &[&str] = &["catalog", "plan", "sql"];
const IMPURE_CRATES: &[&str] = &["async_graphql", "axum", "sqlx", "tokio", "reqwest"];

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

#[test]
fn modules_point_one_way() {
    let all: Vec<&str> = ARROWS.iter().map(|(module, _)| *module).chain(["gateway", "define", "access"]).collect();
    for (module, allowed) in ARROWS {
        for file in sources(&root().join("src").join(module)) {
            let text = std::fs::read_to_string(&file).unwrap();
            for other in all.iter().filter(|other| *other != module && !allowed.contains(other)) {
                // `crate::x` alone or among braces: `use crate::{a, x::{…}}`.
                let direct = text.contains(&format!("crate::{other}::")) || text.contains(&format!("crate::{other};"));
                let in_braces = text
                    .split("use crate::{")
                    .skip(1)
                    .filter_map(|rest| rest.split("};").next())
                    .any(|uses| uses.lines().any(|line| line.trim_start().starts_with(&format!("{other}::"))));
                assert!(!direct && !in_braces, "{} uses {other}", file.display());
            }
        }
    }
}

#[test]
fn the_core_does_no_io() {
    for module in PURE {
        for file in sources(&root().join("src").join(module)) {
            let text = std::fs::read_to_string(&file).unwrap();
            for name in IMPURE_CRATES {
                assert!(!text.contains(&format!("{name}::")), "{} uses {name}", file.display());
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
