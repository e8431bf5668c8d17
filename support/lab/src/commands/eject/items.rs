//! The items and imports of all cells, as the last cell that defines each leaves them.
//!
//! In a notebook, a function that is defined again takes the place of the first one, and imports add up. A program has
//! one of each name, so the same is done here: a later definition replaces an earlier one, each imported name is
//! imported once, from where the last cell took it.

use proc_macro2::TokenTree;
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::{ImplItem, Item, ItemImpl, ItemUse, UseTree, Visibility};

/// The kinds of names that Rust keeps apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    Type,
    Value,
    Macro,
    /// A tuple or a unit struct, and what is imported, is a name of both kinds.
    Both,
}

impl Space {
    fn meets(self, other: Space) -> bool {
        let both = |space| space == Space::Both;
        self == other
            || (both(self) && other != Space::Macro)
            || (both(other) && self != Space::Macro)
    }
}

/// What an item is known by.
#[derive(Debug, Clone)]
enum Key {
    Name(String, Space),
    /// An implementation: of which trait, if any, for which type, with which methods.
    Impl {
        of: Option<String>,
        this: String,
        names: BTreeSet<String>,
    },
    Other(String),
}

/// The items so far.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// The name that is imported, the line that does so, and the cell that it is from.
    uses: Vec<(String, String, usize)>,
    items: Vec<(Key, String, usize)>,
}

impl Items {
    /// Adds an item of a cell, with the comments before it.
    pub(super) fn add(&mut self, cell: usize, item: &Item, text: &str) {
        if let Item::Use(import) = item {
            return self.import(cell, import);
        }
        let key = key(item);
        if let Key::Name(name, space) = &key {
            // The name now means this; an import that a program cannot have beside it goes.
            let as_type = matches!(space, Space::Type | Space::Both);
            self.uses.retain(|(known, ..)| {
                let module = known.starts_with(|first: char| first.is_lowercase());
                known != name || (module && as_type)
            });
        }
        let again = |known: &Key| replaces(&key, known);
        self.items.retain(|(known, ..)| !again(known));
        self.items.push((key, text.to_owned(), cell));
    }

    fn import(&mut self, cell: usize, import: &ItemUse) {
        let visibility = match &import.vis {
            Visibility::Inherited => String::new(),
            other => format!("{} ", other.to_token_stream()),
        };
        let root = if import.leading_colon.is_some() {
            "::"
        } else {
            ""
        };
        let mut found = Vec::new();
        leaves(&import.tree, root.to_owned(), &mut found);
        for (name, path) in found {
            let line = format!("{visibility}use {path};");
            if self.uses.iter().any(|(_, known, _)| *known == line) {
                continue;
            }
            if let Some(name) = &name {
                self.uses.retain(|(known, ..)| known != name);
                let space = if name.starts_with(char::is_uppercase) {
                    Space::Both
                } else {
                    Space::Value
                };
                self.items.retain(|(known, ..)| {
                    !matches!(known, Key::Name(item, of) if item == name && space.meets(*of))
                });
            }
            self.uses.push((name.unwrap_or_default(), line, cell));
        }
    }

    /// The imports, one to a line, each with its cell.
    pub(super) fn uses(&self) -> impl Iterator<Item = (usize, &str)> {
        self.uses
            .iter()
            .map(|(_, line, cell)| (*cell, line.as_str()))
    }

    /// The items, each with its cell; macros first, since they count from where they stand.
    pub(super) fn items(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_macro = |key: &Key| matches!(key, Key::Name(_, Space::Macro));
        let (first, rest): (Vec<_>, Vec<_>) =
            self.items.iter().partition(|(key, ..)| is_macro(key));
        let all = first.into_iter().chain(rest);
        all.map(|(_, text, cell)| (*cell, text.as_str()))
    }

    /// Whether a cell defines a function of this name.
    pub(super) fn has_function(&self, name: &str) -> bool {
        let is_it = |key: &Key| matches!(key, Key::Name(known, Space::Value) if known == name);
        self.items.iter().any(|(key, ..)| is_it(key))
    }
}

/// Each name that an import brings, and its path; globs bring none that could be told.
fn leaves(tree: &UseTree, before: String, found: &mut Vec<(Option<String>, String)>) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, format!("{before}{}::", path.ident), found),
        UseTree::Group(group) => {
            for tree in &group.items {
                leaves(tree, before.clone(), found);
            }
        }
        UseTree::Name(name) if name.ident == "self" => {
            let path = before.trim_end_matches("::").to_owned();
            let name = path.rsplit("::").next().unwrap_or(&path).to_owned();
            found.push((Some(name), path));
        }
        UseTree::Name(name) => {
            found.push((
                Some(name.ident.to_string()),
                format!("{before}{}", name.ident),
            ));
        }
        UseTree::Rename(rename) => {
            let before = if rename.ident == "self" {
                before.trim_end_matches("::").to_owned()
            } else {
                format!("{before}{}", rename.ident)
            };
            // Traits may come in without a name, any number of them.
            let name = (rename.rename != "_").then(|| rename.rename.to_string());
            found.push((name, format!("{before} as {}", rename.rename)));
        }
        UseTree::Glob(_) => found.push((None, format!("{before}*"))),
    }
}

fn key(item: &Item) -> Key {
    let name = |ident: &syn::Ident, space| Key::Name(ident.to_string(), space);
    match item {
        Item::Fn(item) => name(&item.sig.ident, Space::Value),
        Item::Const(item) if item.ident != "_" => name(&item.ident, Space::Value),
        Item::Static(item) => name(&item.ident, Space::Value),
        Item::Struct(item) => {
            let named = matches!(item.fields, syn::Fields::Named(_));
            name(&item.ident, if named { Space::Type } else { Space::Both })
        }
        Item::Enum(item) => name(&item.ident, Space::Type),
        Item::Union(item) => name(&item.ident, Space::Type),
        Item::Trait(item) => name(&item.ident, Space::Type),
        Item::TraitAlias(item) => name(&item.ident, Space::Type),
        Item::Type(item) => name(&item.ident, Space::Type),
        Item::Mod(item) => name(&item.ident, Space::Type),
        Item::Macro(item) => match &item.ident {
            Some(ident) => name(ident, Space::Macro),
            None => Key::Other(words(item)),
        },
        Item::Impl(item) => implementation(item),
        other => Key::Other(words(other)),
    }
}

fn implementation(item: &ItemImpl) -> Key {
    let names = item.items.iter().filter_map(|item| match item {
        ImplItem::Fn(item) => Some(item.sig.ident.to_string()),
        ImplItem::Const(item) => Some(item.ident.to_string()),
        ImplItem::Type(item) => Some(item.ident.to_string()),
        _ => None,
    });
    Key::Impl {
        of: item.trait_.as_ref().map(|(path, _)| words(path)),
        this: words(&item.self_ty),
        names: names.collect(),
    }
}

/// Tokens as text, in which layout does not count.
fn words(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

/// Whether a program can have only the later of two items.
fn replaces(new: &Key, known: &Key) -> bool {
    match (new, known) {
        (Key::Name(new, space), Key::Name(known, of)) => new == known && space.meets(*of),
        // A type that is defined again begins without what the first one could do.
        (Key::Name(new, Space::Type | Space::Both), Key::Impl { this, .. }) => is_for(this, new),
        (
            Key::Impl { of, this, names },
            Key::Impl {
                of: known_of,
                this: known_this,
                names: known_names,
            },
        ) => {
            of == known_of
                && this == known_this
                && (of.is_some() || !names.is_disjoint(known_names))
        }
        (Key::Other(new), Key::Other(known)) => new == known,
        _ => false,
    }
}

/// Whether a type begins with a name: `Stack < T >` with `Stack`.
fn is_for(this: &str, name: &str) -> bool {
    let tokens: Option<proc_macro2::TokenStream> = this.parse().ok();
    let first = tokens.and_then(|tokens| tokens.into_iter().next());
    matches!(first, Some(TokenTree::Ident(word)) if word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(texts: &[&str]) -> Items {
        let mut items = Items::default();
        for text in texts {
            items.add(0, &syn::parse_str(text).expect("Rust"), text);
        }
        items
    }

    fn uses_of(items: &Items) -> String {
        let lines: Vec<_> = items.uses().map(|(_, line)| line).collect();
        lines.join("\n")
    }

    fn items_of(items: &Items) -> String {
        let texts: Vec<_> = items.items().map(|(_, text)| text).collect();
        texts.join("\n\n")
    }

    #[test]
    fn each_name_is_imported_once_from_where_the_last_cell_took_it() {
        let items = items(&[
            "use std::{fmt::{self, Debug as _}, time::Duration};",
            "use std::time::Duration;",
            "use a::Error;",
            "use support::*;",
            "use b::{Error, Read as _};",
            "use support::*;",
        ]);
        assert_eq!(
            uses_of(&items),
            "use std::fmt;\nuse std::fmt::Debug as _;\nuse std::time::Duration;\nuse support::*;\n\
             use b::Error;\nuse b::Read as _;"
        );
    }

    #[test]
    fn a_later_definition_takes_the_place_of_an_earlier_one() {
        let again = items(&[
            "fn a() -> u8 { 1 }",
            "struct Job(u8);",
            "impl Job { fn run(&self) {} }",
            "impl Clone for Job { fn clone(&self) -> Self { Job(0) } }",
            "fn a() -> u8 { 2 }",
            "struct Job { id: u8 }",
            "impl Job { fn run(&self) {} }",
            "impl Job { fn stop(&self) {} }",
            "impl Job { fn run(&self) { /* again */ } }",
        ]);
        assert_eq!(
            items_of(&again),
            "fn a() -> u8 { 2 }\n\nstruct Job { id: u8 }\n\nimpl Job { fn stop(&self) {} }\n\n\
             impl Job { fn run(&self) { /* again */ } }"
        );
        // A type and a function may have one name, and a macro stands before its use.
        let kept = items(&[
            "mod task {}",
            "fn task() { m!() }",
            "macro_rules! m { () => {} }",
        ]);
        assert!(items_of(&kept).starts_with("macro_rules! m"));
        assert!(items_of(&kept).contains("mod task {}") && kept.has_function("task"));
    }

    #[test]
    fn an_item_and_an_import_of_one_name_are_one() {
        let own = items(&["use support::server::Item;", "struct Item { id: u8 }"]);
        assert_eq!(uses_of(&own), "");
        let imported = items(&["struct Item { id: u8 }", "use support::server::Item;"]);
        assert_eq!(items_of(&imported), "");
    }
}
