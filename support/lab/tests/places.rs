//! What a notebook is told of its cells, in a kernel: warnings, panics, errors that a cell returns, ends of the process, and what
//! evcxr would say in words of its own. Each names the line of the cell.

#![cfg(target_os = "linux")]

mod common;

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
        "error: this file contains an unclosed delimiter
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
  = help: make it a function: `fn double(…) { … }`
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
  = note: `row` is gone, since its type was defined anew: run the cell again that makes `row`",
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
    // What evcxr would mend, or read over.
    (
        "let = 5; println!(\"ran\");",
        "error: expected pattern, found `=`
 --> cell [N]:1:5
  |
1 | let = 5; println!(\"ran\");
  |     ^ expected pattern",
    ),
    (
        "} println!(\"ran\");",
        "error: unexpected closing delimiter: `}`
 --> cell [N]:1:1
  |
1 | } println!(\"ran\");
  | ^ unexpected closing delimiter",
    ),
    (
        "println!(\"ran\");\n}",
        "error: unexpected closing delimiter: `}`
 --> cell [N]:2:1
  |
2 | }
  | ^ unexpected closing delimiter",
    ),
    (
        "use std::fmt",
        "error: expected `;`, found the end of the cell
 --> cell [N]:1:13
  |
1 | use std::fmt
  |             ^
  |             |
  |             unexpected token
  |
help: add `;` here
  |
1 | use std::fmt;
  |             +",
    ),
    (
        "fn one() -> u32 { 1 }\nfn one() -> u32 { 2 }\none()",
        "error[E0428]: the name `one` is defined multiple times
 --> cell [N]:2:1
  |
1 | fn one() -> u32 { 1 }
  | --------------- previous definition of the value `one` here
2 | fn one() -> u32 { 2 }
  | ^^^^^^^^^^^^^^^ `one` redefined here
  |
  = note: `one` must be defined only once in the value namespace of this block",
    ),
    // A macro of an earlier cell.
    (
        "macro_rules! cube { ($x:expr) => { $x * $x * $x } }",
        "",
    ),
    (
        "cube!(1, 2)",
        "error: no rules expected `,`
 --> cell [N]:1:8
  |
1 | cube!(1, 2)
  |        ^ no rules expected this token in macro call
  |
 ::: cell [M]:1:1
  |
1 | macro_rules! cube { ($x:expr) => { $x * $x * $x } }
  | ----------------- when calling this macro
  |
note: while trying to match meta-variable `$x:expr`
 --> cell [M]:1:22
  |
1 | macro_rules! cube { ($x:expr) => { $x * $x * $x } }
  |                      ^^^^^^^",
    ),
    // A variable that borrows for ever is nobody's fault.
    (
        "let title = \"x\"; let factor = 3;",
        "",
    ),
    (
        "let add_one = |x: i32| x + 1;",
        "error: `add_one` is a closure, which has a type without a name: a variable cannot keep it for later cells
 --> cell [N]:1:5
  |
1 | let add_one = |x: i32| x + 1;
  |     ^^^^^^^ later cells would have to name its type
  |
  = help: make it a function: `fn add_one(…) { … }`
help: or box it
  |
1 | let add_one: Box<dyn Fn(i32) -> _> = Box::new(|x: i32| x + 1);
  |            +++++++++++++++++++++++   +++++++++              +
  = note: used within this cell only, in `{ … }`, it may have any type",
    ),
    (
        "let add_factor: Box<dyn Fn(i32) -> _> = Box::new(move |x: i32| x + factor); add_factor(1)",
        "4",
    ),
    // Functions do not see variables.
    (
        "fn scaled(x: i32) -> i32 { x * factor }",
        "error[E0434]: can't capture dynamic environment (local variable) in a fn item
 --> cell [N]:1:32
  |
1 | fn scaled(x: i32) -> i32 { x * factor }
  |                                ^^^^^^ `factor` is a variable of the notebook, which a function cannot see
  |
  = help: use the `|| { ... }` closure form instead
help: pass it to the function, as one more argument
  |
1 | fn scaled(x: i32, factor: i32) -> i32 { x * factor }
  |                 +++++++++++++",
    ),
    (
        ":vars",
        "add_factor: Box<dyn Fn(i32) -> i32>
factor: i32
title: &str",
    ),
    // What was moved, or lost, is known.
    (
        "let pages = vec![1];",
        "",
    ),
    (
        "tokio::spawn(async { println!(\"{pages:?}\") }).await?;",
        "error[E0597]: `pages` does not live long enough
 --> cell [N]:1:33
  |
1 | tokio::spawn(async { println!(\"{pages:?}\") }).await?;
  | --------------------------------^^^^^--------
  | |                               |
  | |                               borrowed value does not live long enough
  | argument requires that `pages` is borrowed for `'static`
  |
help: to force the async block to take ownership of `pages` (and any other referenced variables), use the `move` keyword; move a clone where later cells need `pages`, too
  |
1 | tokio::spawn(async move { println!(\"{pages:?}\") }).await?;
  |                    ++++",
    ),
    (
        "tokio::spawn(async move { println!(\"{pages:?}\") }).await?;",
        "[1]",
    ),
    (
        "pages.len()",
        "error[E0425]: cannot find value `pages` in this scope
 --> cell [N]:1:1
  |
1 | pages.len()
  | ^^^^^ not found in this scope
  |
note: cell [M] has moved `pages`, so no later cell has it
 --> cell [M]:1:38
  |
1 | tokio::spawn(async move { println!(\"{pages:?}\") }).await?;
  |                                      ^^^^^ moved here
  = help: run the cell again that makes `pages`, and give a clone away where it shall be kept: `pages.clone()`",
    ),
    (
        "let list = vec![1];",
        "",
    ),
    (
        "drop(list); panic!(\"no\");",
        "error: the cell panicked: no
 --> cell [N]:1:13
  |
1 | drop(list); panic!(\"no\");
  |             ^
note: `list` is gone, since this cell moved it and has failed: run the cell again that makes it",
    ),
    // A panic in a library has a line that called it.
    (
        "fn total(numbers: &[u8]) -> u8 {\n    numbers.iter().sum()\n}\ntotal(&[200, 100])",
        "error: the cell panicked: attempt to add with overflow
 --> cell [N]:2:20
  |
2 |     numbers.iter().sum()
  |                    ^
note: it panicked in core/src/iter/traits/accum.rs:204:1",
    ),
    // What is around a cell is not spoken of.
    (
        "break;",
        "error[E0268]: `break` outside of a loop or labeled block
 --> cell [N]:1:1
  |
1 | break;
  | ^^^^^ cannot `break` outside of a loop or labeled block",
    ),
    (
        "let first = Some(1)?;",
        "error[E0277]: the `?` operator can only be used on `Result`s, not `Option`s, in a cell that returns `Result`
 --> cell [N]:1:20
  |
1 | let first = Some(1)?;
  |                    ^ use `.ok_or(...)?` to provide an error compatible with `Result<(), Error>`",
    ),
    (
        "return 5;",
        "error: a cell is no function that `return` could leave with a value
 --> cell [N]:1:8
  |
1 | return 5;
  |        ^ returned here
  |
  = help: leave it by an error, `Err::<(), _>(\"…\")?;`, or put what may end early into a function, and call that",
    ),
    // A closure that is not async cannot await.
    (
        "tokio::task::spawn_blocking(|| fetch(1).await).await?",
        "error[E0728]: `await` is only allowed inside `async` functions and blocks
 --> cell [N]:1:41
  |
1 | tokio::task::spawn_blocking(|| fetch(1).await).await?
  |                             --          ^^^^^ only allowed inside `async` functions and blocks
  |                             |
  |                             this is not `async`
  |
  = help: where a thread may block, a future is waited for by `tokio::runtime::Handle::current().block_on(…)`",
    ),
    (
        "tokio::task::spawn_blocking(|| tokio::runtime::Handle::current().block_on(fetch(1))).await?",
        "\"page 1\"",
    ),
    (
        "let shared = std::sync::Arc::new(vec![1]); shared.push(2);",
        "error[E0596]: cannot borrow data in an `Arc` as mutable
 --> cell [N]:1:44
  |
1 | let shared = std::sync::Arc::new(vec![1]); shared.push(2);
  |                                            ^^^^^^ cannot borrow as mutable
  |
  = help: trait `DerefMut` is required to modify through a dereference, but it is not implemented for `Arc<Vec<i32>>`
  = help: what an `Arc` holds is shared, and changes behind a lock: `Arc::new(Mutex::new(…))`, then `.lock().unwrap()` to change it",
    ),
    (
        "fn unchanged() -> u32 { let mut total = 1; total }",
        "warning: variable does not need to be mutable
 --> cell [N]:1:29
  |
1 | fn unchanged() -> u32 { let mut total = 1; total }
  |                             ^^^^^^^^^
  |
help: remove this `mut`
  |
1 - fn unchanged() -> u32 { let mut total = 1; total }
1 + fn unchanged() -> u32 { let total = 1; total }
  |",
    ),
    (
        "struct Plain;\nPlain",
        "error[E0277]: `Plain` doesn't implement `Debug`
 --> cell [N]:2:1
  |
2 | Plain
  | ^^^^^ shown as the value of the cell
  |
  = help: the trait `Debug` is not implemented for `Plain`
  = note: add `#[derive(Debug)]` to `Plain` or manually `impl Debug for Plain`
  = help: consider annotating `Plain` with `#[derive(Debug)]`",
    ),
];

/// What a kernel told of each cell.
fn answers() -> Vec<(u64, String)> {
    let cells: Vec<_> = (0..)
        .zip(CELLS)
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
    assert_eq!(answers.len(), CELLS.len());
    let mut wrong = String::new();
    for ((source, expected), (number, told)) in CELLS.iter().zip(answers) {
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
