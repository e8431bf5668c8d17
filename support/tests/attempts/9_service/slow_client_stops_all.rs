// expects: slow-client-stops-all
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};

type Queues = Arc<Mutex<Vec<mpsc::Sender<Vec<u8>>>>>;

async fn client(stream: Stream, room: Queues, stop: CancellationToken) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (sender, mut queue) = mpsc::channel(QUEUE);
    room.lock().await.push(sender.clone());
    let listening = async {
        let mut codec = Lengths::default();
        loop {
            let next = tokio::select! {
                () = stop.cancelled() => break,
                next = timeout(IDLE, codec.read_frame(&mut reader)) => next,
            };
            let Ok(Ok(Some(frame))) = next else { break };
            for queue in room.lock().await.iter() {
                let _ = queue.send(frame.clone()).await;
            }
        }
        room.lock().await.retain(|other| !other.same_channel(&sender));
        drop(sender);
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
