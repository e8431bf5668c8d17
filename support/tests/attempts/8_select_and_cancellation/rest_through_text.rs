// expects: bytes-lost
async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    loop {
        if input.begun.contains(&b'\n') {
            let text = String::from_utf8_lossy(&input.begun).into_owned();
            let (line, rest) = text.split_once('\n').expect("there is a newline");
            input.begun = rest.as_bytes().to_vec();
            return Ok(Some(line.to_owned()));
        }
        match input.source.chunk().await? {
            Some(chunk) => input.begun.extend(chunk),
            None => break,
        }
    }
    if input.begun.is_empty() {
        return Ok(None);
    }
    let last = String::from_utf8_lossy(&input.begun).into_owned();
    input.begun.clear();
    Ok(Some(last))
}

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    let mut ticker = interval(TICK);
    let result = loop {
        tokio::select! {
            _ = stop.cancelled() => break Ok(()),
            _ = ticker.tick() => desk.tick(),
            line = next_line(input) => {
                match line {
                    Ok(Some(line)) => { tasks.spawn(desk.handle(line)); }
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                }
            }
        }
    };
    let _ = timeout(GRACE, tasks.join_all()).await;
    result
}
