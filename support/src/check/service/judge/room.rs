//! What is wrong with a service.

mod stop;

use super::super::End;
use super::super::stories::{
    BEFORE, FLOOD, FROM_BEHIND, Heard, Plot, REST, Stories, Told, message,
};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::words::{ending, holds_thread, quote};
use crate::service::{IDLE, LIMIT, QUEUE, WELCOME};
use std::collections::BTreeSet;
use stop::{deaf, stop};

pub(in crate::check::service) fn judge(stories: &Stories) -> Vec<Finding> {
    for (_, run) in &stories.told {
        if let Some(finding) = ending("serve", &run.ended).or_else(|| holds_thread("serve", run)) {
            return vec![finding];
        }
    }
    if !stories.good_codec {
        return vec![];
    }
    let of = |plot, judge: fn(&Told) -> Option<Finding>| stories.of(plot).find_map(judge);
    // Where these are wrong, nothing else can be right.
    let first = of(Plot::Echo, echo)
        .or_else(|| of(Plot::Two, two))
        .or_else(|| of(Plot::Slow, stops_all));
    if let Some(finding) = first {
        return vec![finding];
    }
    let others = [
        of(Plot::Halves, halves),
        of(Plot::Slow, slow),
        of(Plot::Deaf, unheard),
        of(Plot::HalfClose, half_close).or_else(|| of(Plot::Lagged, lagged)),
        of(Plot::Bad, bad),
        of(Plot::Idle, idle),
        of(Plot::Stop, stop),
    ];
    let mut findings: Vec<_> = others.into_iter().flatten().collect();
    let stops = !findings
        .iter()
        .any(|finding| finding.code == Code::NeverEnds);
    findings.extend(of(Plot::Deaf, deaf).filter(|_| stops));
    // One mistake may show in several stories.
    let mut told = BTreeSet::new();
    findings.retain(|finding| told.insert(finding.code));
    findings
}

/// What is in a stream of 64 bytes, or in somebody's hands, counts as waiting no more.
const ON_THE_WAY: usize = 10;

/// The welcome, and then these.
fn welcome_and<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    let texts = texts.into_iter().map(Into::into);
    std::iter::once(WELCOME.to_owned()).chain(texts).collect()
}

/// What one heard, in words.
fn shown(heard: &Heard) -> String {
    let end = match heard.end {
        None => "",
        Some(End::Closed) => ", then the end",
        Some(End::Failed) => ", then an error",
        Some(End::Silent | End::Endless) => ", then nothing more",
    };
    quote(&format!("`{:?}`{end}", heard.texts))
}

fn echo(told: &Told) -> Option<Finding> {
    let wanted = welcome_and(["one", "", "three", "in pieces"]);
    let Some(heard) = told.heard.first() else {
        return Some(ended_early(told));
    };
    if heard.texts == wanted {
        return None;
    }
    if told.early.is_some() {
        return Some(ended_early(told));
    }
    if heard.texts.starts_with(&wanted[..4]) {
        return Some(Finding::new(
            Code::AssumesOneRead,
            format!(
                "A client sent a frame byte by byte, and did not hear it. It heard {}.",
                shown(heard)
            ),
            "Read by your codec's `read_frame`, which goes on until the frame is whole.",
        ));
    }
    Some(Finding::new(
        Code::WrongResult,
        format!(
            "A client said `one`, an empty text, `three`, and `in pieces`. It heard {}, and not `{wanted:?}`.",
            shown(heard)
        ),
        "Who comes in hears `welcome` first, and then all that is said by anybody, its own words among it.",
    ))
}

fn ended_early(told: &Told) -> Finding {
    let how = told.early.as_deref().unwrap_or("nobody knows how");
    Finding::new(
        Code::WrongResult,
        format!(
            "`serve` returned although nobody had stopped it: {}.",
            quote(how)
        ),
        "It accepts clients in a loop that only `stop` ends. What goes wrong with one client ends that client's task.",
    )
}

fn two(told: &Told) -> Option<Finding> {
    let second = told.heard.get(1);
    if second.is_none_or(|heard| heard.texts.is_empty()) {
        return Some(Finding::new(
            Code::OneClientAtATime,
            "While one client was in the room, a second one came, and was never welcomed.",
            "`client(…).await` in the loop that accepts waits until this client has gone. Start a task for each: \
             `clients.spawn(client(…))`.",
        ));
    }
    let wanted = welcome_and(["hello"]);
    let heard = told.heard.iter().find(|heard| heard.texts != wanted)?;
    Some(Finding::new(
        Code::WrongResult,
        format!(
            "Two clients were in the room, and one said `hello`. One of them heard {}, and not `{wanted:?}`.",
            shown(heard)
        ),
        "Everybody hears what is said: a `broadcast` channel, or a list of queues, that all clients share.",
    ))
}

fn halves(told: &Told) -> Option<Finding> {
    let wanted = welcome_and(["meanwhile", "in two halves", "cut in its length"]);
    let heard = told.heard.iter().find(|heard| heard.texts != wanted)?;
    Some(Finding::new(
        Code::PartialFrameLost,
        format!(
            "One client had sent half a frame when another said `meanwhile`; then came the second half. Of another frame, two bytes \
             of the length came some seconds before the rest. A client heard {}, and not `{wanted:?}`.",
            shown(heard)
        ),
        "`select!` drops the branch that is not ready, and with it all that `read_frame` had read. Read in a future that is not \
         dropped: a task of its own, one that is pinned outside the loop, or one joined with the writer.",
    ))
}

fn stops_all(told: &Told) -> Option<Finding> {
    let heard = told.heard.first()?;
    (heard.texts.last().map(String::as_str) != Some("at last")).then(|| {
        Finding::new(
            Code::SlowClientStopsAll,
            format!(
                "While one client did not read, another said {FLOOD} things, and heard only {} of them itself.",
                heard.texts.len().saturating_sub(1)
            ),
            "Who hands a message to everybody must not wait for anybody: a queue for each client, filled by `try_send`, or a \
             `broadcast` channel, and one task for each client that empties its queue.",
        )
    })
}

/// Of what was counted, how many messages were heard, how many were said to be missed, and whether these are all, in their order.
pub(in crate::check::service) fn account(texts: &[String]) -> (usize, usize, bool) {
    let (mut heard, mut missed, mut place, mut in_order) = (0, 0, 0, true);
    for text in texts {
        if let Some(count) = text.strip_prefix("missed ") {
            let count = count.parse().unwrap_or(0);
            (missed, place) = (missed + count, place + count);
        } else if text.starts_with("message ") {
            (heard, place) = (heard + 1, place + 1);
            in_order &= *text == message(place);
        }
    }
    (heard, missed, in_order && place == FLOOD)
}

fn slow(told: &Told) -> Option<Finding> {
    let late = told.heard.get(1)?;
    let (heard, missed, all) = account(&late.texts);
    if heard == FLOOD {
        return Some(Finding::new(
            Code::NoLimit,
            format!(
                "A client did not read while {FLOOD} messages came, and afterwards heard all of them: they were all kept for it. \
                 Who does not read decides how much memory you take."
            ),
            format!(
                "A queue for a client holds at most {QUEUE}: `broadcast::channel(QUEUE)`, or `mpsc::channel(QUEUE)` with `try_send`."
            ),
        ));
    }
    if heard > QUEUE + ON_THE_WAY {
        return Some(Finding::new(
            Code::NoLimit,
            format!(
                "A client did not read while {FLOOD} messages came, and afterwards heard {heard} of them: more than {QUEUE} had waited \
                 for it."
            ),
            "Two queues, one behind the other, hold twice as much: hand on from one to the writer, without another channel between.",
        ));
    }
    let at_last = late.texts.last().map(String::as_str) == Some("at last");
    if all && at_last && missed > 0 && told_late(late) {
        return Some(Finding::new(
            Code::LaggedIgnored,
            format!(
                "A client did not read while {FLOOD} messages came, and then heard {heard} of them. That it had missed {missed} it was \
                 told only when somebody spoke again: where nobody does, it never hears of it."
            ),
            "How much was missed is told as soon as the client has read what waited for it, and not with the next message.",
        ));
    }
    (!all || !at_last).then(|| {
        Finding::new(
            Code::LaggedIgnored,
            format!(
                "A client did not read while {FLOOD} messages came, and one more afterwards. It heard {heard} of the {FLOOD}, and \
                 that it had missed {missed}; {}.",
                if at_last {
                    "so it does not know what it does not know"
                } else {
                    "and then nothing more, although it was reading again"
                }
            ),
            "`recv` of a `broadcast` channel returns `Err(Lagged(count))`, once, in the place of those that are gone: send \
             `missed(count)`, and go on.",
        )
    })
}

/// Whether it was told that it had missed something when it had waited in vain for more, and not before.
fn told_late(late: &Heard) -> bool {
    let last = late
        .texts
        .iter()
        .rposition(|text| text.starts_with("missed "));
    last.is_some_and(|place| place > 0 && late.times[place] - late.times[place - 1] >= REST)
}

/// Whether somebody who does not read is heard.
fn unheard(told: &Told) -> Option<Finding> {
    let heard = told.heard.first()?;
    (!heard.texts.iter().any(|text| text == FROM_BEHIND)).then(|| {
        Finding::new(
            Code::SlowClientStopsAll,
            "While a client did not read, it said something itself, and nobody heard it: the service was waiting for it to read.",
            "Read and write at the same time: two tasks, or two futures that are joined. In a loop that writes behind a `select!`, \
             nothing is read as long as the write waits.",
        )
    })
}

fn lagged(told: &Told) -> Option<Finding> {
    let late = told.heard.get(1)?;
    let (heard, missed, all) = account(&late.texts);
    // Whoever is told with the next message what is missed is told nothing where none comes.
    (!all && heard < QUEUE).then(|| {
        Finding::new(
            Code::LaggedIgnored,
            format!(
                "A client did not read while {FLOOD} messages came, said that it had finished, and then read. It heard {heard} of the \
                 {FLOOD}, and that it had missed {missed}."
            ),
            "What waits for a client that has finished is written as before: also how much it has missed, and what comes after \
             that. `try_recv` returns `Err(Lagged(count))` too, and that is not the end of the queue.",
        )
    })
}

fn half_close(told: &Told) -> Option<Finding> {
    let wanted = welcome_and((1..=6).map(message));
    let heard = told.heard.first()?;
    let message = if heard.texts != wanted {
        format!(
            "A client said six things, and that it would say nothing more. It went on reading, and heard {}, and not all of the \
             six.",
            shown(heard)
        )
    } else if heard.end == Some(End::Closed) {
        return None;
    } else {
        "A client had said that it would say nothing more, and had heard all that it was to hear. Its connection was not ended."
            .to_owned()
    };
    Some(Finding::new(
        Code::HalfCloseIgnored,
        message,
        "`Ok(None)` ends reading, and not writing: write what waits in the queue, then `shutdown().await` the stream.",
    ))
}

fn bad(told: &Told) -> Option<Finding> {
    let good = told.heard.first();
    let half = good.and_then(|heard| {
        let mut texts = heard.texts.iter();
        texts.find(|text| {
            !matches!(text.as_str(), WELCOME | "fine") && !text.starts_with("message ")
        })
    });
    if let Some(half) = half {
        return Some(Finding::new(
            Code::EofNotError,
            format!(
                "A client vanished in the middle of a frame, and the others heard `{}`, which nobody has said.",
                quote(half)
            ),
            "A frame counts when it is whole. Read by your codec's `read_frame`.",
        ));
    }
    let fine = good.is_some_and(|heard| heard.texts.iter().any(|text| text == "fine"));
    if !fine || told.early.is_some() {
        let how = told.early.as_deref().map_or(String::new(), |how| {
            format!(" `serve` itself returned: {}.", quote(how))
        });
        return Some(Finding::new(
            Code::OneFailureStopsAll,
            format!(
                "One client sent a frame that was too long, others vanished, and then a client that had done nothing wrong was \
                 not served any more.{how}"
            ),
            "What goes wrong with a client ends the task of that client. Look for `unwrap` in the loop that accepts, and for \
             results of clients' tasks that are handed on by `?`.",
        ));
    }
    let long = told.heard.get(1)?;
    let waited = welcome_and((1..=BEFORE).map(message));
    if !long.texts.starts_with(&waited) {
        return Some(Finding::new(
            Code::HalfCloseIgnored,
            format!(
                "{BEFORE} messages waited for a client when it broke the rules of frames. It went on reading, and heard {}, and not \
                 all of them.",
                shown(long)
            ),
            "Whoever is let go is let go as one that has finished: reading ends, and what waits in the queue is written before the \
             stream is shut down.",
        ));
    }
    (long.end == Some(End::Silent)).then(|| {
        Finding::new(
            Code::NoLimit,
            format!(
                "A client announced a frame of {} bytes, and was not let go.",
                LIMIT + 1
            ),
            "Where `read_frame` returns an error, end the connection.",
        )
    })
}

fn idle(told: &Told) -> Option<Finding> {
    let (active, quiet) = (told.heard.first()?, told.heard.get(1)?);
    let seconds = IDLE.as_secs();
    if active.texts != welcome_and(["1", "2", "3", "4"])
        || !quiet.texts.iter().any(|text| text == "1")
    {
        return Some(Finding::new(
            Code::TimeoutTooShort,
            format!(
                "A client that says something every {} s was to stay, and one that says nothing for {seconds} s, too. They heard {} \
                 and {}.",
                (IDLE * 2 / 3).as_secs(),
                shown(active),
                shown(quiet)
            ),
            "`timeout(IDLE, codec.read_frame(…))` around each frame, and not around the whole conversation.",
        ));
    }
    (quiet.end == Some(End::Silent)).then(|| {
        Finding::new(
            Code::NoTimeout,
            format!(
                "A client sent half a frame, and then nothing for more than twice {seconds} s. It was still in the room."
            ),
            "`timeout(IDLE, codec.read_frame(…)).await`, and an `Err` of it ends the connection.",
        )
    })
}
