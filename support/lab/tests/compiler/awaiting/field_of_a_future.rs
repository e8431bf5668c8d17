// A field of the result is read from the future.
struct User {
    name: String,
}
async fn user(id: u32) -> User {
    User { name: format!("user {id}") }
}
println!("{}", user(7).name); //~ E0609
