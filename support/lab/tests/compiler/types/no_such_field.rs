// A field is called otherwise.
struct Reply { status: u16, body: String }
async fn reply() -> Reply {
    Reply { status: 200, text: "hello".to_string() } //~ E0560
}
let reply = reply().await;
println!("{}", reply.status);
