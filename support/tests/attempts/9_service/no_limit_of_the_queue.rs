// expects: no-limit
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;

type Queue = mpsc::UnboundedSender<Vec<u8>>;

#[derive(Clone, Default)]
struct Queues(Arc<Mutex<Vec<Option<Queue>>>>);

impl Queues {
    fn enter(&self) -> (usize, mpsc::UnboundedReceiver<Vec<u8>>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut queues = self.0.lock().unwrap();
        queues.push(Some(sender));
        (queues.len() - 1, receiver)
    }

    fn leave(&self, place: usize) {
        self.0.lock().unwrap()[place] = None;
    }

    fn tell_all(&self, frame: &[u8]) {
        for queue in self.0.lock().unwrap().iter().flatten() {
            let _ = queue.send(frame.to_vec());
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
