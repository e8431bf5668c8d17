// expects: passed
#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if reader.read(&mut length[..1]).await? == 0 {
            return Ok(None);
        }
        reader.read_exact(&mut length[1..]).await?;
        let length = u32::from_be_bytes(length) as usize;
        if length > LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut frame = vec![0; length];
        reader.read_exact(&mut frame).await?;
        Ok(Some(frame))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        writer.write_all(&(frame.len() as u32).to_be_bytes()).await?;
        writer.write_all(frame).await
    }
}

use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

async fn read_loop(
    reader: &mut (impl AsyncRead + Unpin + Send),
    room: &broadcast::Sender<Arc<[u8]>>,
    stop: &CancellationToken,
    done: oneshot::Sender<()>,
) {
    let mut codec = Lengths::default();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            got = timeout(IDLE, codec.read_frame(reader)) => match got {
                Ok(Ok(Some(message))) => {
                    let message: Arc<[u8]> = message.into();
                    let _ = room.send(message);
                }
                Ok(Ok(None)) | Ok(Err(_)) | Err(_) => break,
            },
        }
    }
    let _ = done.send(());
}

async fn write_loop(
    writer: &mut (impl AsyncWrite + Unpin + Send),
    queue: &mut broadcast::Receiver<Arc<[u8]>>,
    mut done: oneshot::Receiver<()>,
) -> io::Result<()> {
    let mut codec = Lengths::default();
    codec.write_frame(writer, b"welcome").await?;
    loop {
        tokio::select! {
            biased;
            got = queue.recv() => match got {
                Ok(message) => codec.write_frame(writer, &message).await?,
                Err(RecvError::Lagged(n)) => codec.write_frame(writer, missed(n).as_bytes()).await?,
                Err(RecvError::Closed) => break,
            },
            _ = &mut done => break,
        }
    }
    writer.shutdown().await
}

async fn handle(
    stream: Stream,
    room: broadcast::Sender<Arc<[u8]>>,
    stop: CancellationToken,
    kill: CancellationToken,
    _waits: mpsc::Sender<()>,
) {
    let mut queue = room.subscribe();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (done, is_done) = oneshot::channel();
    let work = async {
        let _ = tokio::join!(
            read_loop(&mut reader, &room, &stop, done),
            write_loop(&mut writer, &mut queue, is_done),
        );
    };
    tokio::select! {
        () = work => {}
        () = kill.cancelled() => {}
    }
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    // A wait group: `recv` brings `None` when the last clone of `group` is gone.
    let (group, mut all_gone) = mpsc::channel::<()>(1);
    // Whatever ends `serve` ends the tasks, too.
    let kill = CancellationToken::new();
    let _defer = kill.clone().drop_guard();
    let (room, _) = broadcast::channel(QUEUE);
    loop {
        let stream = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            stream = listener.accept() => stream?,
        };
        tokio::spawn(handle(stream, room.clone(), stop.clone(), kill.clone(), group.clone()));
    }
    drop(group);
    let _ = timeout(GRACE, all_gone.recv()).await;
    Ok(())
}

macro_rules! hear {
    ($text:expr => $($client:expr),+) => { $(assert_eq!(hears(&mut $client).await.as_deref(), Some($text));)+ };
}

async fn test(room: Room) {
    let (mut ada, mut ben) = (comes(&room).await, comes(&room).await);
    ben.say("hi").await.expect("it is read");
    hear!("hi" => ada, ben);

    let bytes = frame("ladies and gentlemen");
    ada.send_bytes(&bytes[..10]).await.expect("it is read");
    ben.say("louder!").await.expect("it is read");
    hear!("louder!" => ben, ada);
    ada.send_bytes(&bytes[10..]).await.expect("it is read");
    hear!("ladies and gentlemen" => ben, ada);

    let mut cyd = comes(&room).await;
    let length = (LIMIT as u32 + 1).to_be_bytes();
    cyd.send_bytes(&length[..]).await.expect("it is read");
    assert_eq!(hears(&mut cyd).await, None);

    let mut dan = comes(&room).await;
    dan.say("off I go").await.expect("it is read");
    dan.finish().await.expect("it is there");
    hear!("off I go" => dan, ada, ben);
    assert_eq!(hears(&mut dan).await, None);

    // Ada talks. Ben sleeps, then wakes up, hears a few things, and hears at last that it is over.
    let mut said = 0;
    for number in 0..24 {
        let text = format!("{number:-<60}");
        ada.say(&text).await.expect("it is read");
        hear!(text.as_str() => ada);
        said += 1;
    }
    let mut count = 0;
    for _ in 0..3 {
        count += counted(&hears(&mut ben).await.expect("ben may stay"));
    }
    ada.say("over").await.expect("it is read");
    hear!("over" => ada);
    loop {
        let text = hears(&mut ben).await.expect("ben may stay");
        if text == "over" {
            break;
        }
        count += counted(&text);
    }
    assert_eq!(count, said);

    for word in ["A", "B", "C"] {
        let text = word.repeat(50);
        ada.say(&text).await.expect("it is read");
        hear!(text.as_str() => ada);
    }
    room.stop();
    for word in ["A", "B", "C"] {
        hear!(word.repeat(50).as_str() => ben);
    }
    assert_eq!(hears(&mut ben).await, None);
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends");
}

fn counted(text: &str) -> u64 {
    text.strip_prefix("missed ").and_then(|count| count.parse().ok()).unwrap_or(1)
}
