//! A tree of lanes: what one piece of work has started stands below it, inside a frame from its beginning to its end.
//!
//! So one sees at once whether a task outlives who started it: its band leaves the frame.

use super::{Event, Lane, Outcome, Wake};
use crate::chart::axis::Axis;
use crate::chart::rows::Rows;
use crate::chart::svg::{self, Canvas};
use crate::chart::{count, listed, sentence};

/// What stands before the name of a lane that is inside another.
const INSIDE: [char; 2] = [' ', '└'];

/// The name of a lane without what tells how deep it lies.
pub(super) fn plain(name: &str) -> &str {
    name.trim_start_matches(INSIDE)
}

/// Lanes in the order in which a tree is drawn, each with the place of its parent and how deep it lies.
pub(super) struct Tree {
    pub(super) lanes: Vec<Lane>,
    parents: Vec<Option<usize>>,
    depths: Vec<usize>,
    /// Where each of the lanes stands that the tree was made of.
    places: Vec<usize>,
}

impl Tree {
    /// Parents before their children. Whoever is said to be a child of nobody there, or of itself, stands at the root.
    pub(super) fn new(lanes: &[Lane], parents: &[Option<usize>]) -> Self {
        let parent = |index: usize| {
            let parent = parents.get(index).copied().flatten();
            parent.filter(|parent| *parent < index)
        };
        let mut order: Vec<(usize, usize)> = Vec::new();
        for index in 0..lanes.len() {
            let mut at = order.len();
            let mut depth = 0;
            if let Some(parent) = parent(index) {
                let place = order.iter().position(|(other, _)| *other == parent);
                let place = place.expect("a parent comes before its children");
                depth = order[place].1 + 1;
                let below = order[place + 1..].iter();
                at = place + 1 + below.take_while(|(_, other)| *other >= depth).count();
            }
            order.insert(at, (index, depth));
        }
        let place = |index: usize| order.iter().position(|(other, _)| *other == index);
        let named = |(index, depth): &(usize, usize)| {
            let mut lane = lanes[*index].clone();
            if *depth > 0 {
                lane.name = format!("{}└ {}", "  ".repeat(depth - 1), lane.name);
            }
            lane
        };
        Tree {
            lanes: order.iter().map(named).collect(),
            parents: order
                .iter()
                .map(|(index, _)| parent(*index).and_then(place))
                .collect(),
            depths: order.iter().map(|(_, depth)| *depth).collect(),
            places: (0..lanes.len()).filter_map(place).collect(),
        }
    }

    /// Wakes between the lanes that the tree was made of, as wakes between its own.
    pub(super) fn wakes(&self, wakes: &[Wake]) -> Vec<Wake> {
        let place = |lane: usize| self.places.get(lane).copied().unwrap_or(lane);
        let placed = |wake: &Wake| Wake {
            at: wake.at,
            by: wake.by.map(place),
            lane: place(wake.lane),
        };
        wakes.iter().map(placed).collect()
    }

    /// The same for events, in the order of time. One on a lane that is not there has no place.
    pub(super) fn events(&self, events: &[Event]) -> Vec<Event> {
        let placed = events.iter().filter_map(|event| {
            let lane = *self.places.get(event.lane)?;
            Some(Event {
                lane,
                ..event.clone()
            })
        });
        let mut placed: Vec<_> = placed.collect();
        placed.sort_by_key(|event| event.at);
        placed
    }

    /// The last place of what lies inside a lane; its own where nothing does.
    fn last(&self, index: usize) -> usize {
        let below = self.depths[index + 1..].iter();
        index
            + below
                .take_while(|depth| **depth > self.depths[index])
                .count()
    }

    /// A lane goes on where its parent has ended, for as long as one can see: a task that is dropped with its scope ends an
    /// instant later.
    fn outlives(&self, index: usize) -> bool {
        let longest = self.lanes.iter().map(|lane| lane.end).max();
        let instant = longest.unwrap_or_default() / 100;
        let parent = self.parents[index].map(|parent| &self.lanes[parent]);
        parent.is_some_and(|parent| {
            parent.outcome != Outcome::Running && self.lanes[index].end > parent.end + instant
        })
    }

    /// The first sentence; none where no lane is inside another.
    pub(super) fn point(&self) -> Option<String> {
        let name = |index: usize| plain(&self.lanes[index].name);
        let children: Vec<_> = (0..self.lanes.len())
            .filter(|index| self.parents[*index].is_some())
            .collect();
        let outlive: Vec<_> = children
            .iter()
            .filter(|index| self.outlives(**index))
            .collect();
        let parents: std::collections::BTreeSet<_> = children
            .iter()
            .filter_map(|index| self.parents[*index])
            .collect();
        let inside = match (children.len(), parents.first()) {
            (0, _) | (_, None) => return None,
            (1, Some(parent)) => format!("One lane is inside {}", name(*parent)),
            (all, Some(parent)) if parents.len() == 1 => {
                format!(
                    "{} lanes are inside {}",
                    sentence(&count(all)),
                    name(*parent)
                )
            }
            (all, _) => format!("{} lanes are inside others", sentence(&count(all))),
        };
        let dropped = children
            .iter()
            .filter(|index| self.lanes[**index].outcome == Outcome::Dropped)
            .count();
        let dropped = match dropped {
            0 => String::new(),
            1 => ", and one is dropped there".to_owned(),
            several => format!(", and {} are dropped there", count(several)),
        };
        Some(match outlive.as_slice() {
            [] => format!("{inside}, none goes on behind its end{dropped}."),
            all => {
                let names = all.iter().map(|index| name(**index).to_owned());
                let verb = if all.len() == 1 { "goes" } else { "go" };
                format!("{inside}, and {} {verb} on behind its end.", listed(names))
            }
        })
    }

    /// Frames behind the lanes, from the outside to the inside.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, axis: &Axis, rows: &Rows) {
        for (index, lane) in self.lanes.iter().enumerate() {
            let last = self.last(index);
            if last == index {
                continue;
            }
            let inset = self.depths[index] as i32;
            // What is written above a lane is inside, too.
            let top = rows.shape(index).0 - rows.above + 1;
            let bottom = rows.shape(last).1 - 1 - inset;
            let (from, to) = (axis.at(lane.start()), axis.at(lane.end));
            svg::frame(canvas, [(from - 2, top), (to + 2, bottom)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Marks, Span};
    use super::*;
    use std::time::Duration;

    fn lane(name: &str, from: u64, to: u64, outcome: Outcome) -> Lane {
        let at = |ms| Span {
            start: Duration::from_millis(ms),
            end: Duration::from_millis(ms),
        };
        Lane {
            name: name.to_owned(),
            polls: vec![at(from), at(to)],
            marks: Marks::Events,
            in_vain: Vec::new(),
            held: Vec::new(),
            outcome,
            end: Duration::from_millis(to),
        }
    }

    #[test]
    fn children_stand_below_their_parents_whenever_they_came() {
        let lanes = ["a", "b", "in a", "in b", "in in a", "again in a"]
            .map(|name| lane(name, 0, 9, Outcome::Finished));
        let tree = Tree::new(&lanes, &[None, None, Some(0), Some(1), Some(2), Some(0)]);
        let names: Vec<_> = tree.lanes.iter().map(|lane| lane.name.as_str()).collect();
        assert_eq!(
            names,
            ["a", "└ in a", "  └ in in a", "└ again in a", "b", "└ in b"]
        );
        assert_eq!((tree.last(0), tree.last(1), tree.last(4)), (3, 2, 5));
    }

    #[test]
    fn wakes_go_with_their_lanes() {
        let lanes = ["a", "b", "in a"].map(|name| lane(name, 0, 9, Outcome::Finished));
        let tree = Tree::new(&lanes, &[None, None, Some(0)]);
        let wake = |by, lane| Wake {
            at: Duration::ZERO,
            by,
            lane,
        };
        let placed = tree.wakes(&[wake(Some(1), 2), wake(None, 0), wake(None, 7)]);
        assert_eq!(placed, [wake(Some(2), 1), wake(None, 0), wake(None, 7)]);
    }

    #[test]
    fn the_point_is_who_outlives_whom() {
        let done = Outcome::Finished;
        let parents = [None, Some(0), Some(0)];
        let said = |lanes: &[Lane]| Tree::new(lanes, &parents).point();
        let mut lanes = vec![
            lane("serve", 0, 100, done),
            lane("tea", 10, 60, done),
            lane("soup", 20, 100, Outcome::Dropped),
        ];
        assert_eq!(
            said(&lanes).as_deref(),
            Some(
                "Two lanes are inside serve, none goes on behind its end, and one is dropped there."
            )
        );
        lanes[2].end = Duration::from_millis(101);
        let said_later = said(&lanes).unwrap_or_default();
        assert!(
            said_later.contains("none goes on"),
            "an instant is not seen: {said_later}"
        );
        lanes[2] = lane("soup", 20, 200, done);
        assert_eq!(
            said(&lanes).as_deref(),
            Some("Two lanes are inside serve, and soup goes on behind its end.")
        );
        assert_eq!(Tree::new(&lanes, &[]).point(), None);
    }
}
