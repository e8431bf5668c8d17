// expects: lagged-ignored
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;

type Queue = (mpsc::Sender<Vec<u8>>, u64);

/// For each client its queue, and how many messages did not fit.
#[derive(Clone, Default)]
struct Queues(Arc<Mutex<Vec<Option<Queue>>>>);

impl Queues {
    fn enter(&self) -> (usize, mpsc::Receiver<Vec<u8>>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let mut queues = self.0.lock().unwrap();
        queues.push(Some((sender, 0)));
        (queues.len() - 1, receiver)
    }

    fn leave(&self, place: usize) {
        self.0.lock().unwrap()[place] = None;
    }

    fn tell_all(&self, frame: &[u8]) {
        for (queue, lost) in self.0.lock().unwrap().iter_mut().flatten() {
            if *lost > 0 && queue.capacity() > 1 {
                let _ = queue.try_send(missed(*lost).into_bytes());
                *lost = 0;
            }
            if *lost > 0 || queue.try_send(frame.to_vec()).is_err() {
                *lost += 1;
            }
        }
    }
}

async fn client(stream: Stream, room: Queues, stop: CancellationToken) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (place, mut queue) = room.enter();
    let listening = async {
        let mut codec = Lengths::default();
        loop {
            let next = tokio::select! {
                () = stop.cancelled() => break,
                next = timeout(IDLE, codec.read_frame(&mut reader)) => next,
            };
            let Ok(Ok(Some(frame))) = next else { break };
            room.tell_all(&frame);
        }
        room.leave(place);
    };
    let telling = async {
        let mut codec = Lengths::default();
        codec.write_frame(&mut writer, b"welcome").await?;
        while let Some(frame) = queue.recv().await {
            codec.write_frame(&mut writer, &frame).await?;
        }
        writer.shutdown().await
    };
    let (_told, ()) = tokio::join!(telling, listening);
}

async fn serve(mut listener: Listener, stop: CancellationToken) -> io::Result<()> {
    let room = Queues::default();
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
