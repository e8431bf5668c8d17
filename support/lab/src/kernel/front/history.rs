//! The cells that have been run, for who asks what they were.

use serde_json::{Value, json};

/// Number of the session in a history: there is but one.
const SESSION: u64 = 1;

/// The cells that have been run, by their numbers.
#[derive(Debug, Default)]
pub(super) struct History(Vec<(u64, String)>);

impl History {
    pub(super) fn add(&mut self, number: u64, code: &str) {
        self.0.push((number, code.to_owned()));
    }

    /// The cells, the latest first.
    pub(super) fn latest(&self) -> impl Iterator<Item = (u64, &str)> {
        let cells = self.0.iter().rev();
        cells.map(|(number, code)| (*number, code.as_str()))
    }

    /// The code of a cell.
    pub(super) fn code(&self, number: u64) -> Option<&str> {
        let found = self.0.iter().rfind(|(known, _)| *known == number);
        found.map(|(_, code)| code.as_str())
    }

    /// What a request asks for, oldest first.
    pub(super) fn of(&self, asked: &Value) -> Value {
        let most = asked["n"].as_u64().and_then(|n| usize::try_from(n).ok());
        let mut found: Vec<&(u64, String)> = match asked["hist_access_type"].as_str() {
            Some("range") => {
                let start = asked["start"].as_u64().unwrap_or(0);
                let stop = asked["stop"].as_u64().unwrap_or(u64::MAX);
                let within = |entry: &&(u64, String)| (start..stop).contains(&entry.0);
                self.0.iter().filter(within).collect()
            }
            Some("search") => {
                let pattern = asked["pattern"].as_str().unwrap_or("*");
                let fits = |entry: &&(u64, String)| matches(pattern, &entry.1);
                self.0.iter().filter(fits).collect()
            }
            _ => self.0.iter().collect(),
        };
        if asked["unique"] == true {
            let all = found.clone();
            let mut place = 0;
            found.retain(|entry| {
                place += 1;
                all[place..].iter().all(|later| later.1 != entry.1)
            });
        }
        let first = most.map_or(0, |most| found.len().saturating_sub(most));
        let output = asked["output"] == true;
        let row = |(number, code): &(u64, String)| match output {
            true => json!([SESSION, number, [code, null]]),
            false => json!([SESSION, number, code]),
        };
        let rows: Vec<Value> = found.into_iter().skip(first).map(row).collect();
        json!({ "status": "ok", "history": rows })
    }
}

/// Whether a pattern of a shell fits to all of a text: `*` is anything, `?` any character.
fn matches(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .any(|at| matches(rest.as_str(), &text[at..])),
        Some(wanted) => {
            let mut text = text.chars();
            text.next()
                .is_some_and(|got| wanted == '?' || wanted == got)
                && matches(rest.as_str(), text.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history() -> History {
        let mut history = History::default();
        for (number, code) in [(1, "let a = 1;"), (2, "a"), (3, "let b = 2;"), (4, "a")] {
            history.add(number, code);
        }
        history
    }

    #[test]
    fn a_history_is_searched_as_it_is_asked_for() {
        let numbers = |asked: Value| -> Vec<u64> {
            let told = history().of(&asked);
            let rows = told["history"].as_array().expect("rows").clone();
            rows.iter().filter_map(|row| row[1].as_u64()).collect()
        };
        let rows = [
            (json!({ "hist_access_type": "tail", "n": 2 }), vec![3, 4]),
            (
                json!({ "hist_access_type": "tail", "n": 9 }),
                vec![1, 2, 3, 4],
            ),
            (
                json!({ "hist_access_type": "range", "start": 2, "stop": 4 }),
                vec![2, 3],
            ),
            (
                json!({ "hist_access_type": "search", "pattern": "let*" }),
                vec![1, 3],
            ),
            (
                json!({ "hist_access_type": "search", "pattern": "?", "unique": true }),
                vec![4],
            ),
            (
                json!({ "hist_access_type": "search", "pattern": "*1*", "n": 1 }),
                vec![1],
            ),
        ];
        for (asked, expected) in rows {
            assert_eq!(numbers(asked.clone()), expected, "{asked}");
        }
    }
}
