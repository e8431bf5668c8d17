// expects: runtime-in-runtime
async fn rooms(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
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

async fn serve(listener: Listener, stop: CancellationToken) -> io::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(rooms(listener, stop))
}
