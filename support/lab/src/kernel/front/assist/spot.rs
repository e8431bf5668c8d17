//! Where the cursor is in a cell: on which word, within which brackets, behind which names.

use super::scan::{Kind, Token, is_of_word, scan};
use std::ops::Range;

/// Words before a bracket that call nothing.
const KEYWORDS: [&str; 18] = [
    "as", "async", "await", "box", "break", "else", "for", "if", "impl", "in", "let", "loop",
    "match", "move", "mut", "ref", "return", "while",
];

/// What is written where the cursor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A line for evcxr or for a shell, which begins there.
    Command(usize),
    /// A comment, or a string in which no name stands.
    Prose,
    Code,
    /// A name in a string that a macro fills in, from behind its bracket.
    Hole(usize),
}

/// A pair of brackets, of which the second may be missing, by their place among the tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub(super) open: usize,
    pub(super) close: Option<usize>,
}

/// A cell, and a place in it.
#[derive(Debug)]
pub(super) struct Spot<'a> {
    pub(super) code: &'a str,
    /// The cursor, in bytes.
    pub(super) at: usize,
    pub(super) tokens: Vec<Token>,
    /// The brackets around the cursor, from the outermost to the innermost.
    pub(super) groups: Vec<Group>,
    /// Whether each bracket has its partner, and each string its end.
    pub(super) is_whole: bool,
}

impl<'a> Spot<'a> {
    /// `cursor` counts code points, as Jupyter does.
    pub(super) fn new(code: &'a str, cursor: Option<u64>) -> Self {
        let cursor = cursor.and_then(|cursor| usize::try_from(cursor).ok());
        let letter = cursor.and_then(|cursor| code.char_indices().nth(cursor));
        let at = letter.map_or(code.len(), |(at, _)| at);
        let tokens = scan(code);
        let (groups, is_whole) = brackets(&tokens, code);
        let is_around = |group: &Group| {
            let close = group.close.map(|close| tokens[close].start);
            tokens[group.open].end <= at && close.is_none_or(|close| close >= at)
        };
        let groups = groups.into_iter().filter(is_around).collect();
        Spot {
            code,
            at,
            tokens,
            groups,
            is_whole,
        }
    }

    /// A place in the cell as Jupyter counts.
    pub(super) fn code_points(&self, at: usize) -> usize {
        self.code[..at].chars().count()
    }

    pub(super) fn text(&self, token: usize) -> &'a str {
        self.tokens[token].text(self.code)
    }

    pub(super) fn place(&self) -> Place {
        let on = |token: &&Token| token.start <= self.at && self.at <= token.end;
        for token in self.tokens.iter().filter(on) {
            let inside = token.start < self.at && self.at < token.end;
            let last = self.at == token.end;
            match token.kind {
                Kind::Command => return Place::Command(token.start),
                Kind::Comment { open } if inside || last && open => return Place::Prose,
                Kind::Text { open } if inside || last && open => {
                    return self.hole(token).map_or(Place::Prose, Place::Hole);
                }
                _ => {}
            }
        }
        Place::Code
    }

    /// The word that the cursor is in or at; where there is none, nothing at the cursor.
    pub(super) fn word(&self) -> Range<usize> {
        if let Place::Hole(start) = self.place() {
            let rest = &self.code[self.at..];
            let end = rest.find(|letter| !is_of_word(letter));
            return start..self.at + end.unwrap_or(rest.len());
        }
        let word = self.name_at().map(|name| self.tokens[name]);
        word.map_or(self.at..self.at, |word| word.start..word.end)
    }

    /// The word that the cursor is in or at, among the tokens.
    pub(super) fn name_at(&self) -> Option<usize> {
        let is_name = |token: &Token| {
            token.kind == Kind::Word && token.start <= self.at && self.at <= token.end
        };
        self.tokens.iter().position(is_name)
    }

    /// The last token that ends before that place.
    pub(super) fn before(&self, at: usize) -> Option<usize> {
        self.tokens.iter().rposition(|token| token.end <= at)
    }

    /// The name of the macro that a bracket belongs to.
    pub(super) fn macro_of(&self, group: &Group) -> Option<usize> {
        let mark = group.open.checked_sub(1)?;
        let name = mark.checked_sub(1)?;
        (self.is_macro(name) && self.text(mark) == "!").then_some(name)
    }

    /// Whether a macro is called by this name.
    pub(super) fn is_macro(&self, name: usize) -> bool {
        let is = |token: Option<&Token>, sign: &str| {
            token.is_some_and(|token| token.text(self.code) == sign)
        };
        let (mark, after) = (self.tokens.get(name + 1), self.tokens.get(name + 2));
        self.tokens[name].kind == Kind::Word
            && !KEYWORDS.contains(&self.text(name))
            && is(mark, "!")
            && mark.is_some_and(|mark| mark.start == self.tokens[name].end)
            && !(is(after, "=") && after.map(|after| after.start) == mark.map(|mark| mark.end))
    }

    /// The name of what is called with these brackets.
    pub(super) fn callee(&self, group: &Group) -> Option<usize> {
        if let Some(name) = self.macro_of(group) {
            return Some(name);
        }
        let mut before = group.open.checked_sub(1)?;
        if self.text(group.open) != "(" {
            return None;
        }
        if self.text(before) == ">" {
            before = self.before_types(before)?;
        }
        let is_name = self.tokens[before].kind == Kind::Word;
        (is_name && !KEYWORDS.contains(&self.text(before))).then_some(before)
    }

    /// The token before types such as `::<u8>`, or `<T>` where something is defined.
    fn before_types(&self, last: usize) -> Option<usize> {
        let mut open = 0_usize;
        let mut at = last;
        loop {
            match self.text(at) {
                // In `->` it closes nothing.
                ">" if at > 0 && self.text(at - 1) == "-" => {}
                ">" => open += 1,
                "<" => open -= 1,
                _ => {}
            }
            at = at.checked_sub(1)?;
            if open == 0 {
                break;
            }
        }
        while self.text(at) == ":" {
            at = at.checked_sub(1)?;
        }
        Some(at)
    }

    /// What stands between the commas of a macro around a word; without an end where the bracket has none.
    pub(super) fn argument(&self, group: &Group, word: &Range<usize>) -> (usize, Option<usize>) {
        let mut start = self.tokens[group.open].end;
        let (mut depth, mut is_body) = (0_usize, false);
        let end = group.close.unwrap_or(self.tokens.len());
        for at in group.open + 1..end {
            let token = self.tokens[at];
            let parts = |text: &str| matches!(text, "," | ";") || self.is_arrow(at);
            match token.kind {
                Kind::Open => {
                    if depth == 0 && token.text(self.code) == "{" {
                        is_body = self.is_arrow(at - 1);
                    }
                    depth += 1;
                }
                Kind::Close => {
                    depth = depth.saturating_sub(1);
                    // Behind a body in braces, the next branch needs no comma.
                    if depth == 0 && std::mem::take(&mut is_body) {
                        if token.end >= word.end {
                            return (start, Some(token.end));
                        }
                        start = token.end;
                    }
                }
                Kind::Sign if depth == 0 && parts(self.text(at)) => {
                    if token.start >= word.end {
                        let first = if self.is_arrow(at) { at - 1 } else { at };
                        // The cursor may be between the two signs of an arrow.
                        return (start, Some(self.tokens[first].start.max(word.end)));
                    }
                    start = token.end;
                }
                _ => {}
            }
        }
        (start, group.close.map(|close| self.tokens[close].start))
    }

    /// Whether a name that begins there belongs to what is before it: to a value or to a path.
    pub(super) fn is_of_other(&self, start: usize) -> bool {
        self.colons(start).is_some() || self.point(start).is_some()
    }

    /// The `.` that ends there, if it begins a member rather than ends a range.
    fn point(&self, at: usize) -> Option<usize> {
        let last = self.before(at).filter(|last| self.text(*last) == ".")?;
        let is_range = last > 0 && self.text(last - 1) == ".";
        (!is_range).then_some(last)
    }

    /// Where the name begins whose member would be at the cursor: of a variable, of what is called, or of a type.
    pub(super) fn owner(&self) -> Option<usize> {
        let last = self.point(self.word().start)?.checked_sub(1)?;
        let name = match self.tokens[last].kind {
            Kind::Word => last,
            Kind::Close => {
                let is_closed = |group: &Group| group.close == Some(last);
                let (groups, _) = brackets(&self.tokens, self.code);
                let group = groups.into_iter().find(is_closed)?;
                self.callee(&group).unwrap_or(group.open)
            }
            _ => return None,
        };
        Some(self.tokens[self.path(name)].start)
    }

    /// Whether a name would be a member there, but of nothing.
    pub(super) fn is_behind_lone_point(&self) -> bool {
        let Some(point) = self.point(self.word().start) else {
            return false;
        };
        let is_value = point.checked_sub(1).is_some_and(|last| {
            let text = self.text(last);
            match self.tokens[last].kind {
                Kind::Word => text == "await" || !KEYWORDS.contains(&text),
                Kind::Number | Kind::Text { .. } | Kind::Close => true,
                _ => text == "?",
            }
        });
        !is_value
    }

    /// Whether a name that begins there stands right behind a sign that stands right behind another name.
    pub(super) fn follows_name(&self, start: usize, sign: &str) -> bool {
        let ends = |token: usize, at: usize| self.tokens[token].end == at;
        let last = self.before(start).filter(|last| ends(*last, start));
        last.is_some_and(|last| {
            self.text(last) == sign
                && last > 0
                && self.tokens[last - 1].kind == Kind::Word
                && ends(last - 1, self.tokens[last].start)
        })
    }

    /// Whether a name that begins there is likely to be that of a type or one that is made, by what is before it.
    pub(super) fn is_of_type(&self, start: usize) -> bool {
        const BEFORE: [&str; 19] = [
            ":", "<", "as", "dyn", "enum", "fn", "for", "impl", "let", "mod", "mut", "pub", "ref",
            "struct", "trait", "type", "use", "where", "|",
        ];
        let Some(last) = self.before(start) else {
            return false;
        };
        let is_arrow = self.text(last) == ">" && last > 0 && self.text(last - 1) == "-";
        let innermost = self
            .groups
            .last()
            .filter(|group| self.tokens[group.open].end <= start);
        let is_defined = innermost
            .and_then(|group| self.callee(group))
            .is_some_and(|name| name > 0 && self.text(name - 1) == "fn");
        is_arrow || is_defined || BEFORE.contains(&self.text(last))
    }

    /// What a branch of `select!` names, and the future that it is a result of, for the body that begins at a place.
    pub(super) fn bound(&self, group: &Group, body: usize) -> Option<(&'a str, &'a str)> {
        let arrow = self.before(body).filter(|last| self.is_arrow(*last))? - 1;
        let (start, _) =
            self.argument(group, &(self.tokens[arrow].start..self.tokens[arrow].start));
        let mut depth = 0_usize;
        let equals = (group.open + 1..arrow).find(|at| {
            match self.tokens[*at].kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            let token = self.tokens[*at];
            token.start >= start && depth == 0 && token.text(self.code) == "="
        })?;
        let is_alone = |at: usize| !matches!(self.text(at), "=" | ">" | "<" | "!");
        let is_one = is_alone(equals + 1) && is_alone(equals - 1);
        let names = &self.code[start..self.tokens[equals].start];
        let future = &self.code[self.tokens[equals].end..self.tokens[arrow].start];
        is_one.then(|| (names.trim(), future.trim()))
    }

    /// Whether `=>` ends with this token.
    fn is_arrow(&self, at: usize) -> bool {
        at > 0 && self.text(at) == ">" && self.text(at - 1) == "="
    }

    /// Where a name begins in a string of a macro, if the cursor is at one: behind one brace, or three.
    fn hole(&self, string: &Token) -> Option<usize> {
        let macros = |group: &Group| self.macro_of(group).is_some();
        self.groups.last().filter(|group| macros(group))?;
        let before = &self.code[string.start..self.at];
        let name = before.trim_end_matches(is_of_word);
        let braces = name.len() - name.trim_end_matches('{').len();
        (braces % 2 == 1).then_some(string.start + name.len())
    }
}

/// All pairs of brackets, and whether each has its partner, and what is quoted its end.
fn brackets(tokens: &[Token], code: &str) -> (Vec<Group>, bool) {
    let mut groups: Vec<Group> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut is_whole = true;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => {
                open.push(groups.len());
                groups.push(Group {
                    open: at,
                    close: None,
                });
            }
            Kind::Close => {
                let opens = opening(token.text(code));
                let is_partner = |group: &usize| tokens[groups[*group].open].text(code) == opens;
                let partner = open.iter().rposition(is_partner);
                is_whole &= partner.is_some() && partner == open.len().checked_sub(1);
                if let Some(partner) = partner {
                    groups[open[partner]].close = Some(at);
                    open.truncate(partner);
                }
            }
            Kind::Text { open } => is_whole &= !open,
            _ => {}
        }
    }
    (groups, is_whole && open.is_empty())
}

fn opening(close: &str) -> &'static str {
    match close {
        ")" => "(",
        "]" => "[",
        _ => "{",
    }
}

/// The bracket that ends what this one begins.
pub(super) fn closing(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

#[cfg(test)]
#[path = "spot_tests.rs"]
mod tests;
