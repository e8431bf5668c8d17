//! What clients lived through with the learner's service, each time in a room of its own.
//!
//! A story only tells: it goes on where it can, and whoever judges it knows what should have been heard.

use super::End;
use crate::check::ask::ServeRoom;
use crate::check::observe::observe;
use crate::check::run::Run;
use crate::service::{Client, GRACE, IDLE, LIMIT, Listener, Room, frame};
use std::panic::resume_unwind;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How long a client waits for something that should come at once: longer than a service waits for those who do not read.
const PATIENCE: Duration = GRACE.saturating_mul(2);

/// For how long nothing comes where nothing waits any more.
pub(super) const REST: Duration = Duration::from_millis(500);

/// How many messages the slow client does not read, and how many wait for somebody when the service is stopped.
pub(super) const FLOOD: usize = 60;
pub(super) const WAITING: usize = 12;

/// How many messages wait for a client that then breaks the rules: more than its stream holds.
pub(super) const BEFORE: usize = 8;

/// What one client heard, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) texts: Vec<String>,
    pub(super) times: Vec<Duration>,
    pub(super) end: Option<End>,
}

/// What became of one room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Told {
    pub(super) heard: Vec<Heard>,
    /// How the service ended although nobody had stopped it.
    pub(super) early: Option<String>,
    /// Whether it ended, without an error, soon after it was stopped; nothing where it was not stopped.
    pub(super) ended: Option<Result<(), String>>,
}

/// The plots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plot {
    Echo,
    Two,
    Halves,
    Slow,
    Lagged,
    HalfClose,
    Bad,
    Idle,
    Stop,
    Deaf,
}

impl Plot {
    /// How often it is lived through: more than once where a `select!` of the service's that begins at a random branch makes a
    /// mistake every other time.
    fn times(self) -> usize {
        if self == Plot::Lagged { 8 } else { 1 }
    }
}

const PLOTS: [Plot; 10] = [
    Plot::Echo,
    Plot::Two,
    Plot::Halves,
    Plot::Slow,
    Plot::Lagged,
    Plot::HalfClose,
    Plot::Bad,
    Plot::Idle,
    Plot::Stop,
    Plot::Deaf,
];

/// All that was seen of a service.
#[derive(Debug)]
pub(super) struct Stories {
    pub(super) told: Vec<(Plot, Run<Told>)>,
    /// Whether the codec below it is right.
    pub(super) good_codec: bool,
}

impl Stories {
    /// Each telling of a plot.
    pub(super) fn of(&self, plot: Plot) -> impl Iterator<Item = &Told> {
        let runs = self.told.iter().filter(move |(its, _)| *its == plot);
        runs.filter_map(|(_, run)| match &run.ended {
            crate::check::run::Ended::Returned(told) => Some(told),
            _ => None,
        })
    }

    pub(super) fn slow(&self) -> Option<&Told> {
        self.of(Plot::Slow).next()
    }
}

/// Lives through all of them; through the first alone where the codec is wrong, or where the first did not come to an end.
pub(super) fn told<S: ServeRoom>(
    serve: impl Fn(Listener, CancellationToken) -> S + Clone + Send + 'static,
    good_codec: bool,
) -> Stories {
    let mut stories = Stories {
        told: vec![],
        good_codec,
    };
    for plot in PLOTS.into_iter().flat_map(|plot| vec![plot; plot.times()]) {
        let serve = serve.clone();
        let run = observe("serve", move || lived(plot, Room::open(serve.clone())));
        let goes_on = matches!(run.ended, crate::check::run::Ended::Returned(_));
        stories.told.push((plot, run));
        if !goes_on || !good_codec {
            break;
        }
    }
    stories
}

async fn lived(plot: Plot, mut room: Room) -> Told {
    let stopped = matches!(plot, Plot::Stop | Plot::Deaf);
    let heard = match plot {
        Plot::Echo => echo(&room).await,
        Plot::Two => two(&room).await,
        Plot::Halves => halves(&room).await,
        Plot::Slow => slow(&room).await,
        Plot::Lagged => lagged(&room).await,
        Plot::HalfClose => half_close(&room).await,
        Plot::Bad => bad(&room).await,
        Plot::Idle => idle(&room).await,
        Plot::Stop => stop(&room).await,
        Plot::Deaf => deaf(&room).await,
    };
    let mut told = Told {
        heard: heard.unwrap_or_default(),
        ..Told::default()
    };
    let outcome = match stopped || room.has_ended() {
        true => timeout(PATIENCE, room.outcome()).await,
        false => return told,
    };
    let outcome = match outcome {
        Ok(Ok(result)) => result.map_err(|error| error.to_string()),
        // The verdict tells what it said.
        Ok(Err(error)) if error.is_panic() => resume_unwind(error.into_panic()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("it did not end".to_owned()),
    };
    match stopped {
        true => told.ended = Some(outcome),
        false => told.early = Some(outcome.map_or_else(|error| error, |()| "`Ok(())`".to_owned())),
    }
    told
}

/// A client that notes what it hears, and goes on whatever happens.
struct Caller {
    client: Client,
    since: Instant,
    heard: Heard,
}

impl Caller {
    /// Comes, and waits for its welcome; nothing where nobody listens any more.
    async fn comes(room: &Room) -> Option<Self> {
        let client = room.connect().await.ok()?;
        let heard = Heard {
            texts: vec![],
            times: vec![],
            end: None,
        };
        let since = Instant::now();
        let mut caller = Caller {
            client,
            since,
            heard,
        };
        caller.hears().await;
        Some(caller)
    }

    /// Hears one thing more; says whether there was one.
    async fn hears(&mut self) -> bool {
        self.hears_within(PATIENCE).await
    }

    async fn hears_within(&mut self, time: Duration) -> bool {
        let end = match timeout(time, self.client.hear()).await {
            Ok(Ok(Some(text))) => {
                self.heard.texts.push(text);
                self.heard.times.push(self.since.elapsed());
                return true;
            }
            Ok(Ok(None)) => End::Closed,
            Ok(Err(_)) => End::Failed,
            Err(_) => End::Silent,
        };
        self.heard.end = Some(end);
        false
    }

    /// Hears all that there is.
    async fn hears_all(&mut self) {
        while self.heard.texts.len() < 4 * FLOOD && self.hears().await {}
    }

    /// Sends these bytes, if the service takes them.
    async fn sends(&mut self, bytes: &[u8]) {
        let _ = timeout(PATIENCE, self.client.send_bytes(bytes)).await;
    }

    async fn says(&mut self, text: &str) {
        self.sends(&frame(text)).await;
    }

    /// Says so many things, and waits each time until it hears it.
    async fn says_many(&mut self, count: usize) {
        for number in 1..=count {
            self.says(&message(number)).await;
            if !self.hears().await {
                break;
            }
        }
    }
}

/// The texts of the messages that are counted.
pub(super) fn message(number: usize) -> String {
    format!("message {number}")
}

async fn echo(room: &Room) -> Option<Vec<Heard>> {
    let mut one = Caller::comes(room).await?;
    for text in ["one", "", "three"] {
        one.says(text).await;
        one.hears().await;
    }
    for byte in frame("in pieces") {
        one.sends(&[byte]).await;
    }
    one.hears().await;
    Some(vec![one.heard])
}

async fn two(room: &Room) -> Option<Vec<Heard>> {
    let mut one = Caller::comes(room).await?;
    let Some(mut two) = Caller::comes(room).await else {
        return Some(vec![one.heard]);
    };
    one.says("hello").await;
    one.hears().await;
    two.hears().await;
    Some(vec![one.heard, two.heard])
}

async fn halves(room: &Room) -> Option<Vec<Heard>> {
    let (mut one, mut two) = (Caller::comes(room).await?, Caller::comes(room).await?);
    let bytes = frame("in two halves");
    one.sends(&bytes[..9]).await;
    two.says("meanwhile").await;
    one.hears().await;
    two.hears().await;
    one.sends(&bytes[9..]).await;
    one.hears().await;
    two.hears().await;
    // The length is cut, too, and the rest of it takes its time.
    let bytes = frame("cut in its length");
    one.sends(&bytes[..2]).await;
    sleep(Duration::from_secs(2)).await;
    one.sends(&bytes[2..]).await;
    one.hears().await;
    two.hears().await;
    Some(vec![one.heard, two.heard])
}

async fn slow(room: &Room) -> Option<Vec<Heard>> {
    let (mut one, mut two) = (Caller::comes(room).await?, Caller::comes(room).await?);
    one.says_many(FLOOD).await;
    // Until nothing comes any more. What it is told only after the next message, it was told late.
    while two.heard.texts.len() < FLOOD * 2 && two.hears_within(REST).await {
        sleep(Duration::from_millis(2)).await;
    }
    one.says("at last").await;
    one.hears().await;
    while two.heard.texts.last().is_some_and(|text| text != "at last") && two.hears().await {}
    Some(vec![one.heard, two.heard])
}

/// One client does not read while many messages come, says that it has finished, and then reads.
async fn lagged(room: &Room) -> Option<Vec<Heard>> {
    let (mut one, mut two) = (Caller::comes(room).await?, Caller::comes(room).await?);
    one.says_many(FLOOD).await;
    let _ = two.client.finish().await;
    sleep(Duration::from_millis(5)).await;
    two.hears_all().await;
    Some(vec![one.heard, two.heard])
}

async fn half_close(room: &Room) -> Option<Vec<Heard>> {
    let (mut stays, mut one) = (Caller::comes(room).await?, Caller::comes(room).await?);
    // More than its stream holds, so that some of it waits.
    for number in 1..=6 {
        one.says(&message(number)).await;
    }
    let _ = one.client.finish().await;
    sleep(Duration::from_millis(5)).await;
    one.hears_all().await;
    stays.hears_all().await;
    Some(vec![one.heard, stays.heard])
}

async fn bad(room: &Room) -> Option<Vec<Heard>> {
    let (mut good, mut long) = (Caller::comes(room).await?, Caller::comes(room).await?);
    // What waits for the one that will be let go.
    good.says_many(BEFORE).await;
    let length = u32::try_from(LIMIT + 1).unwrap_or(u32::MAX);
    long.sends(&length.to_be_bytes()).await;
    long.hears_all().await;
    if let Some(mut vanishes) = Caller::comes(room).await {
        vanishes.sends(&frame("half of it")[..9]).await;
    }
    drop(Caller::comes(room).await);
    // Gone before it was welcomed.
    drop(room.connect().await);
    sleep(Duration::from_millis(5)).await;
    good.says("fine").await;
    good.hears().await;
    // Whatever else it hears was no frame.
    good.hears_all().await;
    Some(vec![good.heard, long.heard])
}

async fn idle(room: &Room) -> Option<Vec<Heard>> {
    let (mut quiet, mut active) = (Caller::comes(room).await?, Caller::comes(room).await?);
    quiet.sends(&frame("half of it")[..9]).await;
    for number in 1..=4 {
        sleep(IDLE * 2 / 3).await;
        active.says(&number.to_string()).await;
        active.hears().await;
    }
    quiet.hears_all().await;
    Some(vec![active.heard, quiet.heard])
}

/// What one says some time after the stop.
pub(super) const TOO_LATE: &str = "too late";

async fn stop(room: &Room) -> Option<Vec<Heard>> {
    let (mut one, mut two) = (Caller::comes(room).await?, Caller::comes(room).await?);
    one.says_many(WAITING).await;
    room.stop();
    sleep(GRACE / 4).await;
    one.says(TOO_LATE).await;
    // Whoever returns now leaves to its program's end what still waits.
    let left = two.heard.clone();
    let returned = room.has_ended().then_some(left);
    two.hears_all().await;
    one.hears_all().await;
    if !room.has_ended() {
        // They are still there: who goes would end what waits for them.
        one.heard.end = Some(End::Silent);
    }
    Some([one.heard, two.heard].into_iter().chain(returned).collect())
}

/// What one says who does not read.
pub(super) const FROM_BEHIND: &str = "from behind";

/// One client does not read at all, says something itself, and stays; two others do not read, either, and go one after the other.
async fn deaf(room: &Room) -> Option<Vec<Heard>> {
    let (mut one, mut two) = (Caller::comes(room).await?, Caller::comes(room).await?);
    let (three, four) = (Caller::comes(room).await?, Caller::comes(room).await?);
    one.says_many(WAITING).await;
    two.says(FROM_BEHIND).await;
    one.hears().await;
    room.stop();
    one.hears_all().await;
    // They live until now.
    let stopped = Instant::now();
    let mut go = vec![(GRACE * 6 / 5, four.client), (GRACE * 3 / 5, three.client)];
    while !room.has_ended() && stopped.elapsed() < PATIENCE {
        sleep(GRACE / 10).await;
        go.retain(|(at, _)| stopped.elapsed() < *at);
    }
    drop(two.client);
    let ended = if room.has_ended() {
        End::Closed
    } else {
        End::Silent
    };
    one.heard.end = Some(ended);
    Some(vec![one.heard])
}
