// A trait with an async method cannot be used as `dyn`.
trait Source {
    async fn read(&self) -> String;
}
struct Memory;
impl Source for Memory {
    async fn read(&self) -> String { "text".to_string() }
}
let sources: Vec<Box<dyn Source>> = vec![Box::new(Memory)]; //~ E0038
println!("{}", sources.len());
