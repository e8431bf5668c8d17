// expects: not-drained
use std::collections::HashMap;

struct Running(tokio::task::JoinHandle<()>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    loop {
        if let Some(end) = input.begun.iter().position(|byte| *byte == b'\n') {
            let rest = input.begun.split_off(end + 1);
            let mut line = std::mem::replace(&mut input.begun, rest);
            line.pop();
            return Ok(Some(text(line)));
        }
        let chunk = match input.source.chunk().await {
            Ok(chunk) => chunk,
            Err(error) => return Err(error),
        };
        match chunk {
            Some(chunk) => input.begun.extend(chunk),
            None if input.begun.is_empty() => return Ok(None),
            None => return Ok(Some(text(std::mem::take(&mut input.begun)))),
        }
    }
}

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    let mut running: HashMap<String, Running> = HashMap::new();
    let mut ticker = interval(TICK);
    let result = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            _ = ticker.tick() => desk.tick(),
            line = next_line(input) => match line {
                Ok(Some(line)) => {
                    let task = tokio::spawn(desk.handle(line.clone()));
                    running.insert(line, Running(task));
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            },
        }
    };
    let all = async {
        for task in running.values_mut() {
            let _ = (&mut task.0).await;
        }
    };
    let _ = timeout(GRACE, all).await;
    result
}
