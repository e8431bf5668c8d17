// A field is private to its module.
mod bank {
    pub struct Account { balance: u32 }
    impl Account {
        pub async fn open() -> Account { Account { balance: 100 } }
    }
}
let account = bank::Account::open().await;
println!("{}", account.balance); //~ E0616
