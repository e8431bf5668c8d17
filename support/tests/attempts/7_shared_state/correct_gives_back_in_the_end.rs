// expects: passed
async fn transfer(bank: Bank, order: Order) -> Result<(), Refused> {
    bank.approve(order).await?;
    if order.from == order.to {
        return Ok(());
    }
    // A first look, which decides nothing that a second does not.
    if *bank.account(order.from).lock() < order.amount {
        return Err(Refused::Funds);
    }
    let low = bank.account(order.from.min(order.to)).lock();
    let high = bank.account(order.from.max(order.to)).lock();
    let (mut from, mut to) = if order.from < order.to { (low, high) } else { (high, low) };
    let (has, gets) = (*from, *to);
    if has < order.amount {
        return Err(Refused::Funds);
    }
    *to = gets + order.amount;
    *from = has - order.amount;
    drop(to);
    drop(from);
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

struct Request {
    order: Order,
    reply: oneshot::Sender<Result<(), Refused>>,
}

#[derive(Clone)]
struct Teller {
    requests: mpsc::Sender<Request>,
}

fn open_teller(vault: Vault) -> Teller {
    let (requests, mut inbox) = mpsc::channel::<Request>(QUEUE);
    tokio::spawn(async move {
        // One task for each, and one at a time.
        let vault = Arc::new(tokio::sync::Mutex::new(vault));
        while let Some(Request { order, reply }) = inbox.recv().await {
            let vault = vault.clone();
            let serves = tokio::spawn(async move {
                let result = vault.lock().await.transfer(order).await;
                let _ = reply.send(result);
            });
            let _ = serves.await;
        }
    });
    Teller { requests }
}

async fn ask(teller: Teller, order: Order) -> Result<(), Refused> {
    let (reply, answer) = oneshot::channel();
    let sent = teller.requests.send(Request { order, reply }).await;
    sent.map_err(|_| Refused::Closed)?;
    answer.await.map_err(|_| Refused::Closed)?
}
