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
    let mut next_tick = std::pin::pin!(sleep(TICK));
    let ended = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            () = next_tick.as_mut() => {
                desk.tick();
                let due = next_tick.deadline() + TICK;
                next_tick.as_mut().reset(due);
            }
            Some(_) = tasks.join_next() => {}
            line = next_line(input) => match line.transpose() {
                Some(Ok(line)) => {
                    let desk = desk.clone();
                    tasks.spawn(async move { desk.handle(line).await });
                }
                Some(Err(error)) => break Err(error),
                None => break Ok(()),
            },
        }
    };
    let all = async { while tasks.join_next().await.is_some() {} };
    if timeout(GRACE, all).await.is_err() {
        tasks.shutdown().await;
    }
    ended
}
