// expects: flaky-test
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

macro_rules! until {
    ($token:expr, $future:expr) => {
        tokio::select! {
            biased;
            () = $token.cancelled() => None,
            value = $future => Some(value),
        }
    };
}

macro_rules! unless {
    ($future:expr, $token:expr) => {
        tokio::select! {
            biased;
            value = $future => Some(value),
            () = $token.cancelled() => None,
        }
    };
}

async fn sayings(mut reader: impl AsyncRead + Unpin + Send, room: broadcast::Sender<Vec<u8>>, stop: CancellationToken) {
    let mut codec = Lengths::default();
    while let Some(Ok(Ok(Some(said)))) = until!(stop, timeout(IDLE, codec.read_frame(&mut reader))) {
        room.send(said).unwrap_or_default();
    }
}

async fn hearings(
    mut writer: impl AsyncWrite + Unpin + Send,
    mut queue: broadcast::Receiver<Vec<u8>>,
    over: CancellationToken,
) -> io::Result<()> {
    let mut codec = Lengths::default();
    codec.write_frame(&mut writer, b"welcome").await?;
    while let Some(next) = unless!(queue.recv(), over) {
        match next {
            Ok(said) => codec.write_frame(&mut writer, &said).await?,
            Err(RecvError::Lagged(count)) => codec.write_frame(&mut writer, missed(count).as_bytes()).await?,
            Err(RecvError::Closed) => break,
        }
    }
    writer.shutdown().await
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let mut clients = JoinSet::new();
    while let Some(stream) = until!(stop, listener.accept()) {
        let (reader, writer) = tokio::io::split(stream?);
        let (queue, over) = (room.subscribe(), CancellationToken::new());
        let says = sayings(reader, room.clone(), stop.clone());
        clients.spawn(async move {
            let hears = hearings(writer, queue, over.clone());
            let says = async move {
                says.await;
                over.cancel();
            };
            let _ = tokio::join!(hears, says);
        });
        while clients.try_join_next().is_some() {}
    }
    let _ = timeout(GRACE, async { while clients.join_next().await.is_some() {} }).await;
    Ok(())
}

async fn test(room: Room) {
    let mut ada = comes(&room).await;
    let mut ben = comes(&room).await;
    ada.say("hello").await.expect("it is read");
    assert_eq!(hears(&mut ada).await.as_deref(), Some("hello"));
    assert_eq!(hears(&mut ben).await.as_deref(), Some("hello"));

    let bytes = frame("good evening");
    ada.send_bytes(&bytes[..7]).await.expect("it is read");
    ben.say("sorry?").await.expect("it is read");
    assert_eq!(hears(&mut ada).await.as_deref(), Some("sorry?"));
    assert_eq!(hears(&mut ben).await.as_deref(), Some("sorry?"));
    ada.send_bytes(&bytes[7..]).await.expect("it is read");
    assert_eq!(hears(&mut ada).await.as_deref(), Some("good evening"));
    assert_eq!(hears(&mut ben).await.as_deref(), Some("good evening"));

    let mut loud = comes(&room).await;
    let length = (LIMIT as u32 + 1).to_be_bytes();
    loud.send_bytes(&length[..]).await.expect("it is read");
    assert_eq!(hears(&mut loud).await, None);

    let mut leaves = comes(&room).await;
    leaves.say("bye").await.expect("it is read");
    leaves.finish().await.expect("it is there");
    assert_eq!(hears(&mut leaves).await.as_deref(), Some("bye"));
    assert_eq!(hears(&mut leaves).await, None);
    assert_eq!(hears(&mut ada).await.as_deref(), Some("bye"));
    assert_eq!(hears(&mut ben).await.as_deref(), Some("bye"));

    for number in 1..=24 {
        let text = format!("{number:060}");
        ada.say(&text).await.expect("it is read");
        assert_eq!(hears(&mut ada).await, Some(text));
    }
    let mut count = 0;
    while count < 24 {
        let text = hears(&mut ben).await.expect("ben is still there");
        count += match text.strip_prefix("missed ") {
            Some(number) => number.parse::<usize>().expect("a number"),
            None => 1,
        };
    }
    assert_eq!(count, 24);

    let mut late = comes(&room).await;
    for number in 1..=9 {
        late.say(&format!("word number {number}")).await.expect("it is read");
    }
    room.stop();
    for number in 1..=9 {
        assert_eq!(hears(&mut late).await, Some(format!("word number {number}")));
    }
    assert_eq!(hears(&mut late).await, None);
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends");
}
