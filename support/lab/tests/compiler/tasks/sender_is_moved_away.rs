// The first task takes the only sender with it.
use tokio::sync::mpsc;
let (sender, mut receiver) = mpsc::channel(8);
tokio::spawn(async move { sender.send(1).await });
tokio::spawn(async move { sender.send(2).await }); //~ E0382
while let Some(number) = receiver.recv().await {
    println!("{number}");
}
