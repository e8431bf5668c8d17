// expects: not-written, not-written
async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
    todo!("return the next line, and keep what belongs to no line in input.begun")
}

async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()> {
    todo!("handle each line in a task, tick, and stop")
}
