// expects: lagged-ignored
#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut head = [0u8; 4];
        match reader.read(&mut head).await? {
            0 => return Ok(None),
            4 => {}
            n => {
                reader.read_exact(&mut head[n..]).await?;
            }
        }
        let len = u32::from_be_bytes(head) as usize;
        if len > LIMIT as usize {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "too long"));
        }
        let mut body = vec![0u8; len];
        reader.read_exact(&mut body).await?;
        Ok(Some(body))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        writer.write_all(&(frame.len() as u32).to_be_bytes()).await?;
        writer.write_all(frame).await?;
        writer.flush().await
    }
}

async fn read_loop(
    reader: &mut (impl AsyncRead + Unpin + Send),
    room: broadcast::Sender<Vec<u8>>,
    stop: CancellationToken,
    over: CancellationToken,
) {
    let mut codec = Lengths::default();
    loop {
        tokio::select! {
            biased;
            _ = stop.cancelled() => break,
            next = timeout(IDLE, codec.read_frame(reader)) => match next {
                Ok(Ok(Some(words))) => {
                    let _ = room.send(words);
                }
                _ => break,
            }
        }
    }
    over.cancel();
}

async fn write_loop(
    writer: &mut (impl AsyncWrite + Unpin + Send),
    mut queue: broadcast::Receiver<Vec<u8>>,
    over: CancellationToken,
) -> io::Result<()> {
    let mut codec = Lengths::default();
    codec.write_frame(writer, b"welcome").await?;
    loop {
        tokio::select! {
            biased;
            _ = over.cancelled() => break,
            next = queue.recv() => match next {
                Ok(words) => codec.write_frame(writer, &words).await?,
                Err(RecvError::Lagged(count)) => codec.write_frame(writer, missed(count).as_bytes()).await?,
                Err(RecvError::Closed) => break,
            }
        }
    }
    // nothing more will come: write what is there
    while let Ok(words) = queue.try_recv() {
        codec.write_frame(writer, &words).await?;
    }
    writer.shutdown().await
}

async fn client(stream: Stream, room: broadcast::Sender<Vec<u8>>, stop: CancellationToken) {
    let queue = room.subscribe();
    let over = CancellationToken::new();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let _ = tokio::join!(
        write_loop(&mut writer, queue, over.clone()),
        read_loop(&mut reader, room, stop, over.clone())
    );
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            _ = stop.cancelled() => break,
            Some(_) = clients.join_next() => {}
            stream = listener.accept() => {
                clients.spawn(client(stream?, room.clone(), stop.clone()));
            }
        }
    }
    let _ = timeout(GRACE, async { while let Some(_) = clients.join_next().await {} }).await;
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
    let mut ben = comes(&room).await;

    // (1) and (2)
    let f = frame("mathematics");
    ben.send_bytes(&f[..3]).await.unwrap();
    ada.say("yes?").await.unwrap();
    assert_eq!(hears(&mut ada).await.as_deref(), Some("yes?"));
    assert_eq!(hears(&mut ben).await.as_deref(), Some("yes?"));
    ben.send_bytes(&f[3..]).await.unwrap();
    assert_eq!(hears(&mut ada).await.as_deref(), Some("mathematics"));
    assert_eq!(hears(&mut ben).await.as_deref(), Some("mathematics"));

    // (3)
    let mut cid = comes(&room).await;
    cid.send_bytes(&u32::to_be_bytes(LIMIT as u32 + 1)).await.unwrap();
    assert_eq!(hears(&mut cid).await, None);

    // (7)
    let mut dot = comes(&room).await;
    dot.say("done").await.unwrap();
    dot.finish().await.unwrap();
    assert_eq!(hears(&mut dot).await.as_deref(), Some("done"));
    assert_eq!(hears(&mut dot).await, None);
    assert_eq!(hears(&mut ada).await.as_deref(), Some("done"));
    assert_eq!(hears(&mut ben).await.as_deref(), Some("done"));

    // (4), (5), (6)
    for i in 0..35 {
        let word = format!("{i:b>55}");
        ada.say(&word).await.unwrap();
        assert_eq!(hears(&mut ada).await.as_deref(), Some(word.as_str()));
    }
    let mut n = 0;
    while n != 35 {
        assert!(n < 35);
        let word = hears(&mut ben).await.unwrap();
        match word.strip_prefix("missed ") {
            Some(count) => n += count.parse::<u64>().unwrap(),
            None => n += 1,
        }
    }

    // (8)
    for i in 0..10 {
        let word = format!("{i} - and that is all");
        ada.say(&word).await.unwrap();
        assert_eq!(hears(&mut ada).await.as_deref(), Some(word.as_str()));
    }
    room.stop();
    for i in 0..10 {
        assert_eq!(hears(&mut ben).await, Some(format!("{i} - and that is all")));
    }
    assert_eq!(hears(&mut ben).await, None);
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends");
}
