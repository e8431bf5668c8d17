// expects: waits-for-ever
fn cut(begun: &mut Vec<u8>) -> Option<String> {
    let end = begun.iter().position(|byte| *byte == b'\n')?;
    let line: Vec<u8> = begun.drain(..=end).collect();
    Some(String::from_utf8_lossy(&line[..end]).into_owned())
}

fn rest(begun: &mut Vec<u8>) -> Option<String> {
    if begun.is_empty() {
        return None;
    }
    let last = std::mem::take(begun);
    Some(String::from_utf8_lossy(&last).into_owned())
}

async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    while let Some(chunk) = input.source.chunk().await? {
        input.begun.extend(chunk);
        if let Some(line) = cut(&mut input.begun) {
            return Ok(Some(line));
        }
    }
    if let Some(line) = cut(&mut input.begun) {
        return Ok(Some(line));
    }
    Ok(rest(&mut input.begun))
}

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    let mut ticker = interval(TICK);
    let end = loop {
        tokio::select! {
            line = next_line(input) => match line {
                Ok(Some(line)) => { tasks.spawn(desk.handle(line)); }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            },
            _ = ticker.tick() => desk.tick(),
            Some(_) = tasks.join_next() => {}
            () = stop.cancelled() => break Ok(()),
        }
    };
    let _ = timeout(GRACE, tasks.join_all()).await;
    end
}
