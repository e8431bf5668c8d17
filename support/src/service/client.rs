//! Whoever calls a room: it speaks, hears, and sends what it wants, whole or in parts.

use super::{LIMIT, Stream, framed};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

/// A client of a chat room.
#[derive(Debug)]
pub struct Client {
    stream: Stream,
    frames: Frames,
    /// How long what it sends is under way.
    way: Duration,
}

impl Client {
    pub(super) fn new(stream: Stream, way: Duration) -> Self {
        let frames = Frames::with_limit(true);
        Client {
            stream,
            frames,
            way,
        }
    }

    /// Calls a room over TCP.
    ///
    /// # Errors
    ///
    /// Where nobody listens.
    pub async fn connect(address: SocketAddr) -> io::Result<Self> {
        Ok(Client::new(Stream::tcp(address).await?, Duration::ZERO))
    }

    /// Sends a frame with this text.
    ///
    /// # Errors
    ///
    /// Where the service does not read any more.
    pub async fn say(&mut self, text: &str) -> io::Result<()> {
        self.send_bytes(&framed(text.as_bytes())).await
    }

    /// Sends these bytes, whatever they are: half a frame, or two.
    ///
    /// # Errors
    ///
    /// Where the service does not read any more.
    pub async fn send_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        if !self.way.is_zero() {
            tokio::time::sleep(self.way).await;
        }
        Ok(())
    }

    /// The text of the next frame that comes, or nothing where the service has ended the connection. Under a time-out that
    /// passes, nothing is lost: the next call goes on.
    ///
    /// # Errors
    ///
    /// Where the connection breaks inside a frame.
    pub async fn hear(&mut self) -> io::Result<Option<String>> {
        let frame = self.frames.next(&mut self.stream).await?;
        Ok(frame.map(|frame| String::from_utf8_lossy(&frame).into_owned()))
    }

    /// Says that it will send nothing more. It can still hear.
    ///
    /// # Errors
    ///
    /// Where the connection is broken already.
    pub async fn finish(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }
}

/// Takes bytes as they come, and keeps what is not a whole frame yet: it may be dropped at any `.await`.
#[derive(Debug)]
pub(super) struct Frames {
    bytes: Vec<u8>,
    limited: bool,
}

impl Frames {
    /// Frames as the rules allow them, or of any length.
    pub(super) fn with_limit(limited: bool) -> Self {
        let bytes = Vec::new();
        Frames { bytes, limited }
    }

    pub(super) async fn next(
        &mut self,
        reader: &mut (impl AsyncRead + Unpin + Send),
    ) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(frame) = self.take()? {
                return Ok(Some(frame));
            }
            if reader.read_buf(&mut self.bytes).await? == 0 {
                return match self.bytes.is_empty() {
                    true => Ok(None),
                    false => Err(io::ErrorKind::UnexpectedEof.into()),
                };
            }
        }
    }

    /// Forgets what is there of a frame.
    pub(super) fn forget(&mut self) {
        self.bytes.clear();
    }

    fn take(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(header) = self.bytes.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*header) as usize;
        if length > LIMIT && self.limited {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if self.bytes.len() < 4 + length {
            return Ok(None);
        }
        let rest = self.bytes.split_off(4 + length);
        let frame = std::mem::replace(&mut self.bytes, rest);
        Ok(Some(frame[4..].to_vec()))
    }
}
