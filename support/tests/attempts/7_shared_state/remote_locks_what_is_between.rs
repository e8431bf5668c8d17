// expects: sequential
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

    let low = order.from.min(order.to);
    let high = order.from.max(order.to);
    // in the order of the numbers
    let mut guards = Vec::new();
    for number in low..=high {
        guards.push(bank.account(number).lock().await);
    }
    let [first, .., last] = guards.as_mut_slice() else {
        return Ok(()); // from an account to itself
    };
    let (from, to) = if order.from < order.to { (first, last) } else { (last, first) };

    let balance = from.read().await;
    if balance < order.amount {
        return Err(Refused::Funds);
    }
    from.write(balance - order.amount).await;
    let balance = to.read().await;
    to.write(balance + order.amount).await;
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
            request.reply.send(result).ok();
        }
    });
    Teller { requests }
}

async fn ask(teller: Teller, order: Order) -> Result<(), Refused> {
    let (reply, answer) = oneshot::channel();
    teller.requests.send(Request { order, reply }).await.map_err(|_| Refused::Closed)?;
    match answer.await {
        Ok(result) => result,
        Err(_) => Err(Refused::Closed),
    }
}
