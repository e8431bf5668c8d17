//! Calls `next_line` until its input ends, and drops it on the way.

use super::MOST_CUTS;
use super::cut::{Cut, Knife};
use crate::check::observe::steadily;
use crate::check::run::{Clock, Ended, Run, run};
use crate::desk::Input;
use std::io;
use std::time::Duration;
use tokio::time::Instant;

/// What the input holds: two lines in a piece, a line in two pieces, a letter in two, also behind the end of a line, a space at
/// an end, an empty line, no end of the last line.
pub(super) const PIECES: [&[u8]; 9] = [
    b"al",
    b"pha \nbe",
    b"ta\ngamma\n",
    b"caf\xc3",
    b"\xa9\n\nd\xc3",
    b"\xa9lta\nep",
    b"si",
    b"lon",
    b"!",
];

pub(super) const LINES: [&str; 7] = ["alpha ", "beta", "gamma", "café", "", "délta", "epsilon!"];

/// The lines that are whole as soon as the line before them is.
pub(super) const BEHIND: [usize; 2] = [2, 4];

/// What the error says, in the run that has one.
pub(super) const TORN: &str = "the cable was cut";

const STEP: Duration = Duration::from_millis(10);

/// Longer than somebody waits who takes silence for the end.
const REST: Duration = Duration::from_secs(100);

/// More calls than there are lines and waits: whoever never says that the input has ended is stopped.
const CALLS: usize = 60;

/// What some calls returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) cut: Cut,
    /// How often it was dropped.
    pub(super) cuts: usize,
    pub(super) lines: Vec<String>,
    /// When it returned each of them.
    pub(super) times: Vec<Duration>,
    /// Whether it said in the end that there is nothing more, or which error it returned.
    pub(super) ended: bool,
    pub(super) error: Option<String>,
    /// How the input was to end in an error, if so.
    pub(super) fails: Option<io::ErrorKind>,
    /// What was in `begun` in the end.
    pub(super) begun: Vec<u8>,
}

/// Nowhere, then at each wait in turn.
pub(super) fn cuts() -> impl Iterator<Item = Cut> {
    (0..MOST_CUTS).map(Cut::At)
}

pub(super) fn was_cut(run: &Run<Read>) -> bool {
    matches!(&run.ended, Ended::Returned(read) if read.cuts > 0 && matches!(read.cut, Cut::At(_)))
}

/// Whether it was to be dropped, and had ended before.
pub(super) fn ended_before(run: &Run<Read>) -> bool {
    matches!(&run.ended, Ended::Returned(read) if read.cuts == 0 && read.cut != Cut::At(0))
}

pub(super) fn read(
    next_line: &(impl AsyncFn(&mut Input) -> io::Result<Option<String>> + Clone + Send + 'static),
    cut: Cut,
) -> Run<Read> {
    let once = || {
        let next_line = next_line.clone();
        run("next_line", &Clock::Waits, move || async move {
            let mut input = Input::every(STEP, PIECES);
            calls(&next_line, &mut input, cut, None).await
        })
    };
    let mut seen = once();
    if cut == Cut::At(0) && matches!(seen.ended, Ended::Returned(_)) {
        steadily(&mut seen.longest, || once().longest);
    }
    seen
}

/// How sources fail: in any way, and in those that somebody may take for an end.
pub(super) const FAILURES: [io::ErrorKind; 6] = [
    io::ErrorKind::Other,
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::ConnectionReset,
    io::ErrorKind::ConnectionAborted,
    io::ErrorKind::BrokenPipe,
    io::ErrorKind::TimedOut,
];

/// The lines of an input that says nothing for a long time in the middle of one.
pub(super) const RESTING: [&str; 2] = ["alpha", "beta"];

/// What comes of that input, without a cut.
pub(super) fn rest(
    next_line: &(impl AsyncFn(&mut Input) -> io::Result<Option<String>> + Clone + Send + 'static),
) -> Run<Read> {
    let next_line = next_line.clone();
    run("next_line", &Clock::Waits, move || async move {
        let mut input = Input::every(REST, ["al", "pha\nbe", "ta"]);
        calls(&next_line, &mut input, Cut::At(0), None).await
    })
}

/// The same with an input that ends in an error.
pub(super) fn fail(
    next_line: &(impl AsyncFn(&mut Input) -> io::Result<Option<String>> + Clone + Send + 'static),
    kind: io::ErrorKind,
) -> Run<Read> {
    let next_line = next_line.clone();
    run("next_line", &Clock::Waits, move || async move {
        let mut input = Input::every(STEP, ["al", "pha\nbe"]).fails_with(kind, TORN);
        calls(&next_line, &mut input, Cut::At(0), Some(kind)).await
    })
}

async fn calls(
    next_line: &impl AsyncFn(&mut Input) -> io::Result<Option<String>>,
    input: &mut Input,
    cut: Cut,
    fails: Option<io::ErrorKind>,
) -> Read {
    let mut knife = Knife::new(cut);
    let began = Instant::now();
    let mut read = Read {
        cut,
        cuts: 0,
        lines: vec![],
        times: vec![],
        ended: false,
        error: None,
        fails,
        begun: vec![],
    };
    for _ in 0..CALLS {
        match knife.run(next_line(input)).await {
            // It was dropped: time goes on, as in a loop that does something else, and then it is called again.
            None => tokio::time::sleep(STEP).await,
            Some(Ok(Some(line))) => {
                read.lines.push(line);
                read.times.push(began.elapsed());
            }
            Some(Ok(None)) => {
                read.ended = true;
                break;
            }
            Some(Err(error)) => {
                read.error = Some(error.to_string());
                break;
            }
        }
    }
    read.cuts = knife.cuts;
    read.begun.clone_from(&input.begun);
    read
}
