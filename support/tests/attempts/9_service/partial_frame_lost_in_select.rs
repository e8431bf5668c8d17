// expects: partial-frame-lost, slow-client-stops-all
async fn client(stream: Stream, room: broadcast::Sender<Vec<u8>>, stop: CancellationToken) -> io::Result<()> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (mut reads, mut writes) = (Lengths::default(), Lengths::default());
    let mut queue = room.subscribe();
    writes.write_frame(&mut writer, b"welcome").await?;
    let mut quiet_since = tokio::time::Instant::now();
    loop {
        let told = tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep_until(quiet_since + IDLE) => break,
            frame = reads.read_frame(&mut reader) => match frame {
                Ok(Some(frame)) => {
                    quiet_since = tokio::time::Instant::now();
                    let _ = room.send(frame);
                    continue;
                }
                _ => break,
            },
            told = queue.recv() => told,
        };
        tell(&mut writes, &mut writer, told).await?;
    }
    for _ in 0..queue.len() {
        let told = queue.recv().await;
        tell(&mut writes, &mut writer, told).await?;
    }
    writer.shutdown().await
}

async fn tell(codec: &mut Lengths, writer: &mut (impl AsyncWrite + Unpin + Send), told: Result<Vec<u8>, RecvError>) -> io::Result<()> {
    match told {
        Ok(frame) => codec.write_frame(writer, &frame).await,
        Err(RecvError::Lagged(count)) => codec.write_frame(writer, missed(count).as_bytes()).await,
        Err(RecvError::Closed) => Ok(()),
    }
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
