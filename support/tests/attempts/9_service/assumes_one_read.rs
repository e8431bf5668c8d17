// expects: assumes-one-read
#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = [0; 4 + LIMIT];
        let read = reader.read(&mut bytes).await?;
        if read == 0 {
            return Ok(None);
        }
        let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
        if length > LIMIT || read < 4 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Some(bytes[4..read].to_vec()))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        writer.write_all(&(frame.len() as u32).to_be_bytes()).await?;
        writer.write_all(frame).await
    }
}
