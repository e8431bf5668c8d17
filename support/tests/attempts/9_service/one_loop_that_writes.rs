// expects: slow-client-stops-all
#[derive(Clone, Default)]
struct Lengths {
    bytes: Vec<u8>,
}

impl Codec for Lengths {
    /// What has come is kept in the codec, so this may be dropped at any `.await`.
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(length) = self.bytes.first_chunk::<4>() {
                let length = u32::from_be_bytes(*length) as usize;
                if length > LIMIT {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                if self.bytes.len() >= 4 + length {
                    let frame = self.bytes.drain(..4 + length).skip(4).collect();
                    return Ok(Some(frame));
                }
            }
            if reader.read_buf(&mut self.bytes).await? == 0 {
                return match self.bytes.is_empty() {
                    true => Ok(None),
                    false => Err(io::ErrorKind::UnexpectedEof.into()),
                };
            }
        }
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        let mut bytes = (frame.len() as u32).to_be_bytes().to_vec();
        bytes.extend_from_slice(frame);
        writer.write_all(&bytes).await
    }
}

async fn client(stream: Stream, room: broadcast::Sender<Vec<u8>>, stop: CancellationToken) -> io::Result<()> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (mut reads, mut writes) = (Lengths::default(), Lengths::default());
    let mut queue = room.subscribe();
    writes.write_frame(&mut writer, b"welcome").await?;
    let mut quiet_since = tokio::time::Instant::now();
    loop {
        let told = tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep_until(quiet_since + IDLE) => break,
            frame = reads.read_frame(&mut reader) => match frame {
                Ok(Some(frame)) => {
                    quiet_since = tokio::time::Instant::now();
                    let _ = room.send(frame);
                    continue;
                }
                _ => break,
            },
            told = queue.recv() => told,
        };
        tell(&mut writes, &mut writer, told).await?;
    }
    for _ in 0..queue.len() {
        let told = queue.recv().await;
        tell(&mut writes, &mut writer, told).await?;
    }
    writer.shutdown().await
}

async fn tell(codec: &mut Lengths, writer: &mut (impl AsyncWrite + Unpin + Send), told: Result<Vec<u8>, RecvError>) -> io::Result<()> {
    match told {
        Ok(frame) => codec.write_frame(writer, &frame).await,
        Err(RecvError::Lagged(count)) => codec.write_frame(writer, missed(count).as_bytes()).await,
        Err(RecvError::Closed) => Ok(()),
    }
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            stream = listener.accept() => {
                clients.spawn(client(stream?, room.clone(), stop.clone()));
            }
            Some(_gone) = clients.join_next() => {}
        }
    }
    drop(listener);
    let drained = async { while clients.join_next().await.is_some() {} };
    if timeout(GRACE, drained).await.is_err() {
        clients.shutdown().await;
    }
    Ok(())
}
