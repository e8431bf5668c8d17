// expects: not-written
async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    todo!("return the next line, and keep what belongs to no line in input.begun")
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
