// A field is left out.
struct Request {
    url: String,
    retries: u32,
}
let request = Request { url: "http://localhost".to_string() }; //~ E0063
println!("{} {}", request.url, request.retries);
