// expects: sequential
use std::sync::Arc;
use tokio::sync::Semaphore;

async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    while !input.begun.contains(&b'\n') {
        let Some(chunk) = input.source.chunk().await? else {
            let last = std::mem::take(&mut input.begun);
            return Ok((!last.is_empty()).then(|| String::from_utf8_lossy(&last).into_owned()));
        };
        input.begun.extend(chunk);
    }
    let line: Vec<u8> = input.begun.iter().copied().take_while(|byte| *byte != b'\n').collect();
    input.begun.drain(..line.len() + 1);
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(4));
    let mut tasks = JoinSet::new();
    let mut ticker = interval(TICK);
    let result = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            _ = ticker.tick() => desk.tick(),
            Some(_) = tasks.join_next() => {}
            line = next_line(input) => match line {
                Ok(Some(line)) => {
                    let places = Arc::clone(&places);
                    let work = desk.handle(line);
                    tasks.spawn(async move {
                        let _place = places.acquire_owned().await;
                        work.await
                    });
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            },
        }
    };
    let _ = timeout(GRACE, tasks.join_all()).await;
    result
}
