// expects: passed
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
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {length} bytes")));
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

/// Hands on what one client says, until it ends, fails, is silent for too long, or the service stops.
async fn listen(reader: &mut (impl AsyncRead + Unpin + Send), room: &broadcast::Sender<Vec<u8>>, stop: &CancellationToken) {
    let mut codec = Lengths::default();
    loop {
        let next = tokio::select! {
            () = stop.cancelled() => return,
            next = timeout(IDLE, codec.read_frame(reader)) => next,
        };
        let Ok(Ok(Some(frame))) = next else { return };
        // It fails only where nobody is in the room any more.
        let _ = room.send(frame);
    }
}

/// Tells one client what is said, until its queue is empty and it says nothing more itself.
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
    writer.shutdown().await
}

/// One client: two futures, of which neither drops the other.
async fn client(stream: Stream, room: broadcast::Sender<Vec<u8>>, stop: CancellationToken) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let silent = CancellationToken::new();
    let queue = room.subscribe();
    let listening = async {
        listen(&mut reader, &room, &stop).await;
        silent.cancel();
    };
    // An error is one of this client's connection: the others do not care.
    let (_told, ()) = tokio::join!(tell(&mut writer, queue, &silent), listening);
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            stream = listener.accept() => {
                clients.spawn(client(stream?, room.clone(), stop.clone()));
            }
            Some(_gone) = clients.join_next() => {}
        }
    }
    drop(listener);
    let drained = async { while clients.join_next().await.is_some() {} };
    if timeout(GRACE, drained).await.is_err() {
        clients.shutdown().await;
    }
    Ok(())
}

async fn test(room: Room) {
    let (mut anna, mut ben) = (comes(&room).await, comes(&room).await);

    // Half a frame, another client, the other half.
    let bytes = frame("in two halves");
    anna.send_bytes(&bytes[..6]).await.unwrap();
    ben.say("meanwhile").await.unwrap();
    for client in [&mut anna, &mut ben] {
        assert_eq!(hears(client).await.as_deref(), Some("meanwhile"));
    }
    anna.send_bytes(&bytes[6..]).await.unwrap();
    for client in [&mut anna, &mut ben] {
        assert_eq!(hears(client).await.as_deref(), Some("in two halves"));
    }

    // A frame that is too long ends its client, and nobody else.
    let mut long = comes(&room).await;
    long.send_bytes(&(LIMIT as u32 + 1).to_be_bytes()).await.unwrap();
    assert_eq!(hears(&mut long).await, None);

    // Who has finished sending hears the rest.
    let mut leaves = comes(&room).await;
    leaves.say("goodbye").await.unwrap();
    leaves.finish().await.unwrap();
    assert_eq!(hears(&mut leaves).await.as_deref(), Some("goodbye"));
    assert_eq!(hears(&mut leaves).await, None);
    for client in [&mut anna, &mut ben] {
        assert_eq!(hears(client).await.as_deref(), Some("goodbye"));
    }

    // Ben does not read. Anna goes on, and Ben learns how much he has missed.
    for number in 0..40 {
        anna.say(&number.to_string()).await.unwrap();
        assert_eq!(hears(&mut anna).await, Some(number.to_string()));
    }
    let mut accounted = 0;
    while accounted < 40 {
        let text = hears(&mut ben).await.expect("he is still in the room");
        accounted = match text.strip_prefix("missed ") {
            Some(count) => accounted + count.parse::<usize>().unwrap(),
            None => {
                assert_eq!(text, accounted.to_string());
                accounted + 1
            }
        };
    }
    assert_eq!(accounted, 40);

    // What waits for Ben when the service stops comes to him.
    let long_text = "x".repeat(60);
    for _ in 0..3 {
        anna.say(&long_text).await.unwrap();
        assert_eq!(hears(&mut anna).await, Some(long_text.clone()));
    }
    room.stop();
    for _ in 0..3 {
        assert_eq!(hears(&mut ben).await, Some(long_text.clone()));
    }
    assert_eq!(hears(&mut ben).await, None);
    assert_eq!(hears(&mut anna).await, None);
    timeout(Duration::from_secs(10), room.ended()).await.expect("it ends").unwrap();
}
