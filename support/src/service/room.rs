//! A service that runs, and whoever calls it.

use super::{Client, Dialer, Listener, memory};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;

/// How long what is sent in memory is under way. Whoever sends waits so long, so that the service has read it.
const WAY: Duration = Duration::from_millis(1);

/// A chat room that is open: a service that runs in a task of its own.
///
/// A room that is dropped aborts its service.
#[derive(Debug)]
pub struct Room {
    address: Address,
    stop: CancellationToken,
    service: JoinHandle<io::Result<()>>,
}

#[derive(Debug)]
enum Address {
    Tcp(SocketAddr),
    Memory(Dialer),
}

impl Room {
    /// Opens a room in memory, which `serve` serves.
    ///
    /// # Examples
    ///
    /// ```
    /// use support::service::{Listener, Room};
    /// use support::tokio_util::sync::CancellationToken;
    ///
    /// async fn serve(_listener: Listener, stop: CancellationToken) -> std::io::Result<()> {
    ///     stop.cancelled().await;
    ///     Ok(())
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let room = Room::open(serve);
    /// room.stop();
    /// room.ended().await
    /// # }
    /// ```
    pub fn open<S>(serve: impl FnOnce(Listener, CancellationToken) -> S) -> Self
    where
        S: Future<Output = io::Result<()>> + Send + 'static,
    {
        let (listener, dialer) = memory();
        Room::at(Address::Memory(dialer), listener, serve)
    }

    /// Opens a room on a free port of this machine.
    ///
    /// # Errors
    ///
    /// Where there is no free port.
    pub async fn open_tcp<S>(
        serve: impl FnOnce(Listener, CancellationToken) -> S,
    ) -> io::Result<Self>
    where
        S: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = Listener::tcp().await?;
        Ok(Room::at(Address::Tcp(listener.address()?), listener, serve))
    }

    fn at<S>(
        address: Address,
        listener: Listener,
        serve: impl FnOnce(Listener, CancellationToken) -> S,
    ) -> Self
    where
        S: Future<Output = io::Result<()>> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let service = tokio::spawn(serve(listener, stop.clone()));
        Room {
            address,
            stop,
            service,
        }
    }

    /// Connects one more client. It is in the room once it has heard the welcome.
    ///
    /// # Errors
    ///
    /// Where the service does not listen any more.
    pub async fn connect(&self) -> io::Result<Client> {
        match &self.address {
            Address::Tcp(address) => Client::connect(*address).await,
            Address::Memory(dialer) => Ok(Client::new(dialer.connect().await?, WAY)),
        }
    }

    /// The address of a room on TCP.
    ///
    /// # Errors
    ///
    /// A room in memory has none.
    pub fn address(&self) -> io::Result<SocketAddr> {
        match &self.address {
            Address::Tcp(address) => Ok(*address),
            Address::Memory(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Asks the service to stop, as Ctrl+C does in a program.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits for the end of the service.
    ///
    /// # Errors
    ///
    /// Those that the service returns; that it panicked is one, too.
    pub async fn ended(mut self) -> io::Result<()> {
        self.outcome()
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
    }

    /// Whether the service has returned, or panicked.
    pub(crate) fn has_ended(&self) -> bool {
        self.service.is_finished()
    }

    /// How the service ended. Asked once.
    pub(crate) async fn outcome(&mut self) -> Result<io::Result<()>, JoinError> {
        (&mut self.service).await
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.service.abort();
    }
}
