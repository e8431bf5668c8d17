// expects: passed
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
                let rest = std::mem::take(&mut input.begun);
                return Ok(Some(String::from_utf8_lossy(&rest).into_owned()));
            }
        }
    }
}

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    let mut due = tokio::time::Instant::now() + TICK;
    let ended = loop {
        let work = tokio::time::timeout_at(due, next_line(input));
        match stop.run_until_cancelled(work).await {
            None => break Ok(()),
            Some(Err(_)) => {
                desk.tick();
                due += TICK;
            }
            Some(Ok(Ok(Some(line)))) => {
                tasks.spawn(desk.handle(line));
                if due <= tokio::time::Instant::now() {
                    desk.tick();
                    due += TICK;
                }
                if stop.is_cancelled() {
                    break Ok(());
                }
            }
            Some(Ok(Ok(None))) => break Ok(()),
            Some(Ok(Err(error))) => break Err(error),
        }
    };
    let _ = timeout(GRACE, tasks.join_all()).await;
    ended
}
