// expects: not-spawned
async fn transfer(bank: Bank, order: Order) -> Result<(), Refused> {
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

type Teller = Arc<tokio::sync::Mutex<Vault>>;

fn open_teller(vault: Vault) -> Teller {
    Arc::new(tokio::sync::Mutex::new(vault))
}

async fn ask(teller: Teller, order: Order) -> Result<(), Refused> {
    teller.lock().await.transfer(order).await
}
