// A text of the program is no owned string.
struct User { name: String }
async fn user() -> User {
    User { name: "Ada" } //~ E0308
}
println!("{}", user().await.name);
