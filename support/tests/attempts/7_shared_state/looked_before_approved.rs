// expects: not-called
async fn transfer(bank: Bank, order: Order) -> Result<(), Refused> {
    if *bank.account(order.from).lock() < order.amount {
        return Err(Refused::Funds);
    }
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

struct Request {
    order: Order,
    reply: oneshot::Sender<Result<(), Refused>>,
}

#[derive(Clone)]
struct Teller {
    requests: mpsc::Sender<Request>,
}

fn open_teller(mut vault: Vault) -> Teller {
    let (requests, mut inbox) = mpsc::channel::<Request>(QUEUE);
    tokio::spawn(async move {
        while let Some(request) = inbox.recv().await {
            let result = vault.transfer(request.order).await;
            let _ = request.reply.send(result);
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
