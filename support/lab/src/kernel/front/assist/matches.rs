//! Which names fit at the cursor, out of what rust-analyzer proposes.
//!
//! It writes for an editor that fills in arguments: a notebook gets names alone. It proposes what skips an `await` or an `iter()`,
//! what rewrites what stands before the point, and whole expressions: none of these is a name, and they are left out.

use super::scan::is_of_word;
use super::spot::{Place, Spot};
use serde_json::{Value, json};
use std::collections::HashSet;

/// The methods of the traits that nobody imports. Rust-analyzer does not say what comes from a trait, and names some of these before
/// what a type has of its own.
const OF_PRELUDE: [&str; 26] = [
    "as_mut",
    "as_ref",
    "borrow",
    "borrow_mut",
    "clamp",
    "clone",
    "clone_from",
    "clone_into",
    "cmp",
    "eq",
    "extend",
    "ge",
    "gt",
    "into",
    "into_future",
    "into_iter",
    "le",
    "lt",
    "max",
    "min",
    "ne",
    "partial_cmp",
    "to_owned",
    "to_string",
    "try_into",
    "type_id",
];

/// Types that evcxr calls values.
const PRIMITIVE: [&str; 19] = [
    "bool", "char", "f128", "f16", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "str",
    "u128", "u16", "u32", "u64", "u8", "usize",
];

/// What evcxr writes around a cell begins so, in whatever case.
const OF_EVCXR: &str = "evcxr";

/// A name, and what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Match {
    text: String,
    kind: String,
    /// Whether it is a method that is named by its type: `Vec::push`.
    is_method: bool,
}

/// Whether an answer proposes nothing.
pub(super) fn is_empty(answer: &Value) -> bool {
    answer["matches"].as_array().is_none_or(Vec::is_empty)
}

/// The content of the reply to a request for names, from what evcxr answered: all names, then those that may be used, if it was asked.
pub(super) fn answer(spot: &Spot, answers: &[Value]) -> Value {
    let mut found: Vec<Match> = answers.first().map(proposed).unwrap_or_default();
    let mut start = spot.word().start;
    if let Place::Command(line) = spot.place() {
        start = line;
    } else {
        if let Some(usable) = answers.get(1).map(proposed)
            && !usable.is_empty()
        {
            let names: HashSet<_> = usable.iter().map(|usable| usable.name()).collect();
            found.retain(|found| names.contains(found.name()));
        }
        // What a value or a type has comes in the order of its source, and all else in none.
        if !spot.is_in_type() {
            found.sort_by_key(|found| {
                (
                    found.text.starts_with(char::is_uppercase),
                    found.text.clone(),
                )
            });
        }
        found.sort_by_key(Match::rank);
    }
    let mut seen = HashSet::new();
    found.retain(|found| !found.is_of_evcxr() && seen.insert(found.text.clone()));
    let (start, end) = (spot.code_points(start), spot.code_points(spot.at));
    let types: Vec<_> = found
        .iter()
        .map(|found| json!({ "text": found.text, "type": found.kind, "start": start, "end": end }))
        .collect();
    let texts: Vec<_> = found.into_iter().map(|found| found.text).collect();
    json!({
        "status": "ok", "matches": texts, "cursor_start": start, "cursor_end": end,
        "metadata": { "_jupyter_types_experimental": types },
    })
}

impl Match {
    /// The place among others.
    fn rank(&self) -> u8 {
        match self.kind.as_str() {
            // After a future, it is what is missing.
            "keyword" if self.text == "await" => 0,
            "instance" if !PRIMITIVE.contains(&self.text.as_str()) => 1,
            "function" if self.text.ends_with('!') => 6,
            "function" if OF_PRELUDE.contains(&self.text.as_str()) => 4,
            "function" if self.is_method => 3,
            "function" => 2,
            "class" | "instance" => 4,
            "module" => 5,
            _ => 7,
        }
    }

    fn is_of_evcxr(&self) -> bool {
        let start = self.text.get(..OF_EVCXR.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(OF_EVCXR))
    }

    fn name(&self) -> &str {
        self.text.trim_end_matches('!')
    }
}

/// The names in an answer of evcxr's.
fn proposed(answer: &Value) -> Vec<Match> {
    let matches = answer["matches"].as_array().into_iter().flatten();
    let types = answer["metadata"]["_jupyter_types_experimental"].as_array();
    let types = types.into_iter().flatten();
    matches
        .zip(types)
        .filter_map(|(code, about)| {
            let (code, label) = (code.as_str()?, about["text"].as_str()?);
            let kind = about["type"].as_str().unwrap_or("instance").to_owned();
            let text = if kind == "magic" {
                code
            } else {
                name(code, label)?
            };
            let arguments = &code[text.len().min(code.len())..];
            let receives = ["(self", "(&self", "(&mut self"];
            Some(Match {
                text: text.to_owned(),
                kind,
                is_method: receives
                    .iter()
                    .any(|receives| arguments.starts_with(receives)),
            })
        })
        .collect()
}

/// The name at the beginning of what an editor would write, if that is what is proposed.
fn name<'a>(code: &'a str, label: &str) -> Option<&'a str> {
    let word = |rest: &str| {
        let raw = if rest.starts_with("r#") { 2 } else { 0 };
        let word = rest[raw..].find(|letter| !is_of_word(letter));
        word.map_or(rest.len(), |word| raw + word)
    };
    let mut length = word(code);
    while let Some(next) = code[length..].strip_prefix("::")
        && word(next) > 0
    {
        length += 2 + word(next);
    }
    let after = &code[length..];
    let skips = after.starts_with('.') || after.starts_with("().");
    let is_proposed = label.starts_with(code[..length].trim_start_matches("r#"));
    let bang = usize::from(after.starts_with('!'));
    (length > 0 && !skips && is_proposed).then_some(&code[..length + bang])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(proposals: &[(&str, &str, &str)]) -> Value {
        let matches: Vec<_> = proposals.iter().map(|(code, _, _)| code).collect();
        let types: Vec<_> = proposals
            .iter()
            .map(|(_, label, kind)| json!({ "text": label, "type": kind }))
            .collect();
        json!({ "status": "ok", "matches": matches, "metadata": { "_jupyter_types_experimental": types } })
    }

    fn texts(code: &str, answers: &[Value]) -> Vec<String> {
        let answer = answer(&Spot::new(code, None), answers);
        let texts = answer["matches"].as_array().expect("a list");
        texts
            .iter()
            .map(|text| text.as_str().expect("a text").to_owned())
            .collect()
    }

    #[test]
    fn a_proposal_becomes_a_name_or_nothing() {
        let rows = [
            ("add_one(x)", "add_one(…)", Some("add_one")),
            ("push(&mut self, value);", "push(…)", Some("push")),
            ("println!()", "println!(…)", Some("println!")),
            ("vec![]", "vec![…]", Some("vec!")),
            ("time::", "time::", Some("time")),
            ("if  {\n    \n}", "if", Some("if")),
            ("Color::Red", "Color::Red", Some("Color::Red")),
            ("Point { x: (), y: () }", "Point {…}", Some("Point")),
            ("r#type", "type", Some("r#type")),
            ("0", "0", Some("0")),
            ("await", "await", Some("await")),
            ("await.map(f)", "await.map(…)", None),
            ("iter().map(f)", "iter().map(…)", None),
            ("self.x", "self.x", None),
            ("eprintln!(\"{}\", )", "pd", None),
            ("&word", "ref", None),
        ];
        for (code, label, expected) in rows {
            assert_eq!(name(code, label), expected, "{code}");
        }
    }

    #[test]
    fn names_come_in_an_order_and_once() {
        let all = answered(&[
            ("loop", "loop", "keyword"),
            ("println!()", "println!(…)", "function"),
            ("await", "await", "keyword"),
            ("await.len()", "await.len()", "function"),
            ("into()", "into()", "function"),
            ("second()", "second()", "function"),
            ("first()", "first()", "function"),
            ("first()", "first()", "function"),
            ("u8", "u8", "instance"),
            ("EvcxrUserCodeError", "EvcxrUserCodeError", "class"),
            ("field", "field", "instance"),
        ]);
        assert_eq!(
            texts("a.", std::slice::from_ref(&all)),
            [
                "await", "field", "second", "first", "into", "u8", "println!", "loop"
            ]
        );
        // What is in scope comes in no order.
        assert_eq!(texts("", &[all])[2..4], ["first", "second"]);
        let of_type = answered(&[
            ("push(&mut self, value)", "push(…)", "function"),
            ("new()", "new()", "function"),
        ]);
        assert_eq!(texts("Vec::", &[of_type]), ["new", "push"]);
    }

    #[test]
    fn of_a_module_only_what_may_be_used_is_named() {
        let all = answered(&[
            ("sleep(duration)", "sleep(…)", "function"),
            ("Clock", "Clock", "class"),
            ("join!()", "join!(…)", "function"),
            ("advance(duration)", "advance(…)", "function"),
        ]);
        let usable = answered(&[
            ("sleep", "sleep", "function"),
            ("join", "join", "function"),
            ("advance", "advance", "function"),
        ]);
        assert_eq!(
            texts("time::", &[all.clone(), usable]),
            ["advance", "sleep", "join!"]
        );
        let none = answered(&[]);
        assert_eq!(texts("time::", &[all, none]).len(), 4);
    }

    #[test]
    fn places_are_counted_in_code_points_up_to_the_cursor() {
        let code = "let é = \"👩\u{200d}💻\"; wo";
        let answer = answer(
            &Spot::new(code, None),
            &[answered(&[("word", "word", "instance")])],
        );
        assert_eq!(
            (&answer["cursor_start"], &answer["cursor_end"]),
            (&json!(15), &json!(17))
        );
        assert_eq!(
            answer["metadata"]["_jupyter_types_experimental"][0]["start"],
            15
        );
    }

    #[test]
    fn a_command_takes_the_place_of_its_line() {
        let commands = answered(&[(":dep", ":dep", "magic")]);
        let answer = answer(&Spot::new("\n:de", None), &[commands]);
        assert_eq!(
            (&answer["cursor_start"], &answer["matches"]),
            (&json!(1), &json!([":dep"]))
        );
    }
}
