// expects: not-written, not-written, not-written, not-written
#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        todo!("the next frame")
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        todo!("its length, then the frame itself")
    }
}

async fn serve(listener: Listener, stop: CancellationToken) -> io::Result<()> {
    todo!("a task for each client, until `stop`")
}

async fn test(room: Room) {
    todo!("what a right service does, and a broken one does not")
}
