//! The pipes between the front and the process of the cells: what that writes, and the orders that it gets.
//!
//! Evcxr hands their other ends on to the process, and to the one after it (see `support::kernel`).

use super::output::{Output, Piece, Stream};
use anyhow::{Context, Result};
use rustix::io::{FdFlags, fcntl_setfd};
use std::io::{PipeWriter, Write, pipe};
use std::os::fd::{AsRawFd, OwnedFd};
use tokio::net::unix::pipe::Receiver;

/// How much is read at once.
const READ: usize = 1 << 16;

/// The front's side of the pipes.
#[derive(Debug)]
pub(super) struct Process {
    /// Written as it is: an order is a line, and the process reads each at once.
    orders: PipeWriter,
    stdout: Receiver,
    stderr: Receiver,
    output: Output,
    /// The number of the process that has taken its ends.
    number: Option<u32>,
    /// The ends of the process: those for orders, standard output, standard error.
    inherited: [OwnedFd; 3],
}

impl Process {
    pub(super) fn new() -> Result<Self> {
        let problem = "no pipes could be had for what cells write";
        let (orders, order) = pipe().context(problem)?;
        let (read_stdout, stdout) = pipe().context(problem)?;
        let (read_stderr, stderr) = pipe().context(problem)?;
        let inherited = [orders.into(), stdout.into(), stderr.into()];
        for end in &inherited {
            fcntl_setfd(end, FdFlags::empty()).context(problem)?;
        }
        Ok(Process {
            orders: order,
            stdout: Receiver::from_owned_fd(read_stdout.into()).context(problem)?,
            stderr: Receiver::from_owned_fd(read_stderr.into()).context(problem)?,
            output: Output::default(),
            number: None,
            inherited,
        })
    }

    /// The ends that the process inherits, as it is told of them.
    pub(super) fn inherited(&self) -> String {
        let numbers = self
            .inherited
            .each_ref()
            .map(|end| end.as_raw_fd().to_string());
        numbers.join(",")
    }

    /// The number of the process that follows orders.
    pub(super) fn number(&self) -> Option<u32> {
        self.number
    }

    /// Gives an order, if there is anybody to follow it.
    pub(super) fn order(&self, order: &str) {
        if let Some(number) = self.number
            && let Err(error) = (&self.orders).write_all(format!("{number} {order}").as_bytes())
        {
            eprintln!("the process of the cells does not listen: {error}");
        }
    }

    /// Waits until something has been written, and takes it.
    pub(super) async fn read(&mut self) -> Vec<Piece> {
        let stream = tokio::select! {
            _ = self.stdout.readable() => Stream::Stdout,
            _ = self.stderr.readable() => Stream::Stderr,
        };
        let mut buffer = [0; READ];
        // What was drained meanwhile is not there any more, and Tokio learns it here.
        let length = self.pipe(stream).try_read(&mut buffer).unwrap_or(0);
        self.pieces(stream, &buffer[..length])
    }

    /// All that has been written until now, and nothing of it is held.
    pub(super) fn drain(&mut self) -> Vec<Piece> {
        let mut pieces = self.drain_one(Stream::Stdout);
        pieces.extend(self.output.rest());
        pieces.extend(self.drain_errors());
        pieces
    }

    /// All that has been written to standard error until now.
    pub(super) fn drain_errors(&mut self) -> Vec<Piece> {
        self.drain_one(Stream::Stderr)
    }

    /// A pipe holds no more than is read by this, whatever somebody goes on writing into it.
    fn drain_one(&mut self, stream: Stream) -> Vec<Piece> {
        let reads = (0..2).map_while(|_| self.take(stream));
        reads.flatten().collect()
    }

    /// What is left when the cell has ended: the beginning of a character, or of a line that did not become one of ours.
    pub(super) fn end(&mut self) -> Vec<Piece> {
        let mut pieces = self.drain();
        pieces.extend(self.output.end());
        pieces
    }

    /// Whether a figure waits for another of its forms.
    pub(super) fn waits(&self) -> bool {
        self.output.has_rest()
    }

    fn pipe(&self, stream: Stream) -> &Receiver {
        match stream {
            Stream::Stdout => &self.stdout,
            Stream::Stderr => &self.stderr,
        }
    }

    /// What is there to be read, whether or not Tokio has heard of it yet.
    fn take(&mut self, stream: Stream) -> Option<Vec<Piece>> {
        let mut buffer = [0; READ];
        let length = rustix::io::read(self.pipe(stream), &mut buffer).ok()?;
        (length > 0).then(|| self.pieces(stream, &buffer[..length]))
    }

    fn pieces(&mut self, stream: Stream, bytes: &[u8]) -> Vec<Piece> {
        let pieces = self.output.read(stream, bytes);
        for piece in &pieces {
            if let Piece::Started(number) = piece {
                self.number = Some(*number);
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Duration, timeout};

    #[tokio::test]
    async fn what_is_written_arrives_and_orders_are_for_the_process_that_has_begun() {
        let mut process = Process::new().expect("pipes");
        let [mut orders, mut stdout, mut stderr] = process
            .inherited
            .each_ref()
            .map(|end| std::fs::File::from(end.try_clone().expect("an end")));
        process.order("run \n");
        stdout
            .write_all(b"EVCXR_LAB_STARTED 17\nhalf")
            .expect("written");
        stderr.write_all(b"wrong").expect("written");
        let mut pieces = Vec::new();
        while pieces.len() < 3 {
            let read = timeout(Duration::from_secs(10), process.read());
            pieces.extend(read.await.expect("it was written"));
        }
        pieces.sort_by_key(|piece| format!("{piece:?}"));
        assert_eq!(
            pieces,
            [
                Piece::Started(17),
                Piece::Text(Stream::Stderr, "wrong".to_owned()),
                Piece::Text(Stream::Stdout, "half".to_owned()),
            ]
        );
        process.order("cancel \n");
        let mut order = [0; 64];
        let length = std::io::Read::read(&mut orders, &mut order).expect("ordered");
        assert_eq!(&order[..length], b"17 cancel \n");
        stdout.write_all(b"EVC").expect("written");
        assert_eq!(process.drain(), []);
        assert_eq!(
            process.end(),
            [Piece::Text(Stream::Stdout, "EVC".to_owned())]
        );
    }
}
