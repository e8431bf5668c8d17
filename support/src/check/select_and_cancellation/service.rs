//! Runs `serve` with an input, a desk and a stop, each trial for one thing that may go wrong.

use super::Service;
use super::cut::{Cut, Knife, settle};
use crate::check::observe::steadily;
use crate::check::run::{Clock, Ended, Run, run};
use crate::desk::{Desk, Input};
use std::future::pending;
use std::io;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// One trial. Times are in milliseconds.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) name: &'static str,
    /// When the first piece comes, and how long after it the next.
    first: u64,
    step: u64,
    pub(super) pieces: &'static [&'static str],
    /// How often the pieces come again.
    rounds: usize,
    end: End,
    pub(super) stop: Option<u64>,
    /// How long reading a piece takes, as on a machine that has much to do.
    reading_takes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Closed,
    Open,
    Torn,
}

pub(super) const SILENT: &str = "whose input says nothing";
pub(super) const STEADY: &str = "whose input never rests";
pub(super) const SLOW: &str = "with a line that takes long";
pub(super) const ENDS: &str = "whose input ends";
pub(super) const STOPPED: &str = "which is stopped";
pub(super) const STUCK: &str = "with a line that never ends";
pub(super) const TORN: &str = "whose input fails";
pub(super) const FLOOD: &str = "which is stopped while lines are there at once";
pub(super) const BUSY: &str = "which always has a line to read";

/// Lines that take long, more of them than somebody lets in at a time who has set a bound.
const ROASTS: &str = "roast 450\nroast 450\nroast 450\nroast 450\nroast 450\nroast 450\nroast 450\nroast 450\n\
     roast 450\nroast 450\nroast 450\nroast 450\nroast 450\nroast 450\nroast 450\nroast 450\nroast 450\n";

/// What the error says.
pub(super) const WORDS: &str = super::lines::TORN;

const PLAIN: Trial = Trial {
    name: "",
    first: 0,
    step: 0,
    pieces: &[],
    rounds: 1,
    end: End::Closed,
    stop: None,
    reading_takes: 0,
};

/// In this order: where one goes wrong, what comes after it is not tried.
pub(super) static TRIALS: [Trial; 9] = [
    Trial {
        name: SILENT,
        end: End::Open,
        stop: Some(450),
        ..PLAIN
    },
    Trial {
        name: STEADY,
        first: 12,
        step: 35,
        pieces: &["te", "a\n", "sou", "p\nca", "ke", "\n"],
        rounds: 4,
        ..PLAIN
    },
    Trial {
        name: SLOW,
        first: 20,
        step: 45,
        pieces: &[ROASTS, "tea\n", "soup\n"],
        end: End::Open,
        stop: Some(550),
        ..PLAIN
    },
    Trial {
        name: ENDS,
        first: 40,
        step: 25,
        pieces: &["tea\n", "soup 200\n"],
        ..PLAIN
    },
    Trial {
        name: STOPPED,
        first: 20,
        step: 45,
        pieces: &[
            "tea 60\n",
            "soup 110\n",
            "cake 140\n",
            "fish 180\n",
            "rice 250\n",
            "late\n",
            "later\n",
        ],
        end: End::Open,
        stop: Some(223),
        ..PLAIN
    },
    Trial {
        name: STUCK,
        first: 30,
        step: 40,
        pieces: &["stuck\n", "tea 250\n", "soup 450\n"],
        end: End::Open,
        stop: Some(150),
        ..PLAIN
    },
    Trial {
        name: TORN,
        first: 30,
        step: 40,
        pieces: &["tea 160\n", "so"],
        end: End::Torn,
        ..PLAIN
    },
    Trial {
        name: FLOOD,
        // Each piece is a turn of its own: to take a hundred of them before the stop by chance does not happen.
        pieces: &["tea\n"],
        rounds: 100,
        end: End::Open,
        stop: Some(0),
        ..PLAIN
    },
    Trial {
        name: BUSY,
        pieces: &["tea\n"],
        rounds: 280,
        reading_takes: 4,
        ..PLAIN
    },
];

/// What is dropped at each of its waits. The stop makes it wait for what it has begun; what it leaves, the next call takes.
pub(super) static CUT: Trial = Trial {
    name: "dropped in the middle",
    first: 12,
    step: 35,
    pieces: &[
        "tea 60\nso",
        "up 90\n",
        "rice 50\nfi",
        "sh\nca",
        "ke 80\n",
        "ju",
        "ice\nbre",
        "ad",
    ],
    stop: Some(240),
    ..PLAIN
};

/// Longer than anything that is right takes.
const LIMIT: Duration = Duration::from_secs(4);

/// How the first call of `serve` ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    Returned(Result<(), String>),
    /// It was dropped, at the wait with this number.
    Cut(usize),
    Late,
}

/// What one trial left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Served {
    pub(super) call: Call,
    /// When it ended.
    pub(super) at: Duration,
    /// Tasks that were alive then, though everything had had a turn.
    pub(super) alive: usize,
    /// Whether somebody had cancelled the token, and nobody was to stop it.
    pub(super) cancelled: bool,
    /// How a second call with the same input ended, where there was one.
    pub(super) again: Option<Call>,
}

pub(super) fn was_cut(seen: &Service) -> bool {
    matches!(&seen.run.ended, Ended::Returned(served) if matches!(served.call, Call::Cut(_)))
}

/// When it returned.
pub(super) fn returned(seen: &Service) -> Option<Duration> {
    match &seen.run.ended {
        Ended::Returned(served) if served.call != Call::Late => Some(served.at),
        _ => None,
    }
}

impl Trial {
    pub(super) fn input(&self) -> Input {
        let pieces = (0..self.rounds).flat_map(|_| self.pieces.iter().copied());
        let ms = Duration::from_millis;
        let input = Input::at(ms(self.first), ms(self.step), pieces);
        let input = input.reading_takes(ms(self.reading_takes));
        match self.end {
            End::Closed => input,
            End::Open => input.stays_open(),
            End::Torn => input.fails(WORDS),
        }
    }

    /// Whether no time passes while it is read.
    pub(super) fn reading_is_free(&self) -> bool {
        self.reading_takes == 0
    }

    /// The lines that are in it, whole or at its end.
    pub(super) fn lines(&self) -> Vec<String> {
        let text: String = (0..self.rounds)
            .flat_map(|_| self.pieces.iter().copied())
            .collect();
        text.lines().map(str::to_owned).collect()
    }

    /// When its last piece comes, and after it the end.
    pub(super) fn ends(&self) -> Duration {
        let pieces = (self.pieces.len() * self.rounds) as u64;
        Duration::from_millis(self.first + self.step * pieces + self.reading_takes * pieces)
    }
}

/// Runs a trial; `cut` is the wait at which `serve` is dropped, zero for none.
pub(super) fn serve(
    serve: &(
         impl AsyncFn(&mut Input, Desk, CancellationToken) -> io::Result<()> + Clone + Send + 'static
     ),
    trial: &'static Trial,
    cut: usize,
) -> Service {
    let once = || {
        let desk = Desk::new();
        let (serve, at) = (serve.clone(), desk.clone());
        let run: Run<Served> = run("serve", &Clock::Waits, move || async move {
            at.begins();
            calls(&serve, &at, trial, cut).await
        });
        let log = desk.log();
        Service { trial, run, log }
    };
    let mut seen = once();
    if trial.name == STEADY && matches!(seen.run.ended, Ended::Returned(_)) {
        steadily(&mut seen.run.longest, || once().run.longest);
    }
    seen
}

async fn calls(
    serve: &impl AsyncFn(&mut Input, Desk, CancellationToken) -> io::Result<()>,
    desk: &Desk,
    trial: &Trial,
    cut: usize,
) -> Served {
    let mut input = trial.input();
    let begun = Instant::now();
    let mut knife = Knife::new(Cut::At(cut));
    let token = CancellationToken::new();
    let call = call(serve, &mut input, desk, (&token, trial.stop), &mut knife).await;
    let at = begun.elapsed();
    let cancelled = trial.stop.is_none() && token.is_cancelled();
    settle().await;
    let alive = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    let call = match call {
        Call::Cut(_) => Call::Cut(cut),
        call => call,
    };
    let again = cut > 0 && alive == 0 && call != Call::Late;
    let again = match again {
        true => {
            let mut nowhere = Knife::new(Cut::At(0));
            let token = CancellationToken::new();
            Some(self::call(serve, &mut input, desk, (&token, None), &mut nowhere).await)
        }
        false => None,
    };
    Served {
        call,
        at,
        alive,
        cancelled,
        again,
    }
}

/// One call, which is stopped at its moment.
async fn call(
    serve: &impl AsyncFn(&mut Input, Desk, CancellationToken) -> io::Result<()>,
    input: &mut Input,
    desk: &Desk,
    (token, stop): (&CancellationToken, Option<u64>),
    knife: &mut Knife,
) -> Call {
    if stop == Some(0) {
        token.cancel();
    }
    let stops = async {
        if let Some(stop) = stop {
            sleep(Duration::from_millis(stop)).await;
            token.cancel();
        }
        pending().await
    };
    let work = timeout(LIMIT, knife.run(serve(input, desk.clone(), token.clone())));
    tokio::select! {
        biased;
        outcome = work => match outcome {
            Ok(Some(result)) => Call::Returned(result.map_err(|error| error.to_string())),
            Ok(None) => Call::Cut(0),
            Err(_) => Call::Late,
        },
        () = stops => Call::Late,
    }
}
