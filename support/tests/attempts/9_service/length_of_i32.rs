// expects: panicked
#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if reader.read(&mut length[..1]).await? == 0 {
            return Ok(None);
        }
        reader.read_exact(&mut length[1..]).await?;
        let length = i32::from_be_bytes(length);
        if length > LIMIT as i32 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the frame is too long"));
        }
        let mut frame = vec![0; length as usize];
        reader.read_exact(&mut frame).await?;
        Ok(Some(frame))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        writer.write_u32(frame.len() as u32).await?;
        writer.write_all(frame).await?;
        Ok(())
    }
}

use std::sync::Arc;

type Words = Arc<Vec<u8>>;

#[derive(Debug)]
enum Farewell {
    Finished,
    Idle,
    Broken(io::Error),
    Closing,
}

struct Mouth<R> {
    reader: R,
    codec: Lengths,
    room: broadcast::Sender<Words>,
}

impl<R: AsyncRead + Unpin + Send> Mouth<R> {
    async fn sentence(&mut self) -> Result<Words, Farewell> {
        match timeout(IDLE, self.codec.read_frame(&mut self.reader)).await {
            Err(_) => Err(Farewell::Idle),
            Ok(Err(error)) => Err(Farewell::Broken(error)),
            Ok(Ok(None)) => Err(Farewell::Finished),
            Ok(Ok(Some(words))) => Ok(Arc::new(words)),
        }
    }

    async fn speak(&mut self, stop: &CancellationToken) -> Farewell {
        loop {
            let sentence = tokio::select! {
                biased;
                () = stop.cancelled() => Err(Farewell::Closing),
                sentence = self.sentence() => sentence,
            };
            match sentence {
                Ok(words) => drop(self.room.send(words)),
                Err(farewell) => return farewell,
            }
        }
    }
}

struct Ear<W> {
    writer: W,
    codec: Lengths,
    queue: broadcast::Receiver<Words>,
}

impl<W: AsyncWrite + Unpin + Send> Ear<W> {
    async fn tell(&mut self, text: &[u8]) -> io::Result<()> {
        self.codec.write_frame(&mut self.writer, text).await
    }

    async fn hear(&mut self, farewell: CancellationToken) -> io::Result<()> {
        self.tell(b"welcome").await?;
        loop {
            let next = tokio::select! {
                biased;
                next = self.queue.recv() => next,
                () = farewell.cancelled() => Err(RecvError::Closed),
            };
            match next {
                Ok(words) => self.tell(words.as_slice()).await?,
                Err(RecvError::Lagged(count)) => self.tell(missed(count).as_bytes()).await?,
                Err(RecvError::Closed) => return self.writer.shutdown().await,
            }
        }
    }
}

struct Guest {
    stream: Stream,
    room: broadcast::Sender<Words>,
    stop: CancellationToken,
}

impl Guest {
    async fn stay(self) -> Farewell {
        let Guest { stream, room, stop } = self;
        let queue = room.subscribe();
        let (reader, writer) = tokio::io::split(stream);
        let mut mouth = Mouth { reader, codec: Lengths::default(), room };
        let mut ear = Ear { writer, codec: Lengths::default(), queue };
        let farewell = CancellationToken::new();
        let speaking = async {
            let _says_when_it_ends = farewell.clone().drop_guard();
            mouth.speak(&stop).await
        };
        let (_, why) = tokio::join!(ear.hear(farewell.clone()), speaking);
        why
    }
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let (room, _) = broadcast::channel::<Words>(QUEUE);
    let mut guests: JoinSet<Farewell> = JoinSet::new();
    while !stop.is_cancelled() {
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            Some(_why) = guests.join_next() => {}
            stream = listener.accept() => {
                let guest = Guest { stream: stream?, room: room.clone(), stop: stop.clone() };
                guests.spawn(guest.stay());
            }
        }
    }
    drop(listener);
    let deadline = tokio::time::Instant::now() + GRACE;
    while let Ok(Some(_)) = tokio::time::timeout_at(deadline, guests.join_next()).await {}
    Ok(())
}

async fn says(client: &mut Client, text: &str) {
    timeout(Duration::from_secs(10), client.say(text)).await.expect("it is read within ten seconds").expect("it is read");
}

async fn says_and_hears(client: &mut Client, text: &str) {
    says(client, text).await;
    assert_eq!(hears(client).await.as_deref(), Some(text));
}

async fn two_talk(room: &Room) {
    let (mut one, mut two) = (comes(room).await, comes(room).await);
    says_and_hears(&mut one, "is anybody there?").await;
    assert_eq!(hears(&mut two).await.as_deref(), Some("is anybody there?"));
    says_and_hears(&mut two, "yes").await;
    assert_eq!(hears(&mut one).await.as_deref(), Some("yes"));
}

async fn in_parts(room: &Room) {
    let (mut slow, mut quick) = (comes(room).await, comes(room).await);
    let bytes = frame("in two parts");
    for cut in [2, 9] {
        slow.send_bytes(&bytes[..cut]).await.expect("it is read");
        says_and_hears(&mut quick, "between").await;
        assert_eq!(hears(&mut slow).await.as_deref(), Some("between"));
        slow.send_bytes(&bytes[cut..]).await.expect("it is read");
        for client in [&mut slow, &mut quick] {
            assert_eq!(hears(client).await.as_deref(), Some("in two parts"), "cut at {cut}");
        }
    }
}

async fn too_long(room: &Room) {
    let mut liar = comes(room).await;
    let length = u32::try_from(LIMIT + 1).expect("small").to_be_bytes();
    liar.send_bytes(&length[..]).await.expect("it is read");
    assert_eq!(hears(&mut liar).await, None, "more than {LIMIT} bytes");
}

async fn last_words(room: &Room) {
    let mut leaves = comes(room).await;
    says(&mut leaves, "last words").await;
    leaves.finish().await.expect("it is there");
    assert_eq!(hears(&mut leaves).await.as_deref(), Some("last words"));
    assert_eq!(hears(&mut leaves).await, None);
}

async fn sleeper(room: &Room) {
    let (mut sleeps, mut talks) = (comes(room).await, comes(room).await);
    let long = "z".repeat(56);
    for number in 10..34 {
        says_and_hears(&mut talks, &format!("{long} {number}")).await;
    }
    let mut all = 0;
    while all < 24 {
        let text = hears(&mut sleeps).await.expect("it is not let go");
        all += text.strip_prefix("missed ").map_or(1, |count| count.parse::<u64>().expect("a count"));
    }
    assert_eq!(all, 24);
}

async fn stops(room: Room) {
    let (mut late, mut talks) = (comes(&room).await, comes(&room).await);
    let texts: Vec<String> = ('a'..='d').map(|letter| letter.to_string().repeat(40)).collect();
    for text in &texts {
        says_and_hears(&mut talks, text).await;
    }
    room.stop();
    for text in &texts {
        assert_eq!(hears(&mut late).await.as_ref(), Some(text));
    }
    for client in [&mut late, &mut talks] {
        assert_eq!(hears(client).await, None);
    }
    let _ = timeout(Duration::from_secs(10), room.ended()).await.expect("it ends in time");
}

async fn test(room: Room) {
    two_talk(&room).await;
    in_parts(&room).await;
    too_long(&room).await;
    last_words(&room).await;
    sleeper(&room).await;
    stops(room).await;
}
