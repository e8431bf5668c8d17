//! The floors of this crate: a file names only what lies in its own folder or on a lower floor, and nothing in a circle.
//!
//! Whoever changes a lower floor then need not know the upper ones, and whoever reads an upper one finds each answer
//! further down. What a file names is read from its syntax, from `use` as from paths in its code.

#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};

/// From the roof to the ground. Folders of one floor do not know each other.
const FLOORS: [&[&str]; 6] = [
    &["main"],
    &["cli"],
    &["commands", "kernel"],
    &["prepare", "notebook"],
    &["evcxr", "jupyter"],
    &["system"],
];

type Module = Vec<String>;

/// Each module of the crate, with the others that it names.
fn named_by_modules(sources: &Path) -> BTreeMap<Module, BTreeSet<Module>> {
    let mut files = Vec::new();
    collect(sources, &mut files);
    let modules: BTreeSet<Module> = files.iter().map(|file| module_of(sources, file)).collect();
    let of_file = |file: &PathBuf| {
        let module = module_of(sources, file);
        let text = fs::read_to_string(file).expect("it is read");
        let syntax = syn::parse_file(&text).expect("it is Rust");
        let mut names = Names {
            module: &module,
            modules: &modules,
            found: BTreeSet::new(),
        };
        names.visit_file(&syntax);
        let mut found = names.found;
        found.remove(&module);
        (module, found)
    };
    files.iter().map(of_file).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

fn module_of(sources: &Path, file: &Path) -> Module {
    let inside = file.strip_prefix(sources).expect("it lies below");
    let parts = inside.with_extension("");
    let parts = parts.iter().map(|part| part.to_string_lossy().into_owned());
    parts.collect()
}

/// Collects what a file names of its own crate.
struct Names<'a> {
    module: &'a Module,
    modules: &'a BTreeSet<Module>,
    found: BTreeSet<Module>,
}

impl Names<'_> {
    /// Takes the longest start of a path that is a module.
    fn add(&mut self, path: &[String]) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let mut whole = match first.as_str() {
            "crate" => Vec::new(),
            "super" => self.module[..self.module.len() - 1].to_vec(),
            _ => {
                let mut child = self.module.clone();
                child.push(first.clone());
                child
            }
        };
        for part in rest {
            if part == "super" {
                whole.pop();
            } else {
                whole.push(part.clone());
            }
        }
        while !whole.is_empty() && !self.modules.contains(&whole) {
            whole.pop();
        }
        let above = self.module.starts_with(&whole) && first != "super" && first != "crate";
        if !whole.is_empty() && !above {
            self.found.insert(whole);
        }
    }

    fn add_tree(&mut self, before: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.add_tree(before, &path.tree);
                before.pop();
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_tree(before, tree);
                }
            }
            syn::UseTree::Name(name) => self.add_with(before, name.ident.to_string()),
            syn::UseTree::Rename(name) => self.add_with(before, name.ident.to_string()),
            syn::UseTree::Glob(_) => self.add(before),
        }
    }

    fn add_with(&mut self, before: &[String], last: String) {
        let path: Vec<_> = before.iter().cloned().chain([last]).collect();
        self.add(&path);
    }
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<_> = path
            .segments
            .iter()
            .map(|part| part.ident.to_string())
            .collect();
        if parts.len() > 1 {
            self.add(&parts);
        }
        visit::visit_path(self, path);
    }

    /// `use super::*` of tests inside a file means the file itself.
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }
}

fn floor(folder: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&folder))
}

/// What a module may not name, and why.
fn imports_upwards(named: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (module, others) in named {
        for other in others {
            let (from, to) = (&module[0], &other[0]);
            let goes_down = from == to || floor(from) < floor(to);
            if !goes_down {
                wrong.push(format!(
                    "{} names {}: `{from}` lies {} `{to}`. What it needs from there belongs on a lower floor, or is handed in as a \
                     value; else a change above breaks what is below",
                    module.join("::"),
                    other.join("::"),
                    if floor(from) == floor(to) { "beside" } else { "below" },
                ));
            }
        }
    }
    wrong
}

/// A way through modules that ends where it began. A file and the files in the folder of its name are one.
fn circle(named: &BTreeMap<Module, BTreeSet<Module>>) -> Option<String> {
    let unit = |module: &Module| module[..module.len().min(2)].join("::");
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, others) in named {
        let others = others
            .iter()
            .map(unit)
            .filter(|other| *other != unit(module));
        edges.entry(unit(module)).or_default().extend(others);
    }
    let mut done = BTreeSet::new();
    let units: Vec<_> = edges.keys().cloned().collect();
    units
        .iter()
        .find_map(|unit| search(unit, &edges, &mut Vec::new(), &mut done))
}

fn search(
    unit: &str,
    edges: &BTreeMap<String, BTreeSet<String>>,
    way: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<String> {
    if let Some(start) = way.iter().position(|known| known == unit) {
        return Some(format!(
            "{} → {unit}: none of these can be understood before the others. Move what two of them share into a file below both",
            way[start..].join(" → ")
        ));
    }
    if !done.insert(unit.to_owned()) {
        return None;
    }
    way.push(unit.to_owned());
    let found = edges
        .get(unit)
        .into_iter()
        .flatten()
        .find_map(|next| search(next, edges, way, done));
    way.pop();
    found
}

/// Floors, folders, files, and how many lines lie there.
fn table(sources: &Path, named: &BTreeMap<Module, BTreeSet<Module>>) -> String {
    let mut text = String::from("\nfloor  folder     files  lines  names\n");
    for (number, folders) in FLOORS.iter().enumerate() {
        for folder in *folders {
            let ours = || named.iter().filter(|(module, _)| module[0] == **folder);
            let lines: usize = ours()
                .map(|(module, _)| sources.join(module.join("/")).with_extension("rs"))
                .map(|file| {
                    fs::read_to_string(file)
                        .expect("it is read")
                        .lines()
                        .count()
                })
                .sum();
            let below: BTreeSet<&str> = ours()
                .flat_map(|(_, others)| others)
                .map(|other| other[0].as_str())
                .filter(|other| other != folder)
                .collect();
            let below: Vec<_> = below.into_iter().collect();
            text.push_str(&format!(
                "{:>5}  {folder:<9} {:>6} {lines:>6}  {}\n",
                FLOORS.len() - 1 - number,
                ours().count(),
                below.join(", ")
            ));
        }
    }
    text
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn every_file_names_only_its_own_folder_and_lower_floors() {
    let named = named_by_modules(&sources());
    let unknown: Vec<_> = named
        .keys()
        .filter(|module| floor(&module[0]).is_none())
        .collect();
    assert!(
        unknown.is_empty(),
        "these lie on no floor, see `FLOORS`: {unknown:?}"
    );
    // Past the test's own capture: the table is to be read.
    let _ = std::io::stderr().write_all(table(&sources(), &named).as_bytes());
    let wrong = imports_upwards(&named);
    assert!(
        wrong.is_empty(),
        "imports go down only:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_files_name_each_other_in_a_circle() {
    let found = circle(&named_by_modules(&sources()));
    assert!(found.is_none(), "{}", found.unwrap_or_default());
}

#[test]
fn no_file_is_longer_than_one_sitting() {
    let mut files = Vec::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")), &mut files);
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../src"),
        &mut files,
    );
    let long: Vec<_> = files
        .iter()
        .filter(|file| fs::read_to_string(file).expect("read").lines().count() > 400)
        .collect();
    assert!(
        long.is_empty(),
        "over 400 lines; split them by what they are about: {long:?}"
    );
}

#[test]
fn an_import_upwards_and_a_circle_are_found() {
    let modules = |names: &[(&str, &[&str])]| -> BTreeMap<Module, BTreeSet<Module>> {
        let module = |name: &str| name.split("::").map(str::to_owned).collect::<Module>();
        names
            .iter()
            .map(|(name, others)| {
                (
                    module(name),
                    others.iter().map(|other| module(other)).collect(),
                )
            })
            .collect()
    };
    let up = modules(&[
        ("system::files", &["evcxr::shims"]),
        ("prepare", &["notebook"]),
        ("cli", &["system"]),
    ]);
    assert_eq!(imports_upwards(&up).len(), 2);
    let round = modules(&[
        ("evcxr::a", &["evcxr::b"]),
        ("evcxr::b", &["evcxr::a::inner"]),
    ]);
    assert!(circle(&round).is_some_and(|way| way.starts_with("evcxr::a → evcxr::b → evcxr::a")));
    assert!(circle(&modules(&[("evcxr::a", &["evcxr::b"]), ("evcxr::b", &[])])).is_none());
}
