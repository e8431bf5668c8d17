//! What the service serves: the same content every time.

use serde::{Deserialize, Serialize};

/// A user of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// From 1.
    pub id: u32,
    /// The first three are Alice, Bob and Charlie.
    pub name: String,
}

/// A post, in the shape of a well-known public service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Post {
    /// From 1 to 100.
    pub id: u32,
    /// Who wrote it.
    pub user_id: u32,
    /// A few words.
    pub title: String,
    /// A few lines.
    pub body: String,
}

/// A data item, to be processed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// From 1.
    pub id: u32,
    /// What was measured.
    pub values: Vec<u32>,
}

const NAMES: [&str; 10] = [
    "Alice", "Bob", "Charlie", "Dora", "Emil", "Frida", "Georg", "Hanna", "Ivan", "Judith",
];

const WORDS: [&str; 12] = [
    "waiting", "costs", "nothing", "while", "others", "work", "and", "every", "answer", "comes",
    "in", "time",
];

/// The user with this id; names repeat after ten.
pub fn user(id: u32) -> User {
    let index = id.saturating_sub(1) as usize % NAMES.len();
    User {
        id,
        name: NAMES[index].to_owned(),
    }
}

/// The post with this id.
pub(crate) fn post(id: u32) -> Post {
    let words = |count: usize, step: usize| {
        let picked =
            (0..count).map(|place| WORDS[(id as usize * step + place * (step + 2)) % WORDS.len()]);
        picked.collect::<Vec<_>>().join(" ")
    };
    Post {
        id,
        user_id: (id - 1) / 10 + 1,
        title: words(4, 3),
        body: words(24 + id as usize % 9, 5),
    }
}

/// The data item with this id.
pub(super) fn item(id: u32) -> Item {
    Item {
        id,
        values: (1..=8)
            .map(|place| (id * 37 + place * place * 11) % 101)
            .collect(),
    }
}

/// The resource at a path as JSON, or nothing where there is none.
pub(super) fn at(kind: &str, id: u32) -> Option<String> {
    if !(1..=10_000).contains(&id) {
        return None;
    }
    let json = match kind {
        "posts" if id <= 100 => serde_json::to_string(&post(id)),
        "users" => serde_json::to_string(&user(id)),
        "data" => serde_json::to_string(&item(id)),
        _ => return None,
    };
    json.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_users_are_those_of_the_exercise() {
        let names: Vec<_> = (1..=3).map(|id| user(id).name).collect();
        assert_eq!(names, ["Alice", "Bob", "Charlie"]);
    }

    #[test]
    fn content_is_the_same_every_time_and_differs_between_ids() {
        assert_eq!(at("posts", 1), at("posts", 1));
        assert_ne!(at("posts", 1), at("posts", 2));
        assert_eq!(at("posts", 101), None);
        assert_eq!(at("nothing", 1), None);
    }
}
