//! How clients come to a service: over TCP, or in memory.

use super::HOLDS;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A connection: bytes in both directions.
#[derive(Debug)]
pub struct Stream(Road);

#[derive(Debug)]
enum Road {
    Tcp(TcpStream),
    Memory(DuplexStream),
}

/// Where clients come in.
#[derive(Debug)]
pub struct Listener(Door);

#[derive(Debug)]
enum Door {
    Tcp(TcpListener),
    Memory(mpsc::Receiver<Stream>),
}

/// What calls a service in memory.
#[derive(Debug, Clone)]
pub struct Dialer(mpsc::Sender<Stream>);

/// A listener in memory, and what calls it. As with TCP, some clients may come before they are accepted.
///
/// # Examples
///
/// ```
/// use support::service::memory;
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let (mut listener, dialer) = memory();
/// let mut client = dialer.connect().await?;
/// client.write_all(b"hello").await?;
/// let mut bytes = [0; 5];
/// listener.accept().await?.read_exact(&mut bytes).await?;
/// assert_eq!(&bytes, b"hello");
/// # Ok(())
/// # }
/// ```
pub fn memory() -> (Listener, Dialer) {
    let (sender, receiver) = mpsc::channel(128);
    (Listener(Door::Memory(receiver)), Dialer(sender))
}

impl Listener {
    /// Listens on a free port of this machine.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub async fn tcp() -> io::Result<Self> {
        Ok(Listener(Door::Tcp(TcpListener::bind("127.0.0.1:0").await?)))
    }

    /// The address that clients connect to.
    ///
    /// # Errors
    ///
    /// In memory there is none.
    pub fn address(&self) -> io::Result<SocketAddr> {
        match &self.0 {
            Door::Tcp(listener) => listener.local_addr(),
            Door::Memory(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The next client. Whoever stops awaiting this loses none.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub async fn accept(&mut self) -> io::Result<Stream> {
        match &mut self.0 {
            Door::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Frames are small, and somebody waits for each.
                stream.set_nodelay(true)?;
                Ok(Stream(Road::Tcp(stream)))
            }
            Door::Memory(receiver) => match receiver.recv().await {
                Some(stream) => Ok(stream),
                // Nobody can call any more: as with TCP, that ends no listener.
                None => std::future::pending().await,
            },
        }
    }
}

impl Dialer {
    /// Calls the service.
    ///
    /// # Errors
    ///
    /// Where nobody listens any more.
    pub async fn connect(&self) -> io::Result<Stream> {
        let (ours, theirs) = tokio::io::duplex(HOLDS);
        let theirs = Stream(Road::Memory(theirs));
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        self.0.send(theirs).await.map_err(|_| refused())?;
        Ok(Stream(Road::Memory(ours)))
    }
}

impl Stream {
    /// Calls a service over TCP.
    ///
    /// # Errors
    ///
    /// Where nobody listens.
    pub async fn tcp(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Stream(Road::Tcp(stream)))
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.get_mut().0 {
            Road::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Road::Memory(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().0 {
            Road::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            Road::Memory(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().0 {
            Road::Tcp(stream) => Pin::new(stream).poll_flush(context),
            Road::Memory(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().0 {
            Road::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Road::Memory(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
