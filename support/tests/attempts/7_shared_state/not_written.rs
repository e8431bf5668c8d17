// expects: not-written
async fn transfer(bank: Bank, order: Order) -> Result<(), Refused> {
    todo!("have it approved, lock both accounts, move {} from {} to {}", order.amount, order.from, order.to)
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
