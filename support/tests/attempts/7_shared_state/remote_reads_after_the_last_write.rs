// expects: lock-across-await
async fn transfer(bank: Bank, order: Order) -> Result<(), Refused> {
    bank.approve(order).await?;
    if order.from == order.to {
        return Ok(());
    }
    let mut first = bank.account(order.from.min(order.to)).lock();
    let mut second = bank.account(order.from.max(order.to)).lock();
    let together = *first + *second;
    {
        let (from, to) = if order.from < order.to { (&mut *first, &mut *second) } else { (&mut *second, &mut *first) };
        if *from < order.amount {
            return Err(Refused::Funds);
        }
        *from -= order.amount;
        *to += order.amount;
    }
    assert_eq!(*first + *second, together, "money got lost");
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

    let from_had = from.read().await;
    let to_had = to.read().await;
    if from_had < order.amount {
        return Err(Refused::Funds);
    }
    from.write(from_had - order.amount).await;
    to.write(to_had + order.amount).await;

    // the other computer may have failed: did it arrive?
    let from_has = from.read().await;
    assert_eq!(from_has, from_had - order.amount, "money got lost");
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
        while let Some(Request { order, reply }) = inbox.recv().await {
            let result = vault.transfer(order).await;
            let _ = reply.send(result);
        }
    });
    Teller { requests }
}

async fn ask(teller: Teller, order: Order) -> Result<(), Refused> {
    let (reply, answer) = oneshot::channel();
    let Ok(()) = teller.requests.send(Request { order, reply }).await else {
        return Err(Refused::Closed);
    };
    let Ok(result) = answer.await else {
        return Err(Refused::Closed);
    };
    result
}
