// expects: waits-for-ever
async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    loop {
        if let Some(end) = input.begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = input.begun.drain(..=end).collect();
            return Ok(Some(String::from_utf8_lossy(&line[..end]).into_owned()));
        }
        match input.source.chunk().await? {
            Some(chunk) => input.begun.extend(chunk),
            None if input.begun.is_empty() => return Ok(None),
            None => {
                let line = std::mem::take(&mut input.begun);
                return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
            }
        }
    }
}

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    let mut ticker = interval(TICK);
    let result = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            _ = ticker.tick() => desk.tick(),
            line = next_line(input) => match line {
                Ok(Some(line)) => { tasks.spawn(desk.handle(line)); }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            },
        }
    };
    // at most GRACE for what was begun, then drop the rest
    sleep(GRACE).await;
    tasks.shutdown().await;
    result
}
