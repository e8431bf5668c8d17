// A task cannot leave the loop that spawned it.
for id in 0..3 {
    tokio::spawn(async move {
        if id == 1 { break; } //~ E0267
    });
}
