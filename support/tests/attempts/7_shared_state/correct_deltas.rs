// expects: passed
async fn transfer(bank: Bank, order: Order) -> Result<(), Refused> {
    bank.approve(order).await?;
    let Order { from, to, amount } = order;
    // All accounts there are between the two, as one who looks at them all would lock them.
    let (low, high) = (from.min(to), from.max(to));
    let mut guards: Vec<_> = (low..=high).map(|number| bank.account(number).lock()).collect();
    if from != to && *guards[from - low] < amount {
        return Err(Refused::Funds);
    }
    *guards[from - low] -= amount;
    *guards[to - low] += amount;
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
