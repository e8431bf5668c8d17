//! Exercise 9: a service that ends well.
//!
//! Judged are three things, each by itself. The *codec* is given the same bytes in every way in which they can come. The
//! *service* is called by clients that half-close, are slow, flood and vanish, over streams in memory and on a paused
//! clock, so that no verdict depends on a socket's timing. The learner's *test* is run against right services, prompt
//! and slow ones, and against eight broken ones: it must let the right ones pass and none of the others.

mod frames;
mod judge;
mod stories;
mod trial;

use super::ask::{ServeRoom, TestRoom};
use super::report::Report;
use super::words::{figure, marks};
use crate::service::{Codec, Listener, Room};
use crate::timeline::{Lane, Outcome};
use judge::judge;
use std::time::Duration;
use stories::Stories;
use tokio_util::sync::CancellationToken;

const EXERCISE: &str = "9_service";

/// What a reader finds at the end of what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The end, between two frames.
    Closed,
    /// An error.
    Failed,
    /// Nothing, and nothing more in all the time that one would wait.
    Silent,
    /// Frames without an end.
    Endless,
}

/// Judges the learner's codec, service and test.
///
/// # Examples
///
/// ```
/// use std::io;
/// use support::check;
/// use support::service::{Codec, Listener, Room};
/// use support::tokio_util::sync::CancellationToken;
/// use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
///
/// #[derive(Clone, Default)]
/// struct Lengths {}
///
/// impl Codec for Lengths {
///     async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
///         let mut bytes = [0; 1024];
///         let read = reader.read(&mut bytes).await?;
///         Ok((read > 4).then(|| bytes[4..read].to_vec()))
///     }
///
///     async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
///         writer.write_all(&(frame.len() as u32).to_be_bytes()).await?;
///         writer.write_all(frame).await
///     }
/// }
///
/// async fn serve(_listener: Listener, _stop: CancellationToken) -> io::Result<()> {
///     todo!("a task for each client")
/// }
///
/// async fn test(_room: Room) {
///     todo!("say what must be heard")
/// }
///
/// let report = check::service(Lengths::default(), serve, test);
/// assert_eq!(report.findings()[0].code.name(), "assumes-one-read");
/// ```
pub fn service<Served: ServeRoom, Tested: TestRoom>(
    codec: impl Codec + Sync,
    serve: impl Fn(Listener, CancellationToken) -> Served + Clone + Send + 'static,
    test: impl Fn(Room) -> Tested + Clone + Send + 'static,
) -> Report {
    let frames = frames::look(&codec);
    // A service stands on its codec: where that is wrong, it says nothing of its own.
    let good = judge::frames::judge(&frames).is_empty();
    let stories = stories::told(serve, good);
    let trial = trial::tried(test);
    let lanes = lanes(&stories);
    let title = "A client that reads late beside one that reads at once, on a clock that only waiting moves";
    let findings = judge(&frames, &stories, &trial);
    Report::new(
        EXERCISE,
        findings,
        explanation(&stories),
        figure(title, lanes),
    )
    .noted()
}

/// When two clients of the learner's service heard something: one that waits for it, and one that reads late.
fn lanes(stories: &Stories) -> Vec<Lane> {
    let Some(slow) = stories.slow() else {
        return vec![];
    };
    let names = ["reads at once", "reads late"];
    let told = names.iter().zip(&slow.heard);
    told.map(|(name, heard)| {
        // A few of many, or nothing could be told apart.
        let times: Vec<Duration> = heard.times.iter().copied().step_by(4).collect();
        marks(*name, times, Outcome::Finished)
    })
    .collect()
}

fn explanation(stories: &Stories) -> String {
    let lost = stories.slow().map_or(0, |slow| {
        let late = slow.heard.get(1);
        late.map_or(0, |heard| judge::room::account(&heard.texts).1)
    });
    format!(
        "Frames came whole however they were cut; a client that read late missed {lost} messages, and was told so, while the \
         others went on; whoever had finished sending still heard the rest; and when the service was stopped, what it had \
         taken it delivered, and waited for nobody for ever. Your test let the right services pass, and none of the eight \
         broken ones. In Python: `readexactly`, one task for each client, `Queue(maxsize)`, `asyncio.timeout`, `TaskGroup`."
    )
}
