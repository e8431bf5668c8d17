//! What exercise 9 is about: a chat room over frames, its rules, and those who call it.
//!
//! A service is given a [`Listener`], which is TCP or memory: in memory nothing depends on sockets, so a test can run on
//! a paused clock. A [`Room`] is a service that runs, with a [`Client`] for whoever calls it. [`load`](fn@load) measures
//! one over TCP. The rules of the room are the constants below. Beside a right service there are broken ones (`twins`),
//! for tests of tests.

mod client;
mod load;
mod road;
mod room;
mod twins;

use std::future::Future;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

pub use client::Client;
pub use load::{Load, load};
pub use road::{Dialer, Listener, Stream, memory};
pub use room::Room;
pub(crate) use twins::{Flaw, Manner, serve};

/// The most bytes of a frame, without the four of its length.
pub const LIMIT: usize = 256;

/// How many messages may wait for a client. A client that falls behind by more misses some, and is told how many.
pub const QUEUE: usize = 16;

/// How long a client may send nothing at all before it is let go.
pub const IDLE: Duration = Duration::from_secs(30);

/// How long a service that is stopped waits for clients that do not read.
pub const GRACE: Duration = Duration::from_secs(2);

/// How many bytes a stream in memory holds in each direction before whoever writes has to wait.
pub const HOLDS: usize = 64;

/// What a client is told first, once it is in the room.
pub const WELCOME: &str = "welcome";

/// Frames on a stream of bytes.
///
/// An implementation writes `async fn`. The trait itself says `-> impl Future<…> + Send`, which is the same and promises
/// that a task on another thread may await it.
///
/// # Examples
///
/// ```
/// use std::io;
/// use support::service::Codec;
/// use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
///
/// /// One byte is one frame.
/// #[derive(Clone, Default)]
/// struct Bytes {}
///
/// impl Codec for Bytes {
///     async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
///         let mut byte = [0];
///         Ok((reader.read(&mut byte).await? == 1).then(|| byte.to_vec()))
///     }
///
///     async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
///         writer.write_all(frame).await
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> io::Result<()> {
/// let mut bytes: &[u8] = b"ab";
/// assert_eq!(Bytes::default().read_frame(&mut bytes).await?, Some(b"a".to_vec()));
/// # Ok(())
/// # }
/// ```
pub trait Codec: Clone + Send + 'static {
    /// The next frame, or nothing where the bytes end between two frames.
    ///
    /// # Errors
    ///
    /// Where the stream fails or ends inside a frame, and where a frame is longer than allowed.
    fn read_frame(
        &mut self,
        reader: &mut (impl AsyncRead + Unpin + Send),
    ) -> impl Future<Output = io::Result<Option<Vec<u8>>>> + Send;

    /// Writes one frame.
    ///
    /// # Errors
    ///
    /// Where the stream fails.
    fn write_frame(
        &mut self,
        writer: &mut (impl AsyncWrite + Unpin + Send),
        frame: &[u8],
    ) -> impl Future<Output = io::Result<()>> + Send;
}

/// The bytes of a frame: its length in four bytes, the largest first, and the text.
///
/// # Examples
///
/// ```
/// assert_eq!(support::service::frame("hi"), [0, 0, 0, 2, b'h', b'i']);
/// ```
pub fn frame(text: &str) -> Vec<u8> {
    framed(text.as_bytes())
}

pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), payload].concat()
}

/// What a client is told in the place of so many messages.
///
/// # Examples
///
/// ```
/// assert_eq!(support::service::missed(3), "missed 3");
/// ```
pub fn missed(count: u64) -> String {
    format!("missed {count}")
}
