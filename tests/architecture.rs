//! Does every module use only what stands to its left?

use std::{collections::BTreeSet, fs, path::Path};

/// The order of the house, left to right.
const ORDER: [&str; 16] =
    ["machine", "units", "math", "draw", "store", "world", "behaviour", "population", "hierarchy", "scenario", "engine", "measure", "experiment", "report", "cli", "main"];

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Modules of the crate that a source text names: `crate::x` anywhere, and `use crate::{x::.., y}`.
fn used(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            // First segments at depth one of the braces.
            let (mut depth, mut name, mut fresh) = (1, String::new(), true);
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => fresh = true,
                    ':' if depth == 1 => fresh = false,
                    c if depth == 1 && fresh && (c.is_alphanumeric() || c == '_') => name.push(c),
                    _ => {}
                }
                if (depth == 0 || !fresh || c == ',') && !name.is_empty() {
                    names.insert(std::mem::take(&mut name));
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            names.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    names.retain(|n| ORDER.contains(&n.as_str()));
    names
}

#[test]
fn a_module_uses_only_what_stands_to_its_left() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    let mut wrong = Vec::new();
    for path in paths {
        let inside = path.strip_prefix(&src).expect("under src");
        let module = inside.components().next().map(|c| c.as_os_str().to_string_lossy().trim_end_matches(".rs").to_string()).unwrap_or_default();
        if module == "lib" {
            continue;
        }
        let place = ORDER.iter().position(|m| *m == module).unwrap_or_else(|| panic!("`{module}` has no place in the order"));
        for name in used(&fs::read_to_string(&path).expect("a source file")) {
            if ORDER.iter().position(|m| *m == name).is_some_and(|p| p > place) {
                wrong.push(format!("{} uses {name}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reader_of_imports_sees_them() {
    let text = "use crate::{\n    world::{place::X, network},\n    units::Month,\n    engine,\n};\nuse crate::draw::Stream;\n// crate::cli is not code";
    assert_eq!(used(text).into_iter().collect::<Vec<_>>(), ["draw", "engine", "units", "world"]);
}
