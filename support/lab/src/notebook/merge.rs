//! Brings two notebooks together that began as the same one: a learner's, and a newer one of the lab.
//!
//! Cells are matched by their ids. What only one side changed is taken from that side. Where both changed a cell, an
//! answer stays in its place, and any other cell becomes the lab's; the other text follows as a cell that does not run,
//! so that nothing is lost and the notebook still works from top to bottom. What cells printed is the learner's and
//! never in conflict; under a text that has changed it would claim what did not happen, and goes.

use crate::notebook::{EXERCISE, Notebook, first_line, has_tag, is_code, source};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The outcome, and what there is to say about it.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) notebook: Notebook,
    /// Cells that both sides changed, by their first lines.
    pub(crate) both: Vec<String>,
    /// Whether a text of the learner's is not in the outcome. That happens only where it is not known what both began as.
    pub(crate) lost: bool,
}

/// A learner's notebook `mine` with the news of `theirs`; both began as `base`. Where that is not known, a cell that both
/// have is taken from the lab, unless it is the learner's to write.
pub(crate) fn notebooks(base: Option<&Notebook>, mine: &Notebook, theirs: &Notebook) -> Merged {
    let sides = Sides {
        known: base.is_some(),
        base: by_id(base),
        order: base.into_iter().flat_map(ids).collect(),
        theirs: by_id(Some(theirs)),
    };
    let mine_named = sides.named(mine);
    let mut merged = Merged {
        notebook: mine.clone(),
        both: Vec::new(),
        lost: false,
    };
    let minor = |notebook: &Notebook| notebook.json["nbformat_minor"].as_u64().unwrap_or(5);
    let cells = sides.cells(&mine_named, theirs, &mut merged);
    let base_json = base.map_or(&Value::Null, |base| &base.json);
    let mut json = merged_object(base_json, &mine.json, &theirs.json, &["cells", "metadata"]);
    json["metadata"] = merged_object(
        &base_json["metadata"],
        &mine.json["metadata"],
        &theirs.json["metadata"],
        &[],
    );
    json["nbformat"] = 4.into();
    json["nbformat_minor"] = minor(mine).max(minor(theirs)).into();
    json["cells"] = cells.into();
    merged.notebook = Notebook { json };
    merged
}

/// Whether two cells say the same.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    one["cell_type"] == other["cell_type"] && source(one) == source(other)
}

/// Whether two notebooks hold the same cells, whatever running them left.
pub(crate) fn same_cells(one: &Notebook, other: &Notebook) -> bool {
    let (one, other) = (one.cells(), other.cells());
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(one, other)| same(one, other) && one["id"] == other["id"])
}

type Cells<'a> = BTreeMap<&'a str, &'a Value>;

fn by_id(notebook: Option<&Notebook>) -> Cells<'_> {
    let cells = notebook.map_or(&[][..], Notebook::cells);
    cells
        .iter()
        .filter_map(|cell| Some((cell["id"].as_str()?, cell)))
        .collect()
}

fn ids(notebook: &Notebook) -> impl Iterator<Item = &str> {
    notebook
        .cells()
        .iter()
        .filter_map(|cell| cell["id"].as_str())
}

struct Sides<'a> {
    /// Whether it is known what both began as.
    known: bool,
    base: Cells<'a>,
    /// The ids of `base` as they lie there.
    order: Vec<&'a str>,
    theirs: Cells<'a>,
}

/// A cell of the learner's notebook, and the id by which the lab knows it, if it does.
struct Named<'a> {
    cell: &'a Value,
    id: Option<&'a str>,
}

impl<'a> Sides<'a> {
    /// The learner's cells with their names. An id counts once; a cell that lost its id, as old editors have it, is
    /// known by its text.
    fn named<'b>(&self, mine: &'b Notebook) -> Vec<Named<'b>>
    where
        'a: 'b,
    {
        let mut seen = Vec::new();
        let mut named: Vec<Named> = mine
            .cells()
            .iter()
            .map(|cell| {
                let id = cell["id"].as_str().filter(|id| {
                    (self.base.contains_key(id) || self.theirs.contains_key(id))
                        && !seen.contains(id)
                });
                seen.extend(id);
                Named { cell, id }
            })
            .collect();
        for known in [&self.base, &self.theirs] {
            for (id, cell) in known {
                let lost = named.iter_mut().find(|named| {
                    named.id.is_none() && same(named.cell, cell) && !source(cell).trim().is_empty()
                });
                if let Some(lost) = lost.filter(|_| !seen.contains(id)) {
                    lost.id = Some(id);
                    seen.push(id);
                }
            }
        }
        named
    }

    fn cells(&self, mine: &[Named], theirs: &Notebook, merged: &mut Merged) -> Vec<Value> {
        let mut out: Vec<Value> = Vec::new();
        let mine_by_id: Cells = mine
            .iter()
            .filter_map(|named| Some((named.id?, named.cell)))
            .collect();
        if self.order_changed(theirs) {
            // The lab's order, and into it what the learner has besides.
            for id in ids(theirs) {
                out.extend(self.shared(id, mine_by_id.get(id).copied(), mine, merged));
            }
            let mut before: Option<String> = None;
            for named in mine {
                let entries = match named.id {
                    Some(id) if self.theirs.contains_key(id) => Vec::new(),
                    Some(id) => self.gone(id, named.cell),
                    None => vec![own(named.cell, &out)],
                };
                let id = entries.first().map(|cell| cell["id"].clone());
                insert_after(&mut out, before.as_deref(), entries);
                let id = id.as_ref().and_then(Value::as_str).or(named.id);
                if let Some(id) = id.filter(|id| out.iter().any(|cell| cell["id"] == **id)) {
                    before = Some(id.to_owned());
                }
            }
        } else {
            // The learner's order, and into it what is new.
            for named in mine {
                match named.id {
                    Some(id) if self.theirs.contains_key(id) => {
                        out.extend(self.shared(id, Some(named.cell), mine, merged));
                    }
                    Some(id) => out.extend(self.gone(id, named.cell)),
                    None => out.push(own(named.cell, &out)),
                }
            }
            let mut before: Option<&str> = None;
            for id in ids(theirs) {
                if !mine_by_id.contains_key(id) {
                    let entries = self.shared(id, None, mine, merged);
                    insert_after(&mut out, before, entries);
                }
                if out.iter().any(|cell| cell["id"] == *id) {
                    before = Some(id);
                }
            }
        }
        out
    }

    /// Whether the lab put cells into another order. Where it is not known what both began as, the lab's order counts.
    fn order_changed(&self, theirs: &Notebook) -> bool {
        let mut places =
            ids(theirs).filter_map(|id| self.order.iter().position(|known| *known == id));
        let Some(mut last) = places.next() else {
            return true;
        };
        places.any(|place| {
            let back = place < last;
            last = place;
            back
        })
    }

    /// A cell that the lab has now.
    fn shared(
        &self,
        id: &str,
        mine: Option<&Value>,
        all: &[Named],
        merged: &mut Merged,
    ) -> Vec<Value> {
        let (base, theirs) = (self.base.get(id).copied(), self.theirs[id]);
        let Some(mine) = mine else {
            // A cell that the learner removed stays away, unless there is something new in it.
            let removed = base.is_some_and(|base| same(base, theirs));
            return if removed {
                Vec::new()
            } else {
                vec![theirs.clone()]
            };
        };
        let mut kept = mine.clone();
        kept["id"] = id.into();
        kept["metadata"] = merged_object(
            base.map_or(&Value::Null, |base| &base["metadata"]),
            &mine["metadata"],
            &theirs["metadata"],
            &[],
        );
        if same(mine, theirs) || base.is_some_and(|base| same(base, theirs)) {
            return vec![kept];
        }
        if base.is_some_and(|base| same(base, mine)) {
            return vec![theirs.clone()];
        }
        let answer = has_tag(theirs, EXERCISE);
        if !self.known {
            merged.lost |= !answer;
            return vec![if answer { kept } else { theirs.clone() }];
        }
        merged.both.push(first_line(mine));
        let (cell, other, suffix) = if answer {
            (kept, theirs, "starter")
        } else {
            (theirs.clone(), mine, "yours")
        };
        let mut cells = vec![cell];
        let there = all.iter().any(|named| {
            let aside = named.cell["id"].as_str().unwrap_or_default();
            aside.starts_with(&format!("{}-{suffix}", short(id)))
                && source(named.cell) == source(other)
        });
        if !there {
            let number = all.len();
            cells.push(aside(other, &format!("{}-{suffix}-{number}", short(id))));
        }
        cells
    }

    /// A cell that the lab has no more: gone, unless the learner wrote in it.
    fn gone(&self, id: &str, mine: &Value) -> Vec<Value> {
        let untouched = self.base.get(id).is_some_and(|base| same(base, mine));
        if untouched {
            Vec::new()
        } else {
            vec![mine.clone()]
        }
    }
}

/// An id may have 64 characters, and what is added to it needs some.
fn short(id: &str) -> &str {
    id.get(..44).unwrap_or(id)
}

/// The text of a cell as one that stands aside: code that does not run, prose as it is.
fn aside(cell: &Value, id: &str) -> Value {
    let kind = if is_code(cell) { "raw" } else { "markdown" };
    json!({ "cell_type": kind, "id": id, "metadata": {}, "source": cell["source"] })
}

/// A cell of the learner's own; it gets an id where it has none that is its alone.
fn own(cell: &Value, so_far: &[Value]) -> Value {
    let mut cell = cell.clone();
    let taken = |id: &Value| so_far.iter().any(|cell| cell["id"] == *id);
    if !cell["id"].is_string() || taken(&cell["id"]) {
        cell["id"] = (1..)
            .map(|number| Value::from(format!("own-{number}")))
            .find(|id| !taken(id))
            .unwrap_or_default();
    }
    cell
}

fn insert_after(cells: &mut Vec<Value>, before: Option<&str>, new: Vec<Value>) {
    let place = before
        .and_then(|id| cells.iter().position(|cell| cell["id"] == *id))
        .map_or(0, |place| place + 1);
    cells.splice(place..place, new);
}

/// An object with each value from the side that changed it, and from the lab where both did; `but` stay the learner's.
fn merged_object(base: &Value, mine: &Value, theirs: &Value, but: &[&str]) -> Value {
    let mut out = mine.as_object().cloned().unwrap_or_else(Map::new);
    let news = theirs.as_object().into_iter().flatten();
    for (key, value) in news.filter(|(key, _)| !but.contains(&key.as_str())) {
        if base.get(key) != Some(value) || !out.contains_key(key) {
            out.insert(key.clone(), value.clone());
        }
    }
    let old = base.as_object().into_iter().flatten();
    for (key, value) in old.filter(|(key, _)| !but.contains(&key.as_str())) {
        if theirs.get(key).is_none() && out.get(key) == Some(value) {
            out.shift_remove(key);
        }
    }
    out.into()
}

#[cfg(test)]
mod tests;
