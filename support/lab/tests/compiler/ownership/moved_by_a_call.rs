// A name is given away by a call, and used afterwards.
async fn greet(name: String) {
    println!("hello, {name}");
}
let name = "Ada".to_string();
greet(name).await;
println!("goodbye, {name}"); //~ E0382
