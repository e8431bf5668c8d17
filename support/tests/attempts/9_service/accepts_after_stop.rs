// expects: accepts-after-stop
#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut header = [0u8; 4];
        if reader.read(&mut header[..1]).await? == 0 {
            return Ok(None);
        }
        reader.read_exact(&mut header[1..]).await?;
        let length = u32::from_be_bytes(header) as usize;
        if length > LIMIT as usize {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let mut payload = vec![0u8; length];
        reader.read_exact(&mut payload).await?;
        Ok(Some(payload))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        let header = (frame.len() as u32).to_be_bytes();
        writer.write_all(&header).await?;
        writer.write_all(frame).await
    }
}

struct Handler {
    room: broadcast::Sender<Vec<u8>>,
    input_closed: CancellationToken,
}

impl Handler {
    fn new(room: broadcast::Sender<Vec<u8>>) -> Self {
        Self { room, input_closed: CancellationToken::new() }
    }

    async fn run(self, stream: Stream) {
        let queue = self.room.subscribe();
        let (mut reader, mut writer) = tokio::io::split(stream);
        let ((), _written) = tokio::join!(self.receive(&mut reader), self.send(&mut writer, queue));
    }

    async fn receive(&self, reader: &mut (impl AsyncRead + Unpin + Send)) {
        let mut codec = Lengths::default();
        while let Ok(Ok(Some(text))) = timeout(IDLE, codec.read_frame(reader)).await {
            let _ = self.room.send(text);
        }
        self.input_closed.cancel();
    }

    async fn send(
        &self,
        writer: &mut (impl AsyncWrite + Unpin + Send),
        mut queue: broadcast::Receiver<Vec<u8>>,
    ) -> io::Result<()> {
        let mut codec = Lengths::default();
        codec.write_frame(writer, b"welcome").await?;
        loop {
            let next = tokio::select! {
                biased;
                next = queue.recv() => next,
                () = self.input_closed.cancelled() => break,
            };
            match next {
                Ok(text) => codec.write_frame(writer, &text).await?,
                Err(RecvError::Lagged(count)) => codec.write_frame(writer, missed(count).as_bytes()).await?,
                Err(RecvError::Closed) => break,
            }
        }
        writer.shutdown().await
    }
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let mut executor = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            stream = listener.accept() => {
                executor.spawn(Handler::new(room.clone()).run(stream?));
            }
            Some(_) = executor.join_next() => {}
        }
    }
    drop(listener);
    let await_termination = async { while executor.join_next().await.is_some() {} };
    let _ = timeout(GRACE, await_termination).await;
    Ok(())
}

async fn test(room: Room) {
    let mut alice = comes(&room).await;
    let mut bob = comes(&room).await;

    let bytes = frame("a long sentence");
    alice.send_bytes(&bytes[..10]).await.expect("sent");
    bob.say("a word").await.expect("sent");
    assert_eq!(hears(&mut alice).await.as_deref(), Some("a word"));
    assert_eq!(hears(&mut bob).await.as_deref(), Some("a word"));
    alice.send_bytes(&bytes[10..]).await.expect("sent");
    assert_eq!(hears(&mut alice).await.as_deref(), Some("a long sentence"));
    assert_eq!(hears(&mut bob).await.as_deref(), Some("a long sentence"));

    let mut mallory = comes(&room).await;
    let header = (LIMIT as u32 + 1).to_be_bytes();
    mallory.send_bytes(&header[..]).await.expect("sent");
    assert_eq!(hears(&mut mallory).await, None);

    let mut carol = comes(&room).await;
    carol.say("bye").await.expect("sent");
    carol.finish().await.expect("finished");
    assert_eq!(hears(&mut carol).await.as_deref(), Some("bye"));
    assert_eq!(hears(&mut carol).await, None);
    assert_eq!(hears(&mut alice).await.as_deref(), Some("bye"));
    assert_eq!(hears(&mut bob).await.as_deref(), Some("bye"));

    for number in 1..=30 {
        let text = format!("event no. {number}");
        alice.say(&text).await.expect("sent");
        assert_eq!(hears(&mut alice).await, Some(text));
    }
    let mut total: u64 = 0;
    let mut lost: u64 = 0;
    while total < 30 {
        let text = hears(&mut bob).await.expect("bob is there");
        if let Some(count) = text.strip_prefix("missed ") {
            let count: u64 = count.parse().expect("a number");
            total += count;
            lost += count;
        } else {
            total += 1;
        }
    }
    assert_eq!(total, 30);
    assert!(lost > 0);

    for number in 1..=9 {
        let text = format!("event no. {number}");
        alice.say(&text).await.expect("sent");
        assert_eq!(hears(&mut alice).await, Some(text));
    }
    room.stop();
    for number in 1..=9 {
        assert_eq!(hears(&mut bob).await, Some(format!("event no. {number}")));
    }
    assert_eq!(hears(&mut bob).await, None);
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends");
}
