// expects: lagged-ignored
/// Fills the slice; `false` if the end comes before the first byte.
async fn fill(reader: &mut (impl AsyncRead + Unpin + Send), bytes: &mut [u8]) -> io::Result<bool> {
    if bytes.is_empty() {
        return Ok(true);
    }
    let first = reader.read(bytes).await?;
    if first == 0 {
        return Ok(false);
    }
    reader.read_exact(&mut bytes[first..]).await?;
    Ok(true)
}

#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if !fill(reader, &mut length).await? {
            return Ok(None);
        }
        let length = u32::from_be_bytes(length) as usize;
        if length > LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut frame = vec![0; length];
        match fill(reader, &mut frame).await? {
            true => Ok(Some(frame)),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        writer.write_u32(frame.len() as u32).await?;
        writer.write_all(frame).await?;
        Ok(())
    }
}

async fn listen(reader: &mut (impl AsyncRead + Unpin + Send), room: &broadcast::Sender<Vec<u8>>, stop: &CancellationToken) {
    let mut codec = Lengths::default();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            next = timeout(IDLE, codec.read_frame(reader)) => {
                let Ok(Ok(Some(said))) = next else { return };
                let _ = room.send(said);
            }
        }
    }
}

async fn tell(
    writer: &mut (impl AsyncWrite + Unpin + Send),
    mut queue: broadcast::Receiver<Vec<u8>>,
    silent: &CancellationToken,
) -> io::Result<()> {
    let mut codec = Lengths::default();
    codec.write_frame(writer, b"welcome").await?;
    loop {
        tokio::select! {
            () = silent.cancelled() => break,
            next = queue.recv() => match next {
                Ok(said) => codec.write_frame(writer, &said).await?,
                Err(RecvError::Lagged(count)) => codec.write_frame(writer, missed(count).as_bytes()).await?,
                Err(RecvError::Closed) => break,
            },
        }
    }
    // The client says nothing more. What waits for it, and then the end.
    while let Ok(said) = queue.try_recv() {
        codec.write_frame(writer, &said).await?;
    }
    writer.shutdown().await
}

async fn client(stream: Stream, room: broadcast::Sender<Vec<u8>>, stop: CancellationToken) {
    let queue = room.subscribe();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let silent = CancellationToken::new();
    let listening = async {
        listen(&mut reader, &room, &stop).await;
        silent.cancel();
    };
    let _ = tokio::join!(tell(&mut writer, queue, &silent), listening);
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_gone) = clients.join_next() => {}
            stream = listener.accept() => {
                clients.spawn(client(stream?, room.clone(), stop.clone()));
            }
        }
    }
    let drained = async { while clients.join_next().await.is_some() {} };
    let _ = timeout(GRACE, drained).await;
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
