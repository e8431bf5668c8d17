// expects: wrong-result
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
        let mut frame: Vec<u8> = Vec::with_capacity(length);
        if length > LIMIT as usize {
            return Err(io::ErrorKind::InvalidData.into());
        }
        frame.resize(length, 0);
        reader.read_exact(&mut frame).await?;
        Ok(Some(frame))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        let mut bytes = (frame.len() as u32).to_be_bytes().to_vec();
        bytes.extend(frame);
        writer.write_all(&bytes).await
    }
}

async fn listen(reader: &mut (impl AsyncRead + Unpin + Send), room: &broadcast::Sender<Vec<u8>>, stop: &CancellationToken) {
    let mut codec = Lengths::default();
    loop {
        let frame = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            frame = timeout(IDLE, codec.read_frame(reader)) => frame,
        };
        match frame {
            Ok(Ok(Some(frame))) => {
                let _ = room.send(frame);
            }
            Ok(Ok(None)) => return,
            Ok(Err(_)) => return,
            Err(_) => return,
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
            Ok(frame) => codec.write_frame(writer, &frame).await?,
            Err(RecvError::Lagged(count)) => codec.write_frame(writer, missed(count).as_bytes()).await?,
            Err(RecvError::Closed) => break,
        }
    }
    writer.shutdown().await?;
    Ok(())
}

async fn client(stream: Stream, room: broadcast::Sender<Vec<u8>>, stop: CancellationToken) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let queue = room.subscribe();
    let silent = CancellationToken::new();
    let listening = async {
        listen(&mut reader, &room, &stop).await;
        silent.cancel();
    };
    let telling = tell(&mut writer, queue, &silent);
    let (_told, ()) = tokio::join!(telling, listening);
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
    timeout(GRACE, drained).await?;
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

async fn say(client: &mut Client, text: &str) {
    client.say(text).await.expect("the service is there");
}

async fn test(room: Room) {
    let mut first = comes(&room).await;
    let mut second = comes(&room).await;

    let bytes = frame("divided");
    first.send_bytes(&bytes[..6]).await.expect("the service is there");
    say(&mut second, "undivided").await;
    assert_eq!(hears(&mut second).await.as_deref(), Some("undivided"));
    assert_eq!(hears(&mut first).await.as_deref(), Some("undivided"));
    first.send_bytes(&bytes[6..]).await.expect("the service is there");
    assert_eq!(hears(&mut first).await.as_deref(), Some("divided"));
    assert_eq!(hears(&mut second).await.as_deref(), Some("divided"));

    let mut third = comes(&room).await;
    third.send_bytes(&(LIMIT as u32 + 1).to_be_bytes()).await.expect("the service is there");
    assert_eq!(hears(&mut third).await, None);

    let mut fourth = comes(&room).await;
    say(&mut fourth, "fourth").await;
    fourth.finish().await.expect("the service is there");
    assert_eq!(hears(&mut fourth).await.as_deref(), Some("fourth"));
    assert_eq!(hears(&mut fourth).await, None);
    assert_eq!(hears(&mut first).await.as_deref(), Some("fourth"));
    assert_eq!(hears(&mut second).await.as_deref(), Some("fourth"));

    let text = "a text of which one is as long as all that a stream holds...";
    for _ in 0..30 {
        say(&mut first, text).await;
        assert_eq!(hears(&mut first).await.as_deref(), Some(text));
    }
    let mut count = 0usize;
    while count < 30 {
        let heard = hears(&mut second).await.expect("the second is there");
        count += match heard.strip_prefix("missed ") {
            None => 1,
            Some(number) => number.parse::<usize>().expect("a number"),
        };
    }
    assert_eq!(count, 30);

    for number in 1..=5 {
        let text = format!("to be heard after the stop: {number}");
        say(&mut first, &text).await;
        assert_eq!(hears(&mut first).await, Some(text));
    }
    room.stop();
    for number in 1..=5 {
        assert_eq!(hears(&mut second).await, Some(format!("to be heard after the stop: {number}")));
    }
    assert_eq!(hears(&mut second).await, None);
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends");
}
