// expects: bytes-lost
async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    loop {
        if let Some(end) = input.begun.iter().position(|&b| b == b'\n') {
            let mut line: Vec<u8> = input.begun.drain(..=end).collect();
            line.pop();
            return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
        }
        match input.source.chunk().await {
            Ok(Some(chunk)) => input.begun.extend(chunk),
            Ok(None) => {
                if input.begun.is_empty() {
                    return Ok(None);
                }
                let last = std::mem::take(&mut input.begun);
                return Ok(Some(String::from_utf8_lossy(&last).into_owned()));
            }
            Err(error) => {
                // begin anew with a clean buffer
                input.begun.clear();
                return Err(error);
            }
        }
    }
}

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    let mut ticker = interval(TICK);
    let end = loop {
        tokio::select! {
            biased;
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
    end
}
