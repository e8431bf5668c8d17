//! The crates that a learner's cells add by `:dep`.

use crate::notebook::{FAILS, Notebook, has_tag, is_code, source};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use toml::{Table, Value};

/// What the first cell of every notebook names, and every project has.
const OF_THE_LAB: [&str; 2] = ["support", "tokio"];

/// The lines of a manifest for them, by their names. Of a crate that is named again the last line counts, as in the
/// notebook; a path counts from the notebook's `folder`, and becomes one that holds from anywhere. What the kernel would
/// not understand is left to the compiler, which will miss the crate.
pub(super) fn of(notebook: &Notebook, folder: &Path) -> BTreeMap<String, String> {
    let cells = notebook.cells().iter();
    let cells = cells.filter(|cell| is_code(cell) && !has_tag(cell, FAILS));
    let mut found = BTreeMap::new();
    for code in cells.map(source) {
        let commands = code.lines().map(str::trim);
        for command in commands.filter_map(|line| line.strip_prefix(":dep ")) {
            if let Some((name, value)) = dependency(command.trim(), folder)
                && !OF_THE_LAB.contains(&name.as_str())
            {
                // For cargo, `a-b` and `a_b` are one crate.
                let line = format!("{name} = {value} # a cell adds it by `:dep`");
                found.insert(name.replace('-', "_"), line);
            }
        }
    }
    found
}

/// What follows `:dep`: `name = …`, only a name, or only a path.
fn dependency(command: &str, folder: &Path) -> Option<(String, Value)> {
    if command.starts_with(['.', '/']) {
        let manifest = fs::read_to_string(folder.join(command).join("Cargo.toml")).ok()?;
        let manifest: Table = manifest.parse().ok()?;
        let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
        let value = Table::from_iter([("path".to_owned(), absolute(command, folder)?)]);
        return Some((name, value.into()));
    }
    let (name, value) = command.split_once('=').unwrap_or((command, "\"*\""));
    let table: Table = format!("it = {value}").parse().ok()?;
    let mut value = table.get("it")?.clone();
    if let Some(path) = value.get_mut("path") {
        *path = absolute(path.as_str()?, folder)?;
    }
    Some((name.trim().to_owned(), value))
}

fn absolute(path: &str, folder: &Path) -> Option<Value> {
    let path = fs::canonicalize(folder.join(path)).ok()?;
    Some(path.to_str()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::scratch::cell;

    #[test]
    fn what_cells_add_is_in_the_manifest_and_a_path_holds_from_anywhere() {
        let scratch = tempfile::tempdir().expect("a folder");
        let own = scratch.path().join("own");
        fs::create_dir(&own).expect("made");
        fs::write(own.join("Cargo.toml"), "[package]\nname = \"my-own\"\n").expect("written");
        let notebook = Notebook::with([
            cell(
                "a",
                ":dep support = { path = \"../../support\" }\n:dep tokio = { package = \"support-tokio\" }\nuse a::b;",
            ),
            cell(
                "b",
                ":dep rand = \"0.8\"\n:dep itoa\n:dep own = { path = \"own\", features = [\"x\"] }\n:dep ./own",
            ),
            cell(
                "c",
                ":dep rand = { version = \"0.9\" }\n:dep oh = {\n:dep gone = { path = \"gone\" }",
            ),
        ]);
        let found = of(&notebook, scratch.path());
        let names: Vec<_> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["itoa", "my_own", "own", "rand"]);
        let manifest: Vec<String> = found.into_values().collect();
        let manifest: Table = manifest.join("\n").parse().expect("a manifest");
        assert_eq!(manifest["rand"]["version"].as_str(), Some("0.9"));
        assert_eq!(manifest["itoa"].as_str(), Some("*"));
        let own = own.canonicalize().expect("it is there");
        for name in ["own", "my-own"] {
            assert_eq!(manifest[name]["path"].as_str(), own.to_str());
        }
        assert_eq!(manifest["own"]["features"][0].as_str(), Some("x"));
    }
}
