//! How a room over TCP bears many clients that all want something at once.

use super::{Client, WELCOME};
use futures::future::try_join_all;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What clients saw of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    elapsed: Duration,
    /// How long each answer took, by rising time.
    answers: Vec<Duration>,
}

/// Has so many clients each say something so many times, over TCP, and wait each time until they hear it themselves.
///
/// As everybody hears everybody, a service with ten clients delivers ten messages for each that it reads. A client that is told
/// that it has missed some says its own again, and its time goes on: what a service leaves out is no faster for it.
///
/// # Errors
///
/// Where a connection fails, or the service ends it.
pub async fn load(address: SocketAddr, clients: usize, times: usize) -> io::Result<Load> {
    let arrive = async || {
        let mut client = Client::connect(address).await?;
        match client.hear().await?.as_deref() {
            Some(WELCOME) => Ok(client),
            other => Err(io::Error::other(format!("not welcome, but {other:?}"))),
        }
    };
    let clients = try_join_all((0..clients).map(|_| arrive())).await?;
    let started = Instant::now();
    let speak = clients
        .into_iter()
        .enumerate()
        .map(|(number, client)| tokio::spawn(speaks(client, number, times)));
    let mut answers = Vec::new();
    for spoken in futures::future::join_all(speak).await {
        answers.extend(spoken.map_err(io::Error::other)??);
    }
    let elapsed = started.elapsed();
    answers.sort_unstable();
    Ok(Load { elapsed, answers })
}

async fn speaks(mut client: Client, number: usize, times: usize) -> io::Result<Vec<Duration>> {
    let mut answers = Vec::with_capacity(times);
    for turn in 0..times {
        let text = format!("client {number}, message {turn}");
        let asked = Instant::now();
        client.say(&text).await?;
        loop {
            match client.hear().await? {
                Some(heard) if heard == text => break,
                Some(heard) if heard.starts_with("missed ") => client.say(&text).await?,
                Some(_) => {}
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        answers.push(asked.elapsed());
    }
    Ok(answers)
}

impl Load {
    /// Answers in a second, of all clients together.
    pub fn per_second(&self) -> f64 {
        self.answers.len() as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The time within which this part of the answers came: 0.5 is the median, 0.99 the tail.
    ///
    /// # Examples
    ///
    /// ```
    /// use support::service::{self, Room};
    /// # use support::service::Listener;
    /// # use support::tokio_util::sync::CancellationToken;
    /// # async fn serve(mut listener: Listener, _: CancellationToken) -> std::io::Result<()> {
    /// #     use tokio::io::AsyncWriteExt;
    /// #     let mut stream = listener.accept().await?;
    /// #     stream.write_all(&service::frame("welcome")).await?;
    /// #     let (mut reader, mut writer) = tokio::io::split(stream);
    /// #     tokio::io::copy(&mut reader, &mut writer).await?;
    /// #     Ok(())
    /// # }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let room = Room::open_tcp(serve).await?;
    /// let load = service::load(room.address()?, 1, 100).await?;
    /// assert!(load.within(0.5) <= load.within(0.99));
    /// # Ok(())
    /// # }
    /// ```
    pub fn within(&self, part: f64) -> Duration {
        let last = self.answers.len().saturating_sub(1);
        let place = (part * last as f64).round() as usize;
        self.answers
            .get(place.min(last))
            .copied()
            .unwrap_or_default()
    }
}
