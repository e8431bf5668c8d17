// expects: passed
async fn transfer(bank: Bank, order: Order) -> Result<(), Refused> {
    bank.approve(order).await?;
    if order.from == order.to {
        return Ok(());
    }
    let mut first = bank.account(order.from.min(order.to)).lock();
    let mut second = bank.account(order.from.max(order.to)).lock();
    let (from, to) = if order.from < order.to { (&mut first, &mut second) } else { (&mut second, &mut first) };
    if **from < order.amount {
        return Err(Refused::Funds);
    }
    **from -= order.amount;
    **to += order.amount;
    Ok(())
}

async fn transfer_remote(bank: RemoteBank, order: Order) -> Result<(), Refused> {
    bank.approve(order).await?;
    if order.from == order.to {
        return Ok(());
    }
    let mut first = bank.account(order.from.min(order.to)).lock().await;
    let mut second = bank.account(order.from.max(order.to)).lock().await;
    let (from, to) = if order.from < order.to { (&mut first, &mut second) } else { (&mut second, &mut first) };
    let (has, gets) = (from.read().await, to.read().await);
    if has < order.amount {
        return Err(Refused::Funds);
    }
    from.write(has - order.amount).await;
    to.write(gets + order.amount).await;
    Ok(())
}

enum Message {
    Transfer(Order, oneshot::Sender<Result<(), Refused>>),
}

#[derive(Clone)]
struct Teller(mpsc::Sender<Message>);

fn open_teller(vault: Vault) -> Teller {
    let (sender, receiver) = mpsc::channel(QUEUE);
    tokio::spawn(serve(vault, receiver));
    Teller(sender)
}

async fn serve(mut vault: Vault, mut messages: mpsc::Receiver<Message>) {
    loop {
        tokio::select! {
            message = messages.recv() => match message {
                Some(Message::Transfer(order, reply)) => {
                    let result = vault.transfer(order).await;
                    if reply.send(result).is_err() {
                        println!("nobody waits for {order} any more");
                    }
                }
                None => break,
            }
        }
    }
}

async fn ask(teller: Teller, order: Order) -> Result<(), Refused> {
    let (reply, answer) = oneshot::channel();
    match teller.0.send(Message::Transfer(order, reply)).await {
        Ok(()) => answer.await.unwrap_or(Err(Refused::Closed)),
        Err(_) => Err(Refused::Closed),
    }
}
