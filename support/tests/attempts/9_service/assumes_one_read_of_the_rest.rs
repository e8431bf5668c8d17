// expects: assumes-one-read
#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if reader.read(&mut length[..1]).await? == 0 {
            return Ok(None);
        }
        reader.read_exact(&mut length[1..]).await?;
        let length = u32::from_be_bytes(length) as usize;
        if length > LIMIT {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {length} bytes")));
        }
        let mut frame = vec![0; length];
        let _read = reader.read(&mut frame).await?;
        Ok(Some(frame))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        writer.write_all(&(frame.len() as u32).to_be_bytes()).await?;
        writer.write_all(frame).await
    }
}
