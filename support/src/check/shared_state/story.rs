//! What happened in one order of turns, in words and as a circle.

use super::transfers::{Scene, Transfers};
use crate::chart::{self, Figure, Link};
use crate::check::interleave::End;

/// The most steps that are told.
const STEPS: usize = 12;

/// The steps up to one of them, of which the last are told.
pub(super) fn told(scene: &Scene, steps: &[(usize, String)], end: usize) -> String {
    let end = end.min(steps.len());
    let from = end.saturating_sub(STEPS);
    let told: Vec<_> = steps[from..end]
        .iter()
        .map(|(task, what)| format!("{} {what}", scene.orders[*task]))
        .collect();
    let cut = if from > 0 { "… " } else { "" };
    format!("{cut}{}", told.join("; "))
}

/// The deadlock that was found, if one was.
pub(super) fn circle(transfers: &Transfers) -> Option<Figure> {
    let (scene, circle) = transfers.tried.iter().find_map(|tried| {
        let played = &tried.wrong.as_ref()?.played;
        match &played.end {
            End::Deadlock(circle) if played.held.is_none() => Some((tried.scene, circle)),
            _ => None,
        }
    })?;
    let links: Vec<_> = circle
        .iter()
        .map(|waits| Link {
            who: format!("transfer {}", scene.orders[waits.task]),
            wants: waits.lock.clone(),
        })
        .collect();
    Some(chart::circle(
        "Your transfers, when none could go on",
        &links,
    ))
}
