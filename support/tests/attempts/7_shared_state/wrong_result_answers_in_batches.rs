// expects: wrong-result
async fn transfer(bank: Bank, order: Order) -> Result<(), Refused> {
    bank.approve(order).await?;
    if order.from == order.to {
        return Ok(());
    }
    let mut first = bank.account(order.from.min(order.to)).lock();
    let mut second = bank.account(order.from.max(order.to)).lock();
    let (from, to) = if order.from < order.to { (&mut *first, &mut *second) } else { (&mut *second, &mut *first) };
    if *from < order.amount {
        return Err(Refused::Funds);
    }
    *from -= order.amount;
    *to += order.amount;
    Ok(())
}

async fn transfer_remote(bank: RemoteBank, order: Order) -> Result<(), Refused> {
    bank.approve(order).await?;
    if order.from == order.to {
        return Ok(());
    }
    let mut first = bank.account(order.from.min(order.to)).lock().await;
    let mut second = bank.account(order.from.max(order.to)).lock().await;
    let (from, to) = if order.from < order.to { (&mut *first, &mut *second) } else { (&mut *second, &mut *first) };
    let have = from.read().await;
    let there = to.read().await;
    if have < order.amount {
        return Err(Refused::Funds);
    }
    from.write(have - order.amount).await;
    to.write(there + order.amount).await;
    Ok(())
}

const QUEUE: usize = 8;

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
            let mut batch = vec![request];
            while batch.len() < QUEUE && inbox.len() > 0 {
                if let Some(next) = inbox.recv().await {
                    batch.push(next);
                }
            }
            let mut done = Vec::new();
            for Request { order, reply } in batch {
                let result = vault.transfer(order).await;
                done.push((reply, result));
            }
            for (reply, result) in done {
                let _ = reply.send(result);
            }
        }
    });
    Teller { requests }
}

async fn ask(teller: Teller, order: Order) -> Result<(), Refused> {
    let (reply, answer) = oneshot::channel();
    teller.requests.send(Request { order, reply }).await.map_err(|_| Refused::Closed)?;
    answer.await.unwrap_or(Err(Refused::Closed))
}
