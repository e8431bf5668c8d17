// One of the trait's methods is missing.
trait Source {
    async fn read(&self) -> String;
    fn name(&self) -> String;
}
struct Memory;
impl Source for Memory { //~ E0046
    async fn read(&self) -> String { "text".to_string() }
}
println!("{}", Memory.read().await);
