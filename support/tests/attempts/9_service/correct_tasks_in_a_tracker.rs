// expects: passed
use support::tokio_util::task::TaskTracker;

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

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let (tasks, gone) = (TaskTracker::new(), CancellationToken::new());
    while let Some(stream) = stop.run_until_cancelled(listener.accept()).await {
        let (mut reader, mut writer) = tokio::io::split(stream?);
        let (room, stop, silent, queue) = (room.clone(), stop.clone(), CancellationToken::new(), room.subscribe());
        let (says_nothing, gone) = (silent.clone(), gone.clone());
        tasks.spawn(async move {
            listen(&mut reader, &room, &stop).await;
            says_nothing.cancel();
        });
        tasks.spawn(async move {
            tokio::select! {
                _told = tell(&mut writer, queue, &silent) => {}
                () = gone.cancelled() => {}
            }
        });
    }
    tasks.close();
    if timeout(GRACE, tasks.wait()).await.is_err() {
        gone.cancel();
        tasks.wait().await;
    }
    Ok(())
}
