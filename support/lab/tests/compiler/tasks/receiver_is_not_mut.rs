// Receiving changes the receiver.
use tokio::sync::mpsc;
let (sender, receiver) = mpsc::channel(8);
sender.send(1).await?;
drop(sender);
while let Some(number) = receiver.recv().await { //~ E0596
    println!("{number}");
}
