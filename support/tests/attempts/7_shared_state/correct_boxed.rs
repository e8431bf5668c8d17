// expects: passed
fn transfer(bank: Bank, order: Order) -> futures::future::BoxFuture<'static, Result<(), Refused>> {
    Box::pin(async move {
        bank.approve(order).await?;
        move_money(&bank, order)
    })
}

fn move_money(bank: &Bank, order: Order) -> Result<(), Refused> {
    if order.from == order.to {
        return Ok(());
    }
    let (low, high) = (order.from.min(order.to), order.from.max(order.to));
    let (mut low, mut high) = (bank.account(low).lock(), bank.account(high).lock());
    let change = if order.from < order.to { -order.amount } else { order.amount };
    if *low + change < 0 || *high - change < 0 {
        return Err(Refused::Funds);
    }
    *low += change;
    *high -= change;
    Ok(())
}

async fn transfer_remote(bank: RemoteBank, order: Order) -> Result<(), Refused> {
    let task = tokio::spawn(async move {
        bank.approve(order).await?;
        if order.from == order.to {
            return Ok(());
        }
        let mut numbers = [order.from, order.to];
        numbers.sort();
        let mut guards = Vec::new();
        for number in numbers {
            guards.push(bank.account(number).lock().await);
        }
        let mut high = guards.pop().expect("two were locked");
        let mut low = guards.pop().expect("two were locked");
        let change = if order.from < order.to { -order.amount } else { order.amount };
        let (first, second) = (low.read().await + change, high.read().await - change);
        if first < 0 || second < 0 {
            return Err(Refused::Funds);
        }
        low.write(first).await;
        high.write(second).await;
        Ok(())
    });
    task.await.expect("a transfer does not panic")
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
