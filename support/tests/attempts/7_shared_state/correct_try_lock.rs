// expects: passed
async fn transfer(bank: Bank, order: Order) -> Result<(), Refused> {
    bank.approve(order).await?;
    if order.from == order.to {
        return Ok(());
    }
    loop {
        {
            let mut from = bank.account(order.from).lock();
            if let Some(mut to) = bank.account(order.to).try_lock() {
                if *from < order.amount {
                    return Err(Refused::Funds);
                }
                *from -= order.amount;
                *to += order.amount;
                return Ok(());
            }
        }
        tokio::task::yield_now().await;
    }
}

async fn transfer_remote(bank: RemoteBank, order: Order) -> Result<(), Refused> {
    bank.approve(order).await?;
    if order.from == order.to {
        return Ok(());
    }
    let (mut from, mut to) = loop {
        let from = bank.account(order.from).lock().await;
        if let Some(to) = bank.account(order.to).try_lock() {
            break (from, to);
        }
        drop(from);
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let (has, gets) = tokio::join!(from.read(), to.read());
    if has < order.amount {
        return Err(Refused::Funds);
    }
    tokio::join!(from.write(has - order.amount), to.write(gets + order.amount));
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
