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
    let tasks = std::cell::RefCell::new(JoinSet::new());
    let ticks = async {
        let mut ticker = interval(TICK);
        loop {
            ticker.tick().await;
            desk.tick();
        }
    };
    let lines = async {
        while let Some(line) = next_line(input).await? {
            tasks.borrow_mut().spawn(desk.handle(line));
        }
        Ok(())
    };
    let ended = tokio::select! {
        biased;
        () = stop.cancelled() => Ok(()),
        never = ticks => never,
        ended = lines => ended,
    };
    let _ = timeout(GRACE, tasks.into_inner().join_all()).await;
    ended
}
