// expects: wrong-result
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
                let last = std::mem::take(&mut input.begun);
                return Ok(Some(String::from_utf8_lossy(&last).into_owned()));
            }
        }
    }
}

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    let mut tasks = JoinSet::new();

    let ticks = async {
        let mut ticker = interval(TICK);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = ticker.tick() => desk.tick(),
            }
        }
    };

    let lines = async {
        let end: io::Result<()> = loop {
            tokio::select! {
                () = stop.cancelled() => break Ok(()),
                line = next_line(input) => match line {
                    Ok(Some(line)) => { tasks.spawn(desk.handle(line)); }
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                },
            }
            // the line is begun: let the ticks have their turn
            tokio::task::yield_now().await;
        };
        stop.cancel(); // the ticks have to end, too
        end
    };

    let ((), end) = tokio::join!(ticks, lines);
    let _ = timeout(GRACE, tasks.join_all()).await;
    end
}
