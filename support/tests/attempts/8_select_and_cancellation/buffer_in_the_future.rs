// expects: bytes-lost
async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    let mut line = std::mem::take(&mut input.begun);
    loop {
        if let Some(end) = line.iter().position(|byte| *byte == b'\n') {
            input.begun = line.split_off(end + 1);
            return Ok(Some(String::from_utf8_lossy(&line[..end]).into_owned()));
        }
        match input.source.chunk().await? {
            Some(chunk) => line.extend(chunk),
            None if line.is_empty() => return Ok(None),
            None => return Ok(Some(String::from_utf8_lossy(&line).into_owned())),
        }
    }
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
