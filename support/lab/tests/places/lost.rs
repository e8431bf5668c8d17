//! What is told of cells that evcxr would mend, of what is lost between cells, and of what is around a cell.

/// A cell, and what stands below it, as in the other file.
pub(crate) const CELLS: &[(&str, &str)] = &[
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
  = note: `one` must be defined only once in the value namespace of this module",
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
  = help: make it a function: `fn add_one(…) -> … { … }`
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
        "error[E0434]: a function cannot use `factor`, a variable of the notebook
 --> cell [N]:1:32
  |
1 | fn scaled(x: i32) -> i32 { x * factor }
  |                                ^^^^^^ `factor` is made outside of the function
  |
  = help: pass it to the function, as one more argument, with the type that the function needs, which `let factor: … = …;` gives the variable, too, and give it in each call: `scaled(…, factor)`",
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
  |                    ^ use `.ok_or(...)?` to provide an error compatible with `Result<(), Box<dyn std::error::Error>>`",
    ),
    (
        "return 5;",
        "error: `return` cannot give a cell a value: a cell is not a function
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
  = help: what an `Arc` holds is shared, and changes behind a lock: `Arc::new(std::sync::Mutex::new(…))`, then `.lock().unwrap()` wherever it is read or changed",
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
