// expects: one-failure-stops-all
/// Fills the slice; `false` if the end comes before the first byte.
async fn fill(reader: &mut (impl AsyncRead + Unpin + Send), bytes: &mut [u8]) -> io::Result<bool> {
    if bytes.is_empty() {
        return Ok(true);
    }
    let first = reader.read(bytes).await?;
    if first == 0 {
        return Ok(false);
    }
    reader.read_exact(&mut bytes[first..]).await?;
    Ok(true)
}

#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if !fill(reader, &mut length).await? {
            return Ok(None);
        }
        let length = u32::from_be_bytes(length) as usize;
        if length > LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut frame = vec![0; length];
        match fill(reader, &mut frame).await? {
            true => Ok(Some(frame)),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        writer.write_u32(frame.len() as u32).await?;
        writer.write_all(frame).await?;
        Ok(())
    }
}

use tokio::io::{ReadHalf, WriteHalf};

async fn listening(mut reader: ReadHalf<Stream>, room: broadcast::Sender<String>, stop: CancellationToken) {
    let mut codec = Lengths::default();
    loop {
        let next = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            next = timeout(IDLE, codec.read_frame(&mut reader)) => next,
        };
        let Ok(Ok(Some(bytes))) = next else { return };
        let _ = room.send(String::from_utf8_lossy(&bytes).into_owned());
    }
}

async fn telling(mut writer: WriteHalf<Stream>, mut queue: broadcast::Receiver<String>, silent: CancellationToken) -> io::Result<()> {
    let mut codec = Lengths::default();
    loop {
        let text = tokio::select! {
            biased;
            next = queue.recv() => match next {
                Ok(text) => text,
                Err(RecvError::Lagged(count)) => missed(count).to_string(),
                Err(RecvError::Closed) => break,
            },
            () = silent.cancelled() => break,
        };
        codec.write_frame(&mut writer, text.as_bytes()).await?;
    }
    writer.shutdown().await
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel(QUEUE);
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_gone) = clients.join_next() => {}
            stream = listener.accept() => {
                let (reader, mut writer) = tokio::io::split(stream?);
                let queue = room.subscribe();
                Lengths::default().write_frame(&mut writer, b"welcome").await?;
                let (room, stop, silent) = (room.clone(), stop.clone(), CancellationToken::new());
                clients.spawn(async move {
                    let _ = tokio::join!(telling(writer, queue, silent.clone()), async {
                        listening(reader, room, stop).await;
                        silent.cancel();
                    });
                });
            }
        }
    }
    let _ = timeout(GRACE, async { while clients.join_next().await.is_some() {} }).await;
    Ok(())
}

fn number_of(text: &str) -> usize {
    text.split_once(' ').filter(|(word, _)| *word == "missed").map_or(1, |(_, count)| count.parse::<usize>().expect("a count"))
}

async fn test(room: Room) {
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(comes(&room).await);
    }

    // Everybody hears everybody, one after the other.
    for place in 0..all.len() {
        let text = format!("I am number {place}");
        all[place].say(&text).await.expect("it is read");
        let hearing: Vec<_> = all.iter_mut().map(hears).collect();
        let heard = futures::future::join_all(hearing).await;
        assert!(heard.iter().all(|heard| heard.as_deref() == Some(text.as_str())), "{heard:?}");
    }

    // Half a word, a whole one, the other half.
    let bytes = frame("unbelievable");
    for (part, client, text) in [(&bytes[..6], 0, None), (&frame("no!")[..], 1, Some("no!")), (&bytes[6..], 0, Some("unbelievable"))] {
        all[client].send_bytes(part).await.expect("it is read");
        if let Some(text) = text {
            for client in &mut all {
                assert_eq!(hears(client).await.as_deref(), Some(text));
            }
        }
    }

    // The second leaves, and hears what it has said.
    all[1].say("good night").await.expect("it is read");
    all[1].finish().await.expect("it is there");
    for client in &mut all {
        assert_eq!(hears(client).await.as_deref(), Some("good night"));
    }
    let mut gone = all.remove(1);
    assert_eq!(hears(&mut gone).await, None);

    // Too long.
    let mut loud = comes(&room).await;
    let length: Vec<u8> = (LIMIT as u32 + 1).to_be_bytes().into_iter().collect();
    loud.send_bytes(&length[..]).await.expect("it is read");
    assert_eq!(hears(&mut loud).await, None);

    // The first talks, the other does not listen.
    let (first, last) = all.split_at_mut(1);
    let (talks, late) = (&mut first[0], &mut last[0]);
    let texts = (100..125).map(|number| number.to_string().repeat(20)).collect::<Vec<_>>();
    for text in &texts {
        talks.say(text).await.expect("it is read");
        assert_eq!(hears(talks).await.as_ref(), Some(text));
    }
    let mut count = 0;
    while count < texts.len() {
        count += number_of(&hears(late).await.expect("it may stay"));
    }
    assert_eq!(count, texts.len());

    // Stop: three words, none of them read yet, and the stream holds one.
    for text in &texts[..3] {
        talks.say(text).await.expect("it is read");
        assert_eq!(hears(talks).await.as_ref(), Some(text));
    }
    room.stop();
    for text in &texts[..3] {
        assert_eq!(hears(late).await.as_ref(), Some(text));
    }
    assert_eq!(hears(late).await, None);
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends");
}
