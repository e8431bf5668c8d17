// expects: passed
async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    loop {
        if let Some(end) = input.begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = input.begun.drain(..=end).collect();
            return Ok(Some(String::from_utf8_lossy(&line[..end]).into_owned()));
        }
        match input.source.chunk().await? {
            Some(mut chunk) => input.begun.append(&mut chunk),
            None => {
                let rest = String::from_utf8_lossy(&input.begun).into_owned();
                input.begun.clear();
                return Ok((!rest.is_empty()).then_some(rest));
            }
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
