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
        Err(Refused::Funds)
    } else {
        *from -= order.amount;
        *to += order.amount;
        Ok(())
    }
}

async fn transfer_remote(bank: RemoteBank, order: Order) -> Result<(), Refused> {
    bank.approve(order).await?;
    if order.from == order.to {
        return Ok(());
    }
    let mut first = bank.account(order.from.min(order.to)).lock().await;
    let mut second = bank.account(order.from.max(order.to)).lock().await;
    let (from, to) = if order.from < order.to { (&mut *first, &mut *second) } else { (&mut *second, &mut *first) };
    let balance = from.read().await;
    if balance < order.amount {
        Err(Refused::Funds)
    } else {
        from.write(balance - order.amount).await;
        let balance = to.read().await;
        to.write(balance + order.amount).await;
        Ok(())
    }
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
    let accounts = vault.balances().len();
    let (requests, mut inbox) = mpsc::channel::<Request>(accounts);
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
    teller.requests.send(Request { order, reply }).await.map_err(|_| Refused::Closed)?;
    answer.await.unwrap_or(Err(Refused::Closed))
}
