// A JSON value has to be asked for its number.
use serde_json::Value;
let reply: Value = serde_json::from_str(r#"{"count": 3}"#)?;
let count: u64 = reply["count"]; //~ E0308
println!("{count}");
