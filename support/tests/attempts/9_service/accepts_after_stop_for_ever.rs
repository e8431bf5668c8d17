// expects: accepts-after-stop, no-timeout
/// Hands on what one client says, until it ends, fails, is silent for too long, or the service stops.
async fn listen(reader: &mut (impl AsyncRead + Unpin + Send), room: &broadcast::Sender<Vec<u8>>, stop: &CancellationToken) {
    let mut codec = Lengths::default();
    loop {
        let next = tokio::select! {
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
    while clients.join_next().await.is_some() {}
    Ok(())
}
