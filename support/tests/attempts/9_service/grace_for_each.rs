// expects: no-timeout
#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut buf = [0u8; 4];
        let n = reader.read(&mut buf).await?;
        if n == 0 {
            return Ok(None);
        }
        if n < 4 {
            reader.read_exact(&mut buf[n..]).await?;
        }
        let size = u32::from_be_bytes(buf);
        if size > LIMIT as u32 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {size} bytes")));
        }
        let mut content = vec![0u8; size as usize];
        reader.read_exact(&mut content).await?;
        Ok(Some(content))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        let size = frame.len() as u32;
        writer.write_all(&size.to_be_bytes()).await?;
        writer.write_all(frame).await?;
        Ok(())
    }
}

struct Member {
    room: broadcast::Sender<Vec<u8>>,
    stop: CancellationToken,
    silent: CancellationToken,
}

impl Member {
    async fn speaks(&self, mut reader: tokio::io::ReadHalf<Stream>) {
        let mut codec = Lengths::default();
        loop {
            let next = tokio::select! {
                biased;
                _ = self.stop.cancelled() => break,
                next = timeout(IDLE, codec.read_frame(&mut reader)) => next,
            };
            let Ok(Ok(Some(words))) = next else { break };
            self.room.send(words).ok();
        }
        self.silent.cancel();
    }

    async fn is_told(&self, mut queue: broadcast::Receiver<Vec<u8>>, mut writer: tokio::io::WriteHalf<Stream>) -> io::Result<()> {
        let mut codec = Lengths::default();
        codec.write_frame(&mut writer, b"welcome").await?;
        loop {
            let next = tokio::select! {
                biased;
                next = queue.recv() => next,
                _ = self.silent.cancelled() => break,
            };
            let words = match next {
                Ok(words) => words,
                Err(RecvError::Lagged(count)) => Vec::from(missed(count).as_bytes()),
                Err(RecvError::Closed) => break,
            };
            codec.write_frame(&mut writer, &words).await?;
        }
        writer.shutdown().await
    }
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
                let (reader, writer) = tokio::io::split(stream?);
                let member = Member { room: room.clone(), stop: stop.clone(), silent: CancellationToken::new() };
                let queue = room.subscribe();
                clients.spawn(async move {
                    let _ = tokio::join!(member.speaks(reader), member.is_told(queue, writer));
                });
            }
        }
    }
    // wait for the clients, but not for those who do not read
    while let Ok(Some(_)) = timeout(GRACE, clients.join_next()).await {}
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
    let mut one = comes(&room).await;
    let mut two = comes(&room).await;

    one.send_bytes(&frame("together")[..5]).await.unwrap();
    two.say("between").await.unwrap();
    assert_eq!(hears(&mut two).await.unwrap(), "between");
    assert_eq!(hears(&mut one).await.unwrap(), "between");
    one.send_bytes(&frame("together")[5..]).await.unwrap();
    assert_eq!(hears(&mut two).await.unwrap(), "together");
    assert_eq!(hears(&mut one).await.unwrap(), "together");

    let mut bad = comes(&room).await;
    bad.send_bytes(&(LIMIT as u32 + 1).to_be_bytes()).await.unwrap();
    assert!(hears(&mut bad).await.is_none());

    let mut off = comes(&room).await;
    off.say("off").await.unwrap();
    off.finish().await.unwrap();
    assert_eq!(hears(&mut off).await.unwrap(), "off");
    assert!(hears(&mut off).await.is_none());
    assert_eq!(hears(&mut two).await.unwrap(), "off");
    assert_eq!(hears(&mut one).await.unwrap(), "off");

    for number in 0..30 {
        let text = format!("{number:x>60}");
        one.say(&text).await.unwrap();
        assert_eq!(hears(&mut one).await.unwrap(), text);
    }
    let (mut came, mut lost) = (0, 0);
    while came + lost < 30 {
        let text = hears(&mut two).await.unwrap();
        match text.strip_prefix("missed ") {
            Some(count) => lost += count.parse::<i32>().unwrap(),
            None => came += 1,
        }
    }
    assert_eq!(came + lost, 30);

    for number in 0..8 {
        let text = format!("{number:x>40}");
        one.say(&text).await.unwrap();
        assert_eq!(hears(&mut one).await.unwrap(), text);
    }
    room.stop();
    for number in 0..8 {
        assert_eq!(hears(&mut two).await.unwrap(), format!("{number:x>40}"));
    }
    assert!(hears(&mut two).await.is_none());
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends");
}
