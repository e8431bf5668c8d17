//! Types that a cell defines anew.
//!
//! A variable that a cell keeps is found again by its type, and evcxr believes that a type is what it was as long as its name
//! is: to the compiler, every cell is the same crate, and two types of one name in it are one. Where a learner gives a struct
//! another field and runs its cell again, a variable of the old type would be read as one of the new, and show what lies beside
//! it in memory. So definitions are remembered, and where one has changed, the variables whose types mention it are said to have
//! changed their types. Evcxr forgets such variables, and compiles the cell again without them.

use crate::system::files;
use fs_err as fs;
use quote::ToTokens;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use syn::{Block, Item, Stmt};

/// The file, in a kernel's folder, with the definitions of its cells.
const FILE: &str = "async-lab-types.json";

/// What evcxr asks the process about a variable before it takes it, around the type and the name.
const ASK: &str = "vars_ok &= evcxr_variable_store.check_variable::<";
const NAME: &str = ">(stringify!(";

/// What a cell without one of them cannot define.
const WORDS: [&str; 4] = ["struct ", "enum ", "union ", "type "];

/// Stands in a source that takes variables.
const ASKS: &str = "let mut vars_ok = true;";

/// The types that cells have defined.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Types {
    /// What stands in each definition, by the name.
    known: BTreeMap<String, String>,
    /// Those that have changed since variables were taken last: a cell that only defines takes none.
    changed: BTreeSet<String>,
}

impl Types {
    /// What the cells before have defined.
    pub(super) fn read(folder: &Path) -> Self {
        let text = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Adds what a cell defines, whose source has been compiled.
    pub(super) fn add(mut self, code: &str, source: &str, folder: &Path) {
        let defined = definitions(code);
        let before = self.changed.clone();
        self.changed = match source.contains(ASKS) {
            true => BTreeSet::new(),
            false => self.changed_by(code),
        };
        if !defined.is_empty() || self.changed != before {
            self.known.extend(defined);
            // Without it, a change is not noticed.
            let _ = files::write_json(&folder.join(FILE), &self);
        }
    }

    /// The types that are other ones than when variables were taken last: those that the cell, or one before it, defines in another
    /// way, and those that are made of them.
    pub(super) fn changed_by(&self, code: &str) -> BTreeSet<String> {
        let defined = definitions(code);
        let differs = |(name, text): &(&String, &String)| {
            self.known.get(*name).is_some_and(|known| known != *text)
        };
        let again = defined.iter().filter(differs).map(|(name, _)| name.clone());
        let mut changed: BTreeSet<String> = self.changed.iter().cloned().chain(again).collect();
        loop {
            let more = |(name, text): &(&String, &String)| {
                !changed.contains(*name) && mentions(text, &changed)
            };
            let Some(name) = self.known.iter().find(more).map(|(name, _)| name.clone()) else {
                return changed;
            };
            changed.insert(name);
        }
    }
}

/// A source in which variables of such types are said to have changed, each line where it was.
pub(super) fn without_variables(source: &str, changed: &BTreeSet<String>) -> String {
    if changed.is_empty() {
        return source.to_owned();
    }
    let lines = source.split_inclusive('\n').map(|line| {
        let asked = line.trim_start().strip_prefix(ASK).and_then(|rest| {
            let (kind, rest) = rest.rsplit_once(NAME)?;
            let (name, _) = rest.split_once(')')?;
            mentions(kind, changed).then_some(name)
        });
        match asked {
            Some(name) => format!(
                "{{ vars_ok = false; eprintln!(\"note: `{name}` is gone, since its type is defined anew\"); \
                 println!(\"{{}}{name}\", evcxr_internal_runtime::VARIABLE_CHANGED_TYPE); }}\n"
            ),
            None => line.to_owned(),
        }
    });
    lines.collect()
}

/// The types that a cell defines, and what stands in their definitions.
fn definitions(code: &str) -> BTreeMap<String, String> {
    if !WORDS.iter().any(|word| code.contains(word)) {
        return BTreeMap::new();
    }
    let rust = super::source::rust(code);
    let block = syn::parse_str::<Block>(&format!("{{{rust}\n}}"));
    let found = block.into_iter().flat_map(|block| block.stmts);
    let defined = found.filter_map(|statement| match statement {
        Stmt::Item(Item::Struct(item)) => {
            Some((item.ident.to_string(), text(&item.generics, &item.fields)))
        }
        Stmt::Item(Item::Enum(item)) => {
            Some((item.ident.to_string(), text(&item.generics, &item.variants)))
        }
        Stmt::Item(Item::Union(item)) => {
            Some((item.ident.to_string(), text(&item.generics, &item.fields)))
        }
        Stmt::Item(Item::Type(item)) => {
            Some((item.ident.to_string(), text(&item.generics, &item.ty)))
        }
        _ => None,
    });
    let defined = defined.collect();
    proc_macro2::extra::invalidate_current_thread_spans();
    defined
}

/// Words and signs but for commas: one behind the last field changes nothing, and nothing is told apart by the others.
fn text(generics: &impl ToTokens, fields: &impl ToTokens) -> String {
    let text = format!(
        "{} {}",
        generics.to_token_stream(),
        fields.to_token_stream()
    );
    let words: Vec<&str> = text
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// Whether one of these names is a word of a type.
fn mentions(kind: &str, names: &BTreeSet<String>) -> bool {
    kind.split(|character: char| !character.is_alphanumeric() && character != '_')
        .any(|word| names.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(code: &str) -> Types {
        Types {
            known: definitions(code),
            changed: BTreeSet::new(),
        }
    }

    fn changed(known: &Types, code: &str) -> Vec<String> {
        known.changed_by(code).into_iter().collect()
    }

    #[test]
    fn a_type_changes_with_what_it_is_made_of() {
        let known = known(
            "struct P { x: u32 }\nstruct Q(Vec<P>);\nenum E { A, B(Q) }\nstruct Other;\ntype Ps = Vec<P>;",
        );
        assert!(changed(&known, "#[derive(Debug)]\nstruct P {\n    x: u32,\n}").is_empty());
        assert!(changed(&known, "struct New { x: u64 }").is_empty());
        assert!(changed(&known, "let structure = 1;").is_empty());
        assert_eq!(
            changed(&known, "struct P { x: u64 }"),
            ["E", "P", "Ps", "Q"]
        );
        assert_eq!(changed(&known, "struct Other(u8);"), ["Other"]);
    }

    #[test]
    fn evcxr_hears_of_variables_whose_types_have_changed() {
        let source = "let mut vars_ok = true;\nvars_ok &= evcxr_variable_store.check_variable::<Vec<P>>(stringify!(all));\n\
                      vars_ok &= evcxr_variable_store.check_variable::<Pair>(stringify!(P));\n";
        let names = BTreeSet::from(["P".to_owned()]);
        let said = without_variables(source, &names);
        let lines: Vec<_> = said.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(
            lines[1].contains("vars_ok = false") && lines[1].contains("{}all"),
            "{said}"
        );
        assert!(lines[2].starts_with(ASK));
        assert_eq!(without_variables(source, &BTreeSet::new()), source);
    }

    #[test]
    fn what_has_changed_is_remembered_until_variables_are_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let compiled = |code: &str, source: &str| {
            let types = Types::read(folder.path());
            let changes = changed(&types, code);
            types.add(code, source, folder.path());
            changes
        };
        assert!(compiled("struct P(u8);", "").is_empty());
        assert_eq!(compiled("struct P(u16);", "only defines"), ["P"]);
        assert_eq!(compiled("1 + 1", "only defines"), ["P"]);
        assert_eq!(compiled("2 + 2", ASKS), ["P"]);
        assert!(compiled("3 + 3", ASKS).is_empty());
        assert_eq!(compiled("struct P(u8);", ASKS), ["P"]);
        assert!(compiled("3 + 3", ASKS).is_empty());
    }
}
