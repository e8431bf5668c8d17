//! A right service, and eight that are broken, each in one way: what a learner's test is tried on.
//!
//! None of them uses chance: what a broken one does wrong it does each time, on a paused clock at the same moment.

use super::client::Frames;
use super::{GRACE, IDLE, Listener, QUEUE, Stream, WELCOME, framed, missed};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

/// How a service is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    AssumesOneRead,
    PartialFrameLost,
    NoLimit,
    OneClientAtATime,
    SlowClientStopsAll,
    LaggedIgnored,
    HalfCloseIgnored,
    DropsOnShutdown,
}

impl Flaw {
    pub(crate) const ALL: [Flaw; 8] = [
        Flaw::AssumesOneRead,
        Flaw::PartialFrameLost,
        Flaw::NoLimit,
        Flaw::OneClientAtATime,
        Flaw::SlowClientStopsAll,
        Flaw::LaggedIgnored,
        Flaw::HalfCloseIgnored,
        Flaw::DropsOnShutdown,
    ];
}

/// How a service goes about its work: its flaw, and how long it takes for what.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Manner {
    pub(crate) flaw: Option<Flaw>,
    /// From the call of a client to its welcome.
    pub(crate) welcomes: Duration,
    /// From the end of a frame until it counts, for the first, third, fifth client, and for the others.
    pub(crate) listens: [Duration; 2],
    /// For each message to each client.
    pub(crate) delivers: Duration,
    /// It takes the next message out of a client's queue while it writes the one before, so that there is room for one more.
    pub(crate) takes_ahead: bool,
}

/// The ways in which a right service may be slow. A test that passes on some of them is flaky.
const RIGHT: [(u64, [u64; 2], u64); 4] = [
    (0, [0, 0], 0),
    (300, [15, 0], 0),
    (0, [0, 0], 20),
    (0, [0, 15], 5),
];

impl Manner {
    pub(crate) fn right() -> [Manner; 5] {
        let [prompt, others @ ..] = RIGHT.map(|times| Manner::new(None, times));
        let [welcomes, delivers, listens] = others;
        let takes_ahead = Manner {
            takes_ahead: true,
            ..prompt
        };
        [prompt, welcomes, delivers, listens, takes_ahead]
    }

    pub(crate) fn broken(flaw: Flaw) -> Manner {
        Manner::new(Some(flaw), (0, [0, 0], 5))
    }

    fn new(flaw: Option<Flaw>, (welcomes, listens, delivers): (u64, [u64; 2], u64)) -> Manner {
        Manner {
            flaw,
            welcomes: Duration::from_millis(welcomes),
            listens: listens.map(Duration::from_millis),
            delivers: Duration::from_millis(delivers),
            takes_ahead: false,
        }
    }

    fn is(self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }
}

/// Serves until it is stopped.
pub(crate) async fn serve(
    mut listener: Listener,
    stop: CancellationToken,
    manner: Manner,
) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let mut clients = JoinSet::new();
    for number in 0_usize.. {
        let stream = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            stream = listener.accept() => stream?,
        };
        let client = Member {
            room: room.clone(),
            stop: stop.clone(),
            manner,
            listens: manner.listens[number % 2],
            silent: CancellationToken::new(),
            heard: Notify::new(),
        };
        if manner.is(Flaw::OneClientAtATime) {
            client.serve(stream).await;
        } else {
            clients.spawn(client.serve(stream));
        }
        while clients.try_join_next().is_some() {}
    }
    drop(listener);
    if manner.is(Flaw::DropsOnShutdown) {
        clients.abort_all();
    }
    // Whoever does not read in this time does not want to know.
    let _ = timeout(GRACE, async {
        while clients.join_next().await.is_some() {}
    })
    .await;
    clients.shutdown().await;
    Ok(())
}

/// A client, as the service sees it.
#[derive(Debug)]
struct Member {
    room: broadcast::Sender<Vec<u8>>,
    stop: CancellationToken,
    manner: Manner,
    /// How long it takes until a frame of this client counts.
    listens: Duration,
    /// It will say nothing more.
    silent: CancellationToken,
    /// It has just been told something.
    heard: Notify,
}

impl Member {
    async fn serve(self, stream: Stream) {
        let (mut reader, writer) = tokio::io::split(stream);
        let closed = CancellationToken::new();
        let listening = async {
            if self.listen(&mut reader).await {
                closed.cancel();
            }
            self.silent.cancel();
        };
        let telling = async {
            tokio::select! {
                biased;
                () = closed.cancelled(), if self.manner.is(Flaw::HalfCloseIgnored) => {}
                // A client that is gone is told nothing.
                _ = self.tell(writer) => {}
            }
        };
        tokio::join!(listening, telling);
    }

    /// Hands on what the client says until it ends, breaks the rules or is silent for too long; says whether it ended as it should.
    async fn listen(&self, reader: &mut ReadHalf<Stream>) -> bool {
        let mut frames = Frames::with_limit(!self.manner.is(Flaw::NoLimit));
        let mut since = Instant::now();
        loop {
            let next = tokio::select! {
                biased;
                () = self.stop.cancelled() => return false,
                () = self.heard.notified(), if self.manner.is(Flaw::PartialFrameLost) => {
                    frames.forget();
                    continue;
                }
                next = timeout_at(since + IDLE, self.next(&mut frames, reader)) => next,
            };
            match next {
                Ok(Ok(Some(frame))) => {
                    pause(self.listens).await;
                    while self.manner.is(Flaw::SlowClientStopsAll) && self.room.len() >= QUEUE {
                        sleep(Duration::from_millis(500)).await;
                    }
                    since = Instant::now();
                    // This client itself is in the room, so somebody hears it.
                    let _ = self.room.send(frame);
                }
                Ok(Ok(None)) => return true,
                Ok(Err(_)) | Err(_) => return false,
            }
        }
    }

    async fn next(
        &self,
        frames: &mut Frames,
        reader: &mut ReadHalf<Stream>,
    ) -> io::Result<Option<Vec<u8>>> {
        if !self.manner.is(Flaw::AssumesOneRead) {
            return frames.next(reader).await;
        }
        let mut bytes = [0; 1024];
        let read = reader.read(&mut bytes).await?;
        Ok((read > 0).then(|| bytes[4.min(read)..read].to_vec()))
    }

    async fn tell(&self, mut writer: WriteHalf<Stream>) -> io::Result<()> {
        pause(self.manner.welcomes).await;
        let mut inbox = self.room.subscribe();
        writer.write_all(&framed(WELCOME.as_bytes())).await?;
        let mut ahead = None;
        loop {
            let message = match ahead.take() {
                Some(message) => message,
                None => tokio::select! {
                    biased;
                    message = inbox.recv() => message,
                    // Nothing waits for it any more.
                    () = self.silent.cancelled() => break,
                },
            };
            let frame = match message {
                Ok(frame) => frame,
                Err(broadcast::error::RecvError::Lagged(_))
                    if self.manner.is(Flaw::LaggedIgnored) =>
                {
                    continue;
                }
                Err(broadcast::error::RecvError::Lagged(count)) => missed(count).into_bytes(),
                Err(broadcast::error::RecvError::Closed) => break,
            };
            pause(self.manner.delivers).await;
            let bytes = framed(&frame);
            let mut write = std::pin::pin!(writer.write_all(&bytes));
            tokio::select! {
                biased;
                written = &mut write => written?,
                next = inbox.recv(), if self.manner.takes_ahead => {
                    ahead = Some(next);
                    write.await?;
                }
            }
            self.heard.notify_one();
        }
        writer.shutdown().await
    }
}

/// Even a sleep of nothing waits for the next millisecond.
async fn pause(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}
