//! What a name in a cell is, by what stands before it.

use super::scan::{Kind, Token};
use super::spot::Spot;

/// Words before a name that is made there.
const DEFINING: [&str; 12] = [
    "const",
    "enum",
    "fn",
    "let",
    "macro_rules",
    "mod",
    "mut",
    "static",
    "struct",
    "trait",
    "type",
    "union",
];

/// Words and signs that a statement begins with that has no value.
const NO_VALUES: [&str; 16] = [
    "#",
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "let",
    "macro_rules",
    "mod",
    "pub",
    "static",
    "struct",
    "trait",
    "type",
    "union",
    "use",
];

impl Spot<'_> {
    /// Where the path begins that ends with this name: `tokio` in `tokio::time::sleep`.
    pub(super) fn path(&self, name: usize) -> usize {
        let mut first = name;
        while let Some(before) = self.qualifier(self.tokens[first].start) {
            first = before;
        }
        first
    }

    /// The name before the `::` that ends there.
    pub(super) fn qualifier(&self, at: usize) -> Option<usize> {
        let name = self.colons(at)?.checked_sub(1)?;
        (self.tokens[name].kind == Kind::Word).then_some(name)
    }

    /// The `::` that ends there.
    pub(super) fn colons(&self, at: usize) -> Option<usize> {
        let second = self.before(at)?;
        let first = second.checked_sub(1)?;
        let is_one = self.tokens[first].end == self.tokens[second].start;
        (is_one && self.text(first) == ":" && self.text(second) == ":").then_some(first)
    }

    /// Whether a value ends right at the cursor, so that no name can begin there.
    pub(super) fn is_behind_value(&self) -> bool {
        let ends = |token: &Token| match token.kind {
            Kind::Number | Kind::Text { .. } => true,
            Kind::Close => token.text(self.code) != "}",
            _ => false,
        };
        let ends_here = |token: &Token| token.end == self.at && ends(token);
        self.word().is_empty() && self.tokens.iter().any(ends_here)
    }

    /// Whether what stands at the cursor is part of a value or of a type, whose name begins with a capital.
    pub(super) fn is_in_type(&self) -> bool {
        let start = self.word().start;
        let is_point = |before: usize| self.text(before) == ".";
        self.before(start).is_some_and(is_point)
            || self
                .qualifier(start)
                .is_some_and(|name| self.text(name).starts_with(char::is_uppercase))
    }

    /// Whether a name is that of a field or of a method.
    pub(super) fn is_member(&self, name: usize) -> bool {
        let is_point = |at: usize| self.text(at) == ".";
        match name.checked_sub(1) {
            // `0..end` is a range.
            Some(point) if is_point(point) => !point.checked_sub(1).is_some_and(is_point),
            _ => false,
        }
    }

    /// Whether a name is made here.
    pub(super) fn is_made(&self, name: usize) -> bool {
        let before = name.checked_sub(1).map(|before| self.text(before));
        let macro_rules =
            name >= 2 && self.is_macro(name - 2) && self.text(name - 2) == "macro_rules";
        macro_rules || before.is_some_and(|before| DEFINING.contains(&before))
    }

    /// Whether what stands there is part of a `use`.
    pub(super) fn is_in_use(&self, at: usize) -> bool {
        let before = self.tokens.iter().rev().filter(|token| token.end <= at);
        before
            .map(|token| token.text(self.code))
            .find(|text| ["use", ";", "(", ")", "}", "=", "."].contains(text))
            == Some("use")
    }

    /// Where the statement of the cell begins that holds that place, if it may stand for a value.
    pub(super) fn value(&self, at: usize) -> Option<usize> {
        let is_code = |token: &&Token| !matches!(token.kind, Kind::Command | Kind::Comment { .. });
        let code: Vec<_> = self.tokens.iter().filter(is_code).collect();
        let text = |at: usize| code.get(at).map_or("", |token| token.text(self.code));
        let (mut begin, mut depth) = (0, 0_usize);
        let mut here = 0;
        while code.get(here).is_some_and(|token| token.start < at) {
            match code[here].kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            let next = code.get(here + 1);
            let begins = next.is_some_and(|next| next.kind == Kind::Word)
                && !["as", "else"].contains(&text(here + 1));
            if depth == 0 && (text(here) == ";" || text(here) == "}" && begins) {
                begin = here + 1;
            }
            here += 1;
        }
        let word = match text(begin) {
            "async" | "unsafe" => text(begin + 1),
            word => word,
        };
        let is_value = begin < here && !NO_VALUES.contains(&word);
        is_value.then(|| code[begin].start)
    }
}
