// expects: restarts-timer
async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    while !input.begun.contains(&b'\n') {
        match input.source.chunk().await? {
            Some(chunk) => input.begun.extend(chunk),
            None => break,
        }
    }
    let length = input.begun.iter().position(|b| *b == b'\n').map_or(input.begun.len(), |end| end + 1);
    let line: Vec<u8> = input.begun.drain(..length).collect();
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    Ok((!line.is_empty()).then(|| String::from_utf8_lossy(text).into_owned()))
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
    while let Ok(Some(_)) = timeout(GRACE, tasks.join_next()).await {}
    result
}
