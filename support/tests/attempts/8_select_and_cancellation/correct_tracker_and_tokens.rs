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

use support::tokio_util::task::TaskTracker;

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    let mut ticker = interval(TICK);
    let tracker = TaskTracker::new();
    let given_up = CancellationToken::new();
    let _when_dropped = given_up.clone().drop_guard();
    let ended = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            _ = ticker.tick() => desk.tick(),
            line = next_line(input) => match line {
                Ok(Some(line)) => {
                    let (work, given_up) = (desk.handle(line), given_up.clone());
                    tracker.spawn(async move {
                        given_up.run_until_cancelled(work).await;
                    });
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            },
        }
    };
    tracker.close();
    if timeout(GRACE, tracker.wait()).await.is_err() {
        given_up.cancel();
        tracker.wait().await;
    }
    ended
}
