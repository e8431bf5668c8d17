// expects: bytes-lost
async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    while let Some(chunk) = input.source.chunk().await? {
        for byte in chunk {
            if byte == b'\n' {
                return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
            }
            line.push(byte);
        }
    }
    Ok((!line.is_empty()).then(|| String::from_utf8_lossy(&line).into_owned()))
}

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    let mut ticker = interval(TICK);
    let mut tasks = JoinSet::new();
    let ended = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            _ = ticker.tick() => desk.tick(),
            line = next_line(input) => match line {
                Ok(Some(line)) => {
                    tasks.spawn(desk.handle(line));
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            },
        }
    };
    let _ = timeout(GRACE, tasks.join_all()).await;
    ended
}
