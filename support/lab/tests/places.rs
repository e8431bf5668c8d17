//! What a notebook is told of its cells, in a kernel: warnings, panics, errors that a cell returns, ends of the process, and what
//! evcxr would say in words of its own. Each names the line of the cell.

#![cfg(target_os = "linux")]

mod common;

#[path = "places/lost.rs"]
mod lost;

use common::root;
use serde_json::{Value, json};
use std::fs;

/// A cell, and what stands below it: the number of the cell is `N`, that of the one before it `M`.
const CELLS: &[(&str, &str)] = &[
    (
        "async fn fetch(id: u32) -> String {\n    format!(\"page {id}\")\n}\nfetch(1);",
        "warning: unused implementer of `Future` that must be used
 --> cell [N]:4:1
  |
4 | fetch(1);
  | ^^^^^^^^
  |
  = note: futures do nothing unless you `.await` or poll them",
    ),
    (
        "let s = fetch(1); println!(\"{}\", s.len());",
        "error[E0599]: no method named `len` found for opaque type `impl Future<Output = String>` in the current scope
 --> cell [N]:1:36
  |
1 | let s = fetch(1); println!(\"{}\", s.len());
  |                                    ^^^ method not found in `impl Future<Output = String>`
  |
note: `s` is a future: did you forget `.await`?
 --> cell [N]:1:5
  |
1 | let s = fetch(1); println!(\"{}\", s.len());
  |     ^ this future does nothing until it is awaited
help: consider `await`ing on the `Future`
  |
1 | let s = fetch(1).await; println!(\"{}\", s.len());
  |                 ++++++
  = note: to keep the future itself: `let s: std::pin::Pin<Box<dyn Future<Output = String> + Send>> = Box::pin(fetch(1));`",
    ),
    (
        "fetch(1)",
        "error: the value of this cell is a future, which does nothing until it is awaited
 --> cell [N]:1:1
  |
1 | fetch(1)
  | ^^^^^^^^ this is a future
  |
help: consider `await`ing on the `Future`
  |
1 | fetch(1).await
  |         ++++++",
    ),
    // As the value of a cell, and beside other statements.
    (
        "let (p, q) = (3_u32, 5_u32); p - q",
        "error: the cell panicked: attempt to subtract with overflow
 --> cell [N]:1:30
  |
1 | let (p, q) = (3_u32, 5_u32); p - q
  |                              ^",
    ),
    (
        "let big = 10_000_000_000; println!(\"{big}\");",
        "error: literal out of range for `i32`
 --> cell [N]:1:11
  |
1 | let big = 10_000_000_000; println!(\"{big}\");
  |           ^^^^^^^^^^^^^^
  |
  = note: the literal `10_000_000_000` does not fit into the type `i32` whose range is `-2147483648..=2147483647`
  = help: consider using the type `i64` instead",
    ),
    (
        "for i in 0..3",
        "error: expected `{`, found the end of the cell
 --> cell [N]:1:14
  |
1 | for i in 0..3
  |              ^ expected `{`",
    ),
    (
        "let joined = std::thread::spawn(|| 5).join();\njoined.is_ok()",
        "true",
    ),
    // A macro that nobody has used yet hides nothing.
    ("macro_rules! square { ($x:expr) => { $x * $x } }", ""),
    (
        "let n: u32 = \"no\";",
        "error[E0308]: mismatched types
 --> cell [N]:1:14
  |
1 | let n: u32 = \"no\";
  |        ---   ^^^^ expected `u32`, found `&str`
  |        |
  |        expected due to this",
    ),
    // The level of a lint holds for its cell.
    (
        "#![deny(unused_must_use)]\nfetch(2);",
        "error: unused implementer of `Future` that must be used
 --> cell [N]:2:1
  |
2 | fetch(2);
  | ^^^^^^^^
  |
  = note: futures do nothing unless you `.await` or poll them",
    ),
    ("#![deny(warnings)]\nlet kept: u32 = 1;", ""),
    ("fetch(3).await;", ""),
    (
        "println!(\"no closing bracket\"",
        "error: this cell contains an unclosed delimiter
 --> cell [N]:1:30
  |
1 | println!(\"no closing bracket\"
  |         - unclosed delimiter ^",
    ),
    (
        "fn third(numbers: &[u32]) -> u32 {\n    numbers[2]\n}",
        "",
    ),
    (
        "third(&[1, 2])",
        "error: the cell panicked: index out of bounds: the len is 2 but the index is 2
 --> cell [M]:2:5
  |
2 |     numbers[2]
  |     ^",
    ),
    (
        "println!(\"first\");\nstd::fs::read_to_string(\"/no/such/file\")?;",
        "first
error: the cell returned an error: No such file or directory (os error 2)
 --> cell [N]:2:1
  |
2 | std::fs::read_to_string(\"/no/such/file\")?;
  | ^",
    ),
    (
        "#[derive(Debug)]\nstruct Broken(std::num::ParseIntError);\nimpl std::fmt::Display for Broken {\n    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {\n        f.write_str(\"the order is broken\\nin two lines\")\n    }\n}\nimpl std::error::Error for Broken {\n    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {\n        Some(&self.0)\n    }\n}\nlet number: u32 = \"x\".parse().map_err(Broken)?;",
        "error: the cell returned an error: the order is broken
       in two lines
  --> cell [N]:13:19
   |
13 | let number: u32 = \"x\".parse().map_err(Broken)?;
   |                   ^
caused by: invalid digit found in string",
    ),
    // What is no error for `Box<dyn Error>` is told by its words.
    (
        "struct Words;\nimpl std::fmt::Display for Words {\n    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {\n        f.write_str(\"words\")\n    }\n}\nErr::<(), Words>(Words)?;",
        "error: the cell returned an error: words
 --> cell [N]:7:1
  |
7 | Err::<(), Words>(Words)?;
  | ^",
    ),
    ("dbg!(1 + 1);", "[cell [N]:1:1] 1 + 1 = 2"),
    (
        "tokio::spawn(async { third(&[]) }).await.is_err()",
        "true\nthread 'tokio-rt-worker' panicked at cell [N-6]:2:5:\nindex out of bounds: the len is 0 but the index is 2",
    ),
    (
        "let double = |n: u32| n * 2;",
        "error: `double` is a closure, which has a type without a name: a variable cannot keep it for later cells
 --> cell [N]:1:5
  |
1 | let double = |n: u32| n * 2;
  |     ^^^^^^ later cells would have to name its type
  |
  = help: make it a function: `fn double(…) -> … { … }`
help: or box it
  |
1 | let double: Box<dyn Fn(u32) -> _> = Box::new(|n: u32| n * 2);
  |           +++++++++++++++++++++++   +++++++++              +
  = note: used within this cell only, in `{ … }`, it may have any type",
    ),
    // A variable is not read as what its type is not any more.
    (
        "#[derive(Debug)]\nstruct Row { id: u32 }\nlet row = Row { id: 1 };\nlet other = 5;",
        "",
    ),
    ("#[derive(Debug)]\nstruct Row { id: u64 }", ""),
    ("other", "5\nnote: `row` is gone, since its type is defined anew"),
    (
        "row",
        "error[E0425]: cannot find value `row` in this scope
 --> cell [N]:1:1
  |
1 | row
  | ^^^ not found in this scope
  |
  = note: `row` is gone, since its type is another one now: run the cell again that makes `row`",
    ),
    (
        "std::process::exit(3);",
        "The process of the cells ended itself (exit status: 3): something called `std::process::exit`. Variables start anew (`joined`, `other` are gone); functions and `use` stay.
hint: run the cells again that set the variables
note: `exit` is called
 --> cell [N]:1:1
  |
1 | std::process::exit(3);
  | ^",
    ),
    // The process that comes then has the settings, too.
    (
        "third(&[])",
        "error: the cell panicked: index out of bounds: the len is 0 but the index is 2
 --> cell [N-13]:2:5
  |
2 |     numbers[2]
  |     ^",
    ),
];

/// The rows of both files: one kernel has them all.
fn rows() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    CELLS.iter().chain(lost::CELLS)
}

/// What a kernel told of each cell.
fn answers() -> Vec<(u64, String)> {
    let cells: Vec<_> = (0..)
        .zip(rows())
        .map(|(name, (source, _))| json!({ "name": format!("{name:02}"), "source": source }))
        .collect();
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(&file, json!(cells).to_string()).expect("written");
    let told = common::told(
        common::jupyter("compiler.py")
            .arg(file.path())
            .arg(root().join("notebooks/exercises")),
    );
    let told = told.as_object().expect("by name").values();
    let answer = |told: &Value| {
        let text = told["below"].as_str().unwrap_or_default();
        (told["number"].as_u64().unwrap_or(0), text.to_owned())
    };
    told.map(answer).collect()
}

#[test]
fn what_is_told_of_a_cell_names_its_line() {
    let answers = answers();
    assert_eq!(answers.len(), rows().count());
    let mut wrong = String::new();
    for ((source, expected), (number, told)) in rows().zip(answers) {
        let mut expected = expected
            .replace("[N]", &format!("[{number}]"))
            .replace("[M]", &format!("[{}]", number - 1));
        for before in 2..20 {
            let earlier = number.saturating_sub(before);
            expected = expected.replace(&format!("[N-{before}]"), &format!("[{earlier}]"));
        }
        // Trailing spaces are nobody's business.
        let lines: Vec<_> = told.lines().map(str::trim_end).collect();
        let told = lines.join("\n");
        if told.trim() != expected {
            wrong += &format!("\n## {source}\n-- told\n{told}\n-- expected\n{expected}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
