// expects: not-written
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
    todo!("the same with records that are read and written over the network")
}

#[derive(Clone)]
struct Teller {
    requests: mpsc::Sender<Order>,
}

fn open_teller(vault: Vault) -> Teller {
    todo!("start a task that owns the vault")
}

async fn ask(teller: Teller, order: Order) -> Result<(), Refused> {
    todo!("send the order, and wait for the answer")
}
