// expects: half-close-ignored
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
        writer.write_all(&(frame.len() as u32).to_be_bytes()).await?;
        writer.write_all(frame).await
    }
}

async fn listen(
    reader: &mut (impl AsyncRead + Unpin + Send),
    room: &broadcast::Sender<Vec<u8>>,
    stop: &CancellationToken,
    silent: &CancellationToken,
) -> io::Result<()> {
    let mut codec = Lengths::default();
    loop {
        let frame = tokio::select! {
            biased;
            () = stop.cancelled() => None,
            frame = timeout(IDLE, codec.read_frame(reader)) => frame??,
        };
        match frame {
            Some(frame) => drop(room.send(frame)),
            None => break,
        }
    }
    silent.cancel();
    Ok(())
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
            () = silent.cancelled() => return Ok(()),
        };
        match next {
            Ok(frame) => codec.write_frame(writer, &frame).await?,
            Err(RecvError::Lagged(count)) => codec.write_frame(writer, missed(count).as_bytes()).await?,
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}

async fn client(stream: Stream, room: broadcast::Sender<Vec<u8>>, stop: CancellationToken) -> io::Result<()> {
    let queue = room.subscribe();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let silent = CancellationToken::new();
    let result = tokio::try_join!(
        listen(&mut reader, &room, &stop, &silent),
        tell(&mut writer, queue, &silent),
    );
    // in any case
    writer.shutdown().await?;
    result.map(|_| ())
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_result) = clients.join_next() => {}
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
    let (mut amy, mut bea) = (comes(&room).await, comes(&room).await);

    let bytes = frame("for you");
    amy.send_bytes(&bytes[..5]).await.unwrap();
    bea.say("for me?").await.unwrap();
    assert_eq!(hears(&mut amy).await.as_deref(), Some("for me?"));
    assert_eq!(hears(&mut bea).await.as_deref(), Some("for me?"));
    amy.send_bytes(&bytes[5..]).await.unwrap();
    assert_eq!(hears(&mut amy).await.as_deref(), Some("for you"));
    assert_eq!(hears(&mut bea).await.as_deref(), Some("for you"));

    let mut cat = comes(&room).await;
    cat.send_bytes(&(LIMIT as u32 + 1).to_be_bytes()).await.unwrap();
    assert_eq!(hears(&mut cat).await, None);

    let mut doe = comes(&room).await;
    doe.say("gone").await.unwrap();
    doe.finish().await.unwrap();
    assert_eq!(hears(&mut doe).await.as_deref(), Some("gone"));
    assert_eq!(hears(&mut doe).await, None);
    assert_eq!(hears(&mut amy).await.as_deref(), Some("gone"));
    assert_eq!(hears(&mut bea).await.as_deref(), Some("gone"));

    const MANY: u64 = 30;
    for number in 0..MANY {
        let text = format!("{number:~>60}");
        amy.say(&text).await.unwrap();
        assert_eq!(hears(&mut amy).await, Some(text));
    }
    let (mut heard, mut lost) = (0, 0);
    while heard + lost < MANY {
        let text = hears(&mut bea).await.unwrap();
        if text.starts_with("missed") {
            lost += text.split(' ').nth(1).unwrap().parse::<u64>().unwrap();
        } else {
            heard += 1;
        }
    }
    assert_eq!(heard + lost, MANY);

    const FEW: u64 = 10;
    for number in 0..FEW {
        let text = format!("{number:~>20}");
        amy.say(&text).await.unwrap();
        assert_eq!(hears(&mut amy).await, Some(text));
    }
    room.stop();
    for number in 0..FEW {
        assert_eq!(hears(&mut bea).await, Some(format!("{number:~>20}")));
    }
    assert_eq!(hears(&mut bea).await, None);
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends");
}
