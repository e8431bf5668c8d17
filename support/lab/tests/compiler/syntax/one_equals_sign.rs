// One equals sign assigns, two compare.
async fn status() -> u16 {
    200
}
let code = status().await;
if code = 200 { //~ E0308
    println!("ok");
}
