// expects: wrong-result
async fn transfer(bank: Bank, order: Order) -> Result<(), Refused> {
    bank.approve(order).await?;

    if order.from == order.to {
        // only one lock here, or we would wait for ourselves
        let account = bank.account(order.from).lock();
        if *account < order.amount {
            return Err(Refused::Funds);
        }
        // minus and plus: nothing changes
        return Ok(());
    }

    let mut low = bank.account(order.from.min(order.to)).lock();
    let mut high = bank.account(order.from.max(order.to)).lock();
    let (from, to): (&mut i64, &mut i64) =
        if order.from < order.to { (&mut *low, &mut *high) } else { (&mut *high, &mut *low) };
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

    let mut low = bank.account(order.from.min(order.to)).lock().await;
    let mut high = bank.account(order.from.max(order.to)).lock().await;
    let (from, to) = if order.from < order.to { (&mut *low, &mut *high) } else { (&mut *high, &mut *low) };
    let have = from.read().await;
    if have < order.amount {
        return Err(Refused::Funds);
    }
    from.write(have - order.amount).await;
    let have = to.read().await;
    to.write(have + order.amount).await;
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

async fn serve(mut vault: Vault, mut inbox: mpsc::Receiver<Request>) {
    while let Some(request) = inbox.recv().await {
        let result = vault.transfer(request.order).await;
        let _ = request.reply.send(result);
    }
}

fn open_teller(vault: Vault) -> Teller {
    let (requests, inbox) = mpsc::channel(QUEUE);
    tokio::spawn(serve(vault, inbox));
    Teller { requests }
}

async fn ask(teller: Teller, order: Order) -> Result<(), Refused> {
    let (reply, answer) = oneshot::channel();
    match teller.requests.send(Request { order, reply }).await {
        Ok(()) => answer.await.unwrap_or(Err(Refused::Closed)),
        Err(_) => Err(Refused::Closed),
    }
}
