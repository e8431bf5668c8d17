//! How messages go from socket to socket: each socket that is listened to has a task, and hands over by a channel that holds
//! a few.

use super::message::{Key, Message};
use bytes::Bytes;
use serde_json::json;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use zeromq::{DealerSendHalf, RouterSendHalf, SocketRecv, SocketSend, XPubSocket, ZmqMessage};

/// How many messages may wait for a slower side before the faster one has to.
pub(super) const WAITING: usize = 64;

/// How many messages one that evcxr publishes may become.
pub(super) const MOST: usize = 4;

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

/// Questions to the learner, and the answers. Who sends a word gives up the question that is open: it is answered by nothing.
pub(super) fn pass_both_ways(
    (mut to_jupyter, from_jupyter): (RouterSendHalf, impl SocketRecv + Send + 'static),
    (mut to_evcxr, from_evcxr): (DealerSendHalf, impl SocketRecv + Send + 'static),
    key: Key,
) -> Sender<()> {
    let (questions, mut asked) = channel(WAITING);
    receive(from_evcxr, questions, std::convert::identity);
    let (answers, mut answered) = channel(WAITING);
    receive(from_jupyter, answers, std::convert::identity);
    let (give_up, mut given_up) = channel(1);
    tokio::spawn(async move {
        let mut open = None;
        loop {
            tokio::select! {
                Some(frames) = asked.recv() => {
                    open = Message::read(frames.clone(), &key).ok();
                    send(&mut to_jupyter, frames).await;
                }
                // What nobody asks any more is not answered.
                Some(mut frames) = answered.recv() => if open.take().is_some() {
                    // Who answers needs not be told.
                    frames.remove(0);
                    send(&mut to_evcxr, frames).await;
                },
                word = given_up.recv() => match (word, open.take()) {
                    (None, _) => return,
                    (_, Some(question)) => {
                        let nothing = json!({ "status": "ok", "value": "" });
                        let answer = question.child("input_reply", &nothing, &key);
                        send(&mut to_evcxr, answer.frames()).await;
                    }
                    _ => {}
                },
            }
        }
    });
    give_up
}

/// Publishes what it is given. Who begins to listen says so on the same socket, and is welcomed.
pub(super) fn publish(mut socket: XPubSocket, key: Key) -> Sender<Vec<Bytes>> {
    let (sender, mut messages) = channel::<Vec<Bytes>>(WAITING);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                message = messages.recv() => match message {
                    Some(frames) => send(&mut socket, frames).await,
                    None => return,
                },
                asked = socket.recv() => {
                    let frames = asked.map(ZmqMessage::into_vec).unwrap_or_default();
                    // It is a one, and the topic.
                    if let Some([1, topic @ ..]) = frames.first().map(|frame| &frame[..]) {
                        send(&mut socket, Message::welcome(topic, &key).frames()).await;
                    }
                }
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
