//! Bytes that come in pieces.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::task::Context;
use std::time::Duration;
use tokio::time::Instant;

/// A source of bytes, and what was read of a line that is not whole yet.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
/// use support::desk::Input;
///
/// let mut input = Input::every(Duration::from_millis(5), ["al", "pha\nbe"]);
/// while let Some(chunk) = input.source.chunk().await? {
///     input.begun.extend(chunk);
/// }
/// assert_eq!(input.begun, b"alpha\nbe");
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[derive(Debug)]
pub struct Input {
    /// Where bytes come from.
    pub source: Source,
    /// What was read, and belongs to no line that was returned.
    pub begun: Vec<u8>,
}

/// What comes after the last piece.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    Closed,
    Failed(io::ErrorKind, String),
    Open,
}

/// Bytes that come in pieces, each at its moment after the first call of [`Source::chunk`].
pub struct Source {
    pieces: VecDeque<(Duration, Vec<u8>)>,
    origin: Option<Instant>,
    ends_at: Duration,
    end: End,
    /// By how much the clock, which is paused, is moved for each piece.
    reading_takes: Duration,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({} pieces to come)", self.pieces.len())
    }
}

impl Input {
    /// A piece every `step`, and a step after the last one the end.
    pub fn every<P: Into<Vec<u8>>>(step: Duration, pieces: impl IntoIterator<Item = P>) -> Self {
        Input::at(step, step, pieces)
    }

    /// The first piece at this moment, then one every `step`.
    pub(crate) fn at<P: Into<Vec<u8>>>(
        first: Duration,
        step: Duration,
        pieces: impl IntoIterator<Item = P>,
    ) -> Self {
        let mut at = first;
        let pieces = pieces.into_iter().map(|piece| {
            let moment = at;
            at += step;
            (moment, piece.into())
        });
        let pieces = pieces.collect();
        Input {
            source: Source {
                pieces,
                origin: None,
                ends_at: at,
                end: End::Closed,
                reading_takes: Duration::ZERO,
            },
            begun: Vec::new(),
        }
    }

    /// The same, and no end: after the last piece, nothing comes any more.
    #[must_use]
    pub fn stays_open(mut self) -> Self {
        self.source.end = End::Open;
        self
    }

    /// The same, with an error in the place of the end.
    #[must_use]
    pub fn fails(self, words: impl Into<String>) -> Self {
        self.fails_with(io::ErrorKind::Other, words)
    }

    /// The same with an error of this kind.
    pub(crate) fn fails_with(mut self, kind: io::ErrorKind, words: impl Into<String>) -> Self {
        self.source.end = End::Failed(kind, words.into());
        self
    }

    /// The same on a clock that is paused, where reading a piece takes time.
    pub(crate) fn reading_takes(mut self, time: Duration) -> Self {
        self.source.reading_takes = time;
        self
    }
}

impl Source {
    /// How many pieces are still to come.
    #[cfg(test)]
    pub(crate) fn left(&self) -> usize {
        self.pieces.len()
    }

    /// The next piece, or `None` at the end. Cancellation safe: a future that is dropped has taken nothing.
    ///
    /// # Errors
    ///
    /// That of an input that [fails](Input::fails), once.
    pub async fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let origin = *self.origin.get_or_insert_with(Instant::now);
        let due = match self.pieces.front() {
            Some((at, _)) => *at,
            None if self.end == End::Open => std::future::pending().await,
            None => self.ends_at,
        };
        if origin.elapsed() < due {
            tokio::time::sleep_until(origin + due).await;
        } else {
            // As all of Tokio's sources do: whoever always finds something lets others run now and then.
            tokio::task::coop::consume_budget().await;
        }
        if !self.reading_takes.is_zero() {
            advance(self.reading_takes);
        }
        if let Some((_, bytes)) = self.pieces.pop_front() {
            return Ok(Some(bytes));
        }
        match std::mem::replace(&mut self.end, End::Closed) {
            End::Failed(kind, words) => Err(io::Error::new(kind, words)),
            End::Closed | End::Open => Ok(None),
        }
    }
}

/// Moves a paused clock, at once: the future that Tokio returns does so when it is polled first.
fn advance(by: Duration) {
    let mut nobody = Context::from_waker(std::task::Waker::noop());
    let _ = pin!(tokio::time::advance(by)).poll(&mut nobody);
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    const STEP: Duration = Duration::from_millis(10);

    #[tokio::test(start_paused = true)]
    async fn a_chunk_that_was_dropped_comes_again() {
        let mut input = Input::every(STEP, ["one", "two"]).fails("torn");
        let early = timeout(STEP / 2, input.source.chunk()).await;
        assert!(early.is_err());
        let mut chunk = async || {
            input
                .source
                .chunk()
                .await
                .map_err(|error| error.to_string())
        };
        assert_eq!(chunk().await, Ok(Some(b"one".to_vec())));
        assert_eq!(chunk().await, Ok(Some(b"two".to_vec())));
        assert_eq!(chunk().await, Err("torn".to_owned()));
        assert_eq!(chunk().await, Ok(None));
    }

    #[tokio::test(start_paused = true)]
    async fn an_open_input_has_no_end_and_reading_may_take_time() {
        let origin = Instant::now();
        let none = Duration::ZERO;
        let input = Input::at(none, none, ["one"]).stays_open();
        let mut input = input.reading_takes(STEP);
        assert!(
            input
                .source
                .chunk()
                .await
                .is_ok_and(|chunk| chunk.is_some())
        );
        assert_eq!(origin.elapsed(), STEP);
        assert!(timeout(STEP, input.source.chunk()).await.is_err());
    }
}
