// expects: no-limit
use tokio::sync::mpsc;

#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0u8; 4];
        if reader.read(&mut length[..1]).await? == 0 {
            return Ok(None);
        }
        reader.read_exact(&mut length[1..]).await?;
        let length = u32::from_be_bytes(length) as usize;
        if length > LIMIT as usize {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut frame = vec![0u8; length];
        reader.read_exact(&mut frame).await?;
        Ok(Some(frame))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        writer.write_u32(frame.len() as u32).await?;
        writer.write_all(frame).await
    }
}

/// From the client to the room.
async fn upstream(reader: &mut (impl AsyncRead + Unpin + Send), room: &broadcast::Sender<Vec<u8>>, stop: &CancellationToken) {
    let mut codec = Lengths::default();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            next = timeout(IDLE, codec.read_frame(reader)) => {
                let Ok(Ok(Some(words))) = next else { break };
                let _ = room.send(words);
            }
        }
    }
}

/// From the room to the queue of the client.
async fn forward(mut room: broadcast::Receiver<Vec<u8>>, queue: mpsc::Sender<Vec<u8>>, silent: &CancellationToken) {
    loop {
        let words = tokio::select! {
            biased;
            next = room.recv() => match next {
                Ok(words) => words,
                Err(RecvError::Lagged(count)) => missed(count).as_bytes().to_vec(),
                Err(RecvError::Closed) => return,
            },
            () = silent.cancelled() => return,
        };
        if queue.send(words).await.is_err() {
            return;
        }
    }
}

/// From the queue of the client to the client.
async fn downstream(writer: &mut (impl AsyncWrite + Unpin + Send), mut queue: mpsc::Receiver<Vec<u8>>) -> io::Result<()> {
    let mut codec = Lengths::default();
    codec.write_frame(writer, b"welcome").await?;
    while let Some(words) = queue.recv().await {
        codec.write_frame(writer, &words).await?;
    }
    writer.shutdown().await
}

async fn client(stream: Stream, room: broadcast::Sender<Vec<u8>>, stop: CancellationToken) {
    let heard = room.subscribe();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (queue, waiting) = mpsc::channel(QUEUE);
    let silent = CancellationToken::new();
    let up = async {
        upstream(&mut reader, &room, &stop).await;
        silent.cancel();
    };
    let (_, _, _) = tokio::join!(up, forward(heard, queue, &silent), downstream(&mut writer, waiting));
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_) = clients.join_next() => {}
            stream = listener.accept() => {
                clients.spawn(client(stream?, room.clone(), stop.clone()));
            }
        }
    }
    let drained = async { while clients.join_next().await.is_some() {} };
    let _ = timeout(GRACE, drained).await;
    Ok(())
}

async fn hears(client: &mut Client) -> Option<String> {
    timeout(Duration::from_secs(10), client.hear()).await.expect("nothing for ten seconds").expect("whole frames")
}

/// A client is in the room once it has heard the welcome, and not before.
async fn comes(room: &Room) -> Client {
    let mut client = room.connect().await.expect("the service listens");
    assert_eq!(hears(&mut client).await.as_deref(), Some("welcome"));
    client
}

async fn test(room: Room) {
    let mut ada = comes(&room).await;
    let mut bob = comes(&room).await;

    let cut = frame("cut in two");
    ada.send_bytes(&cut[..10]).await.unwrap();
    bob.say("(coughs)").await.unwrap();
    for one in [&mut ada, &mut bob] {
        assert_eq!(hears(one).await.as_deref(), Some("(coughs)"));
    }
    ada.send_bytes(&cut[10..]).await.unwrap();
    for one in [&mut ada, &mut bob] {
        assert_eq!(hears(one).await.as_deref(), Some("cut in two"));
    }

    let mut mad = comes(&room).await;
    mad.send_bytes(&(LIMIT as u32 + 1).to_be_bytes()).await.unwrap();
    assert_eq!(hears(&mut mad).await, None);

    let mut out = comes(&room).await;
    out.say("out").await.unwrap();
    out.finish().await.unwrap();
    for one in [&mut out, &mut ada, &mut bob] {
        assert_eq!(hears(one).await.as_deref(), Some("out"));
    }
    assert_eq!(hears(&mut out).await, None);

    let total = 40;
    for number in 0..total {
        let text = format!("{number:*>60}");
        ada.say(&text).await.unwrap();
        assert_eq!(hears(&mut ada).await, Some(text));
    }
    let mut sum = 0;
    while sum < total {
        let text = hears(&mut bob).await.unwrap();
        sum += text.strip_prefix("missed ").map_or(1, |count| count.parse::<i32>().unwrap());
    }
    assert_eq!(sum, total);

    for number in 0..10 {
        let text = format!("{number:*>25}");
        ada.say(&text).await.unwrap();
        assert_eq!(hears(&mut ada).await, Some(text));
    }
    room.stop();
    for number in 0..10 {
        assert_eq!(hears(&mut bob).await, Some(format!("{number:*>25}")));
    }
    assert_eq!(hears(&mut bob).await, None);
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends");
}
