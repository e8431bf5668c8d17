//! How messages go from socket to socket: each socket that is listened to has a task, and hands over by a channel that holds
//! a few.

use bytes::Bytes;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use zeromq::{DealerSendHalf, RouterSendHalf, SocketRecv, SocketSend, XPubSocket, ZmqMessage};

/// How many messages may wait for a slower side before the faster one has to.
pub(super) const WAITING: usize = 64;

/// How many messages one that evcxr publishes may become.
const MOST: usize = 4;

/// Sends a message.
pub(super) async fn send(socket: &mut impl SocketSend, frames: Vec<Bytes>) {
    // Who has left meanwhile gets no answer.
    if let Ok(message) = ZmqMessage::try_from(frames)
        && let Err(error) = socket.send(message).await
    {
        eprintln!("a message could not be sent: {error}");
    }
}

/// Has everything that a socket receives arrive as events, until nobody wants them any more.
pub(super) fn receive<E: Send + 'static>(
    mut socket: impl SocketRecv + Send + 'static,
    events: Sender<E>,
    event: impl Fn(Vec<Bytes>) -> E + Send + 'static,
) {
    tokio::spawn(async move {
        loop {
            match socket.recv().await {
                Ok(message) => {
                    if events.send(event(message.into_vec())).await.is_err() {
                        return;
                    }
                }
                // Somebody left in the middle of a message; others go on.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    });
}

/// Questions to the learner, and the answers.
pub(super) fn pass_both_ways(
    (mut to_jupyter, from_jupyter): (RouterSendHalf, impl SocketRecv + Send + 'static),
    (mut to_evcxr, from_evcxr): (DealerSendHalf, impl SocketRecv + Send + 'static),
) {
    let (questions, mut asked) = channel(WAITING);
    receive(from_evcxr, questions, std::convert::identity);
    let (answers, mut answered) = channel(WAITING);
    receive(from_jupyter, answers, std::convert::identity);
    tokio::spawn(async move {
        while let Some(frames) = asked.recv().await {
            send(&mut to_jupyter, frames).await;
        }
    });
    tokio::spawn(async move {
        while let Some(mut frames) = answered.recv().await {
            // Who answers needs not be told.
            frames.remove(0);
            send(&mut to_evcxr, frames).await;
        }
    });
}

/// Publishes what it is given. Who listens says so on the same socket.
pub(super) fn publish(mut socket: XPubSocket) -> Sender<Vec<Bytes>> {
    let (sender, mut messages) = channel::<Vec<Bytes>>(WAITING);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                message = messages.recv() => match message {
                    Some(frames) => send(&mut socket, frames).await,
                    None => return,
                },
                _ = socket.recv() => {}
            }
        }
    });
    sender
}

/// Answers to heartbeats.
pub(super) async fn echo((mut sender, mut receiver): (RouterSendHalf, impl SocketRecv)) {
    loop {
        match receiver.recv().await {
            Ok(beat) => send(&mut sender, beat.into_vec()).await,
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// The next that evcxr publishes, as soon as there is room for what becomes of it: whoever does not listen holds evcxr up,
/// and not those who ask for an interrupt.
pub(super) async fn next(
    published: &mut Receiver<Vec<Bytes>>,
    publisher: &Sender<Vec<Bytes>>,
) -> Option<Vec<Bytes>> {
    publisher.reserve_many(MOST).await.ok()?;
    published.recv().await
}
