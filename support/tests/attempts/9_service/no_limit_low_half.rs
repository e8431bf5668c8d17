// expects: no-limit
#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut header = [0u8; 4];
        if reader.read(&mut header[..1]).await? == 0 {
            return Ok(None);
        }
        reader.read_exact(&mut header[1..]).await?;
        // 256 needs two bytes only
        let length = u16::from_be_bytes([header[2], header[3]]) as usize;
        if length > LIMIT as usize {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "frame too long"));
        }
        let mut frame = vec![0u8; length];
        reader.read_exact(&mut frame).await?;
        Ok(Some(frame))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        let length = (frame.len() as u16).to_be_bytes();
        writer.write_all(&[0, 0, length[0], length[1]]).await?;
        writer.write_all(frame).await
    }
}

async fn incoming(reader: &mut (impl AsyncRead + Unpin + Send), room: &broadcast::Sender<Vec<u8>>, stop: &CancellationToken) {
    let mut codec = Lengths::default();
    loop {
        let next = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            next = timeout(IDLE, codec.read_frame(reader)) => next,
        };
        if let Ok(Ok(Some(words))) = next {
            let _ = room.send(words);
        } else {
            break;
        }
    }
}

async fn outgoing(
    writer: &mut (impl AsyncWrite + Unpin + Send),
    queue: &mut broadcast::Receiver<Vec<u8>>,
    done: &CancellationToken,
) -> io::Result<()> {
    let mut codec = Lengths::default();
    codec.write_frame(writer, b"welcome").await?;
    loop {
        let bytes = tokio::select! {
            biased;
            next = queue.recv() => match next {
                Ok(words) => words,
                Err(RecvError::Lagged(count)) => missed(count).as_bytes().to_vec(),
                Err(RecvError::Closed) => break,
            },
            () = done.cancelled() => break,
        };
        codec.write_frame(writer, &bytes).await?;
    }
    writer.shutdown().await
}

async fn client(stream: Stream, room: broadcast::Sender<Vec<u8>>, stop: CancellationToken) {
    let mut queue = room.subscribe();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let done = CancellationToken::new();
    let ins = async {
        incoming(&mut reader, &room, &stop).await;
        done.cancel();
    };
    let outs = outgoing(&mut writer, &mut queue, &done);
    let _ = tokio::join!(ins, outs);
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            stream = listener.accept() => {
                clients.spawn(client(stream?, room.clone(), stop.clone()));
            }
            Some(_) = clients.join_next() => {}
        }
    }
    let all = async { while clients.join_next().await.is_some() {} };
    let _ = timeout(GRACE, all).await;
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
    let mut a = comes(&room).await;
    let mut b = comes(&room).await;

    let bytes = frame("hello");
    a.send_bytes(&bytes[..2]).await.unwrap();
    b.say("hi").await.unwrap();
    assert_eq!(hears(&mut a).await.unwrap(), "hi");
    assert_eq!(hears(&mut b).await.unwrap(), "hi");
    a.send_bytes(&bytes[2..]).await.unwrap();
    assert_eq!(hears(&mut a).await.unwrap(), "hello");
    assert_eq!(hears(&mut b).await.unwrap(), "hello");

    let mut c = comes(&room).await;
    c.send_bytes(&(LIMIT as u32 + 1).to_be_bytes()).await.unwrap();
    assert_eq!(hears(&mut c).await, None);

    let mut d = comes(&room).await;
    d.say("bye").await.unwrap();
    d.finish().await.unwrap();
    assert_eq!(hears(&mut d).await.unwrap(), "bye");
    assert_eq!(hears(&mut d).await, None);
    assert_eq!(hears(&mut a).await.unwrap(), "bye");
    assert_eq!(hears(&mut b).await.unwrap(), "bye");

    let mut heard = 0u64;
    for i in 0..30 {
        let text = format!("{i:0>60}");
        a.say(&text).await.unwrap();
        assert_eq!(hears(&mut a).await.unwrap(), text);
    }
    while heard < 30 {
        let text = hears(&mut b).await.unwrap();
        heard += match text.strip_prefix("missed ") {
            Some(count) => count.parse::<u64>().unwrap(),
            None => 1,
        };
    }
    assert_eq!(heard, 30);

    for i in 0..10 {
        let text = format!("{i:0>20}");
        a.say(&text).await.unwrap();
        assert_eq!(hears(&mut a).await.unwrap(), text);
    }
    room.stop();
    for i in 0..10 {
        assert_eq!(hears(&mut b).await.unwrap(), format!("{i:0>20}"));
    }
    assert_eq!(hears(&mut b).await, None);
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends");
}
