// expects: passed
#[derive(Clone, Default)]
struct Lengths {}

impl Codec for Lengths {
    async fn read_frame(&mut self, reader: &mut (impl AsyncRead + Unpin + Send)) -> io::Result<Option<Vec<u8>>> {
        let mut header = Vec::with_capacity(4);
        (&mut *reader).take(4).read_to_end(&mut header).await?;
        if header.is_empty() {
            return Ok(None);
        }
        let header: [u8; 4] = header.try_into().map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        let length = u32::from_be_bytes(header);
        if length as usize > LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut body = Vec::with_capacity(length as usize);
        (&mut *reader).take(u64::from(length)).read_to_end(&mut body).await?;
        if body.len() < length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some(body))
    }

    async fn write_frame(&mut self, writer: &mut (impl AsyncWrite + Unpin + Send), frame: &[u8]) -> io::Result<()> {
        writer.write_u32(frame.len() as u32).await?;
        writer.write_all(frame).await?;
        Ok(())
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

#[derive(Clone, Default)]
struct Hall {
    boxes: Arc<Mutex<HashMap<u64, Arc<Mailbox>>>>,
}

impl Hall {
    fn enter(&self, id: u64) -> Arc<Mailbox> {
        let mailbox = Arc::new(Mailbox::default());
        self.boxes.lock().unwrap().insert(id, mailbox.clone());
        mailbox
    }

    fn say(&self, words: Vec<u8>) {
        let words: Arc<[u8]> = words.into();
        for mailbox in self.boxes.lock().unwrap().values() {
            mailbox.put(words.clone());
        }
    }

    fn leave(&self, id: u64) {
        if let Some(mailbox) = self.boxes.lock().unwrap().remove(&id) {
            mailbox.close();
        }
    }
}

async fn guest(stream: Stream, id: u64, mailbox: Arc<Mailbox>, hall: Hall, stop: CancellationToken) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (mut reads, mut writes) = (Lengths::default(), Lengths::default());
    let hearing = async {
        let outcome: io::Result<()> = async {
            writes.write_frame(&mut writer, b"welcome").await?;
            while let Some(letter) = mailbox.next_letter().await {
                writes.write_frame(&mut writer, &letter).await?;
            }
            writer.shutdown().await
        }
        .await;
        outcome
    };
    let saying = async {
        loop {
            let next = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                next = timeout(IDLE, reads.read_frame(&mut reader)) => next,
            };
            match next {
                Ok(Ok(Some(words))) => hall.say(words),
                _ => break,
            }
        }
        hall.leave(id);
    };
    let (_outcome, ()) = tokio::join!(hearing, saying);
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let hall = Hall::default();
    let mut guests = JoinSet::new();
    for id in 0.. {
        let stream = loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break None,
                Some(_) = guests.join_next() => {}
                stream = listener.accept() => break Some(stream?),
            }
        };
        let Some(stream) = stream else { break };
        guests.spawn(guest(stream, id, hall.enter(id), hall.clone(), stop.clone()));
    }
    let _ = timeout(GRACE, async { while guests.join_next().await.is_some() {} }).await;
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
