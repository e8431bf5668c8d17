// expects: partial-frame-lost
/// May be dropped: what has come is kept.
#[derive(Clone, Default)]
struct Lengths {
    length: Option<usize>,
    come: Vec<u8>,
}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let length = match self.length {
            Some(length) => length,
            None => {
                let mut header = [0; 4];
                if reader.read(&mut header[..1]).await? == 0 {
                    return Ok(None);
                }
                reader.read_exact(&mut header[1..]).await?;
                let length = u32::from_be_bytes(header) as usize;
                if length > LIMIT {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                self.length = Some(length);
                length
            }
        };
        while self.come.len() < length {
            let mut piece = vec![0; length - self.come.len()];
            let count = reader.read(&mut piece).await?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.come.extend_from_slice(&piece[..count]);
        }
        self.length = None;
        Ok(Some(std::mem::take(&mut self.come)))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        writer.write_all(&(frame.len() as u32).to_be_bytes()).await?;
        writer.write_all(frame).await
    }
}

use tokio::time::{Instant, sleep_until};

/// Looks every second whether the client can still be written to.
async fn listen(
    reader: &mut (impl AsyncRead + Unpin + Send),
    room: &broadcast::Sender<Vec<u8>>,
    stop: &CancellationToken,
    deaf: &CancellationToken,
) {
    let mut codec = Lengths::default();
    let mut last = Instant::now();
    while !deaf.is_cancelled() && last.elapsed() < IDLE {
        let tick = (last + IDLE).min(Instant::now() + Duration::from_secs(1));
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            next = codec.read_frame(reader) => {
                let Ok(Some(said)) = next else { return };
                let _ = room.send(said);
                last = Instant::now();
            }
            () = sleep_until(tick) => {}
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
        let next = tokio::select! {
            biased;
            next = queue.recv() => next,
            () = silent.cancelled() => break,
        };
        match next {
            Ok(said) => codec.write_frame(writer, &said).await?,
            Err(RecvError::Lagged(count)) => codec.write_frame(writer, missed(count).as_bytes()).await?,
            Err(RecvError::Closed) => break,
        }
    }
    writer.shutdown().await
}

async fn client(stream: Stream, room: broadcast::Sender<Vec<u8>>, stop: CancellationToken) {
    let queue = room.subscribe();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (silent, deaf) = (CancellationToken::new(), CancellationToken::new());
    let listening = async {
        listen(&mut reader, &room, &stop, &deaf).await;
        silent.cancel();
    };
    let telling = async {
        let _ = tell(&mut writer, queue, &silent).await;
        deaf.cancel();
    };
    tokio::join!(telling, listening);
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
