// expects: not-called
fn to_text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    loop {
        let end = input.begun.iter().position(|byte| *byte == b'\n');
        if let Some(end) = end {
            let mut line: Vec<u8> = input.begun.drain(..=end).collect();
            line.truncate(end);
            return Ok(Some(to_text(line)));
        }
        let chunk = input.source.chunk().await?;
        if let Some(chunk) = chunk {
            input.begun.extend(chunk);
        } else {
            let rest = std::mem::take(&mut input.begun);
            return Ok((!rest.is_empty()).then(|| to_text(rest)));
        }
    }
}

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    let mut timer = std::pin::pin!(sleep(TICK));
    let mut rang = false;
    let end = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            () = timer.as_mut(), if !rang => {
                desk.tick();
                rang = true;
            }
            line = next_line(input) => match line {
                Ok(Some(line)) => {
                    tasks.spawn(desk.handle(line));
                    if rang {
                        timer.as_mut().reset(tokio::time::Instant::now() + TICK);
                        rang = false;
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            },
        }
    };
    let _ = timeout(GRACE, tasks.join_all()).await;
    end
}
