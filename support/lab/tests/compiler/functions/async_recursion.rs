// An async function calls itself, so its future would contain itself.
async fn countdown(from: u32) -> u32 { //~ E0733
    println!("{from}");
    if from == 0 { 0 } else { countdown(from - 1).await }
}
countdown(3).await
