// expects: passed
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

#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut header = [0u8; 4];
        let mut have = 0;
        while have < header.len() {
            match reader.read(&mut header[have..]).await? {
                0 if have == 0 => return Ok(None),
                0 => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the end inside a length")),
                count => have += count,
            }
        }
        let length = u32::from_be_bytes(header) as usize;
        if length > LIMIT {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{length} bytes are too many")));
        }
        let mut body = vec![0u8; length];
        let mut have = 0;
        while have < length {
            let count = reader.read(&mut body[have..]).await?;
            if count == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the end inside a frame"));
            }
            have += count;
        }
        Ok(Some(body))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(4 + frame.len());
        bytes.extend_from_slice(&(frame.len() as u32).to_be_bytes());
        bytes.extend_from_slice(frame);
        writer.write_all(&bytes).await?;
        writer.flush().await
    }
}

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

#[derive(Default)]
struct Waiting {
    letters: VecDeque<Arc<[u8]>>,
    lost: u64,
    closed: bool,
}

/// A ring of at most `QUEUE` messages: the newest pushes the oldest out.
#[derive(Default)]
struct Mailbox {
    waiting: Mutex<Waiting>,
    news: Notify,
}

impl Mailbox {
    fn put(&self, letter: Arc<[u8]>) {
        let mut waiting = self.waiting.lock().unwrap();
        if waiting.letters.len() == QUEUE {
            waiting.letters.pop_front();
            waiting.lost += 1;
        }
        waiting.letters.push_back(letter);
        drop(waiting);
        self.news.notify_one();
    }

    fn close(&self) {
        self.waiting.lock().unwrap().closed = true;
        self.news.notify_one();
    }

    fn look(&self) -> Option<Option<Vec<u8>>> {
        let mut waiting = self.waiting.lock().unwrap();
        if waiting.lost > 0 {
            let lost = std::mem::take(&mut waiting.lost);
            return Some(Some(missed(lost).as_bytes().to_vec()));
        }
        match waiting.letters.pop_front() {
            Some(letter) => Some(Some(letter.to_vec())),
            None if waiting.closed => Some(None),
            None => None,
        }
    }

    async fn next_letter(&self) -> Option<Vec<u8>> {
        loop {
            if let Some(found) = self.look() {
                return found;
            }
            self.news.notified().await;
        }
    }
}

enum Event {
    Said(Vec<u8>),
    Silent(u64),
}

async fn reads(id: u64, mut reader: tokio::io::ReadHalf<Stream>, events: tokio::sync::mpsc::Sender<Event>, stop: CancellationToken) {
    let mut codec = Lengths::default();
    loop {
        let next = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            next = timeout(IDLE, codec.read_frame(&mut reader)) => next,
        };
        let Ok(Ok(Some(said))) = next else { break };
        if events.send(Event::Said(said)).await.is_err() {
            return;
        }
    }
    let _ = events.send(Event::Silent(id)).await;
}

async fn writes(mut writer: tokio::io::WriteHalf<Stream>, mailbox: Arc<Mailbox>) -> io::Result<()> {
    let mut codec = Lengths::default();
    codec.write_frame(&mut writer, b"welcome").await?;
    while let Some(text) = mailbox.next_letter().await {
        codec.write_frame(&mut writer, &text).await?;
    }
    writer.shutdown().await
}

#[derive(Default)]
struct Actor {
    boxes: HashMap<u64, Arc<Mailbox>>,
}

impl Actor {
    fn handle(&mut self, event: Event) {
        match event {
            Event::Said(said) => {
                let said: Arc<[u8]> = Arc::from(said);
                self.boxes.values().for_each(|mailbox| mailbox.put(Arc::clone(&said)));
            }
            Event::Silent(id) => {
                if let Some(mailbox) = self.boxes.remove(&id) {
                    mailbox.close();
                }
            }
        }
    }
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let mut actor = Actor::default();
    let mut tasks: JoinSet<()> = JoinSet::new();
    let (sends, mut events) = tokio::sync::mpsc::channel(QUEUE);
    let mut ids = 0..;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            stream = listener.accept() => {
                let (reader, writer) = tokio::io::split(stream?);
                let id = ids.next().expect("numbers enough");
                let mailbox = Arc::new(Mailbox::default());
                actor.boxes.insert(id, mailbox.clone());
                tasks.spawn(reads(id, reader, sends.clone(), stop.clone()));
                tasks.spawn(async move { drop(writes(writer, mailbox).await) });
            }
            Some(event) = events.recv() => actor.handle(event),
            Some(_) = tasks.join_next() => {}
        }
    }
    drop(sends);
    let farewell = async {
        // What was read before `stop` is still told to all, also to those that have been reported as silent since.
        while let Some(event) = events.recv().await {
            if let Event::Said(_) = event {
                actor.handle(event);
            }
        }
        actor.boxes.values().for_each(|mailbox| mailbox.close());
        while tasks.join_next().await.is_some() {}
    };
    let _ = timeout(GRACE, farewell).await;
    Ok(())
}
