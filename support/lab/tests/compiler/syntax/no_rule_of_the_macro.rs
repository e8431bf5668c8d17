// The macro has no rule for two values.
macro_rules! spawned {
    ($future:expr) => {
        tokio::spawn($future).await
    };
}
println!("{:?}", spawned!(async { 1 }, async { 2 })); //~ error
