// expects: flaky-test
#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut header = [0u8; 4];
        let mut have = 0;
        while have < header.len() {
            match reader.read(&mut header[have..]).await? {
                0 if have == 0 => return Ok(None),
                0 => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the end inside a length")),
                count => have += count,
            }
        }
        let length = u32::from_be_bytes(header) as usize;
        if length > LIMIT {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{length} bytes are too many")));
        }
        let mut body = vec![0u8; length];
        let mut have = 0;
        while have < length {
            let count = reader.read(&mut body[have..]).await?;
            if count == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the end inside a frame"));
            }
            have += count;
        }
        Ok(Some(body))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(4 + frame.len());
        bytes.extend_from_slice(&(frame.len() as u32).to_be_bytes());
        bytes.extend_from_slice(frame);
        writer.write_all(&bytes).await?;
        writer.flush().await
    }
}

// This task reads everything that one client says, and gives it to the room.
async fn reading_task(
    mut reader: tokio::io::ReadHalf<Stream>,
    room: broadcast::Sender<Vec<u8>>,
    stop: CancellationToken,
    finished: CancellationToken,
) {
    let mut codec = Lengths::default();
    loop {
        let result = tokio::select! {
            biased;
            _ = stop.cancelled() => break,
            result = timeout(IDLE, codec.read_frame(&mut reader)) => result,
        };
        match result {
            // Nothing for 30 seconds.
            Err(_elapsed) => break,
            // The client has broken the rules, or is gone.
            Ok(Err(_error)) => break,
            // The client has finished.
            Ok(Ok(None)) => break,
            // The client has said something. (It fails if nobody listens, and that is no problem.)
            Ok(Ok(Some(message))) => {
                room.send(message).ok();
            }
        }
    }
    finished.cancel();
}

// This task writes everything that one client is to hear.
async fn writing_task(
    mut writer: tokio::io::WriteHalf<Stream>,
    mut queue: broadcast::Receiver<Vec<u8>>,
    finished: CancellationToken,
) {
    let mut codec = Lengths::default();
    if codec.write_frame(&mut writer, b"welcome").await.is_err() {
        return;
    }
    loop {
        let received = tokio::select! {
            biased;
            received = queue.recv() => received,
            _ = finished.cancelled() => break,
        };
        let message = match received {
            Ok(message) => message,
            Err(RecvError::Lagged(count)) => missed(count).as_bytes().to_vec(),
            Err(RecvError::Closed) => break,
        };
        if codec.write_frame(&mut writer, &message).await.is_err() {
            return;
        }
    }
    let _ = writer.shutdown().await;
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _first_receiver) = broadcast::channel::<Vec<u8>>(QUEUE);
    drop(_first_receiver);
    let mut clients: JoinSet<()> = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            _ = stop.cancelled() => break,
            accepted = listener.accept() => {
                let stream = accepted?;
                let (reader, writer) = tokio::io::split(stream);
                let finished = CancellationToken::new();
                let queue = room.subscribe();
                clients.spawn(writing_task(writer, queue, finished.clone()));
                clients.spawn(reading_task(reader, room.clone(), stop.clone(), finished));
            }
            Some(_result) = clients.join_next() => {}
        }
    }
    drop(listener);
    let everybody_has_gone = async {
        while let Some(_result) = clients.join_next().await {}
    };
    match timeout(GRACE, everybody_has_gone).await {
        Ok(()) => {}
        Err(_elapsed) => clients.shutdown().await,
    }
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

    // A frame fills the stream; one more is being written; sixteen wait.
    for number in 1..=24 {
        let text = format!("{number:060}");
        ada.say(&text).await.expect("it is read");
        assert_eq!(hears(&mut ada).await, Some(text));
    }
    for number in 1..=2 {
        assert_eq!(hears(&mut ben).await, Some(format!("{number:060}")));
    }
    assert_eq!(hears(&mut ben).await, Some(missed(6).to_string()));
    for number in 9..=24 {
        assert_eq!(hears(&mut ben).await, Some(format!("{number:060}")));
    }

    let words = ["one", "two", "three", "four"].map(|word| word.repeat(12));
    for word in &words {
        ada.say(word).await.expect("it is read");
        assert_eq!(hears(&mut ada).await.as_ref(), Some(word));
    }
    room.stop();
    for word in &words {
        assert_eq!(hears(&mut ben).await.as_ref(), Some(word));
    }
    assert_eq!(hears(&mut ben).await, None);
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends");
}
