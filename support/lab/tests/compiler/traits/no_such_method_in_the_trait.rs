// A method is called otherwise in the trait.
trait Source {
    async fn read(&self) -> String;
}
struct Memory;
impl Source for Memory { //~ E0046
    async fn load(&self) -> String { "text".to_string() } //~ E0407
}
println!("{}", Memory.read().await);
