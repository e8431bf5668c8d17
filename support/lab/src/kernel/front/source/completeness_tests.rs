//! Cells as they are typed, and what they are said to be.

use super::*;

fn answer(code: &str) -> String {
    match completeness(code) {
        Completeness::Complete => "complete".to_owned(),
        Completeness::Incomplete { indent } => format!("incomplete {}", indent.len()),
        Completeness::Invalid => "invalid".to_owned(),
    }
}

fn all(expected: &str, rows: &[&str]) {
    let wrong: Vec<_> = rows
        .iter()
        .map(|code| (*code, answer(code)))
        .filter(|(_, answer)| answer != expected)
        .collect();
    assert!(wrong.is_empty(), "not {expected}: {wrong:#?}");
}

#[test]
fn what_can_be_run_is_complete() {
    let rows = [
        "",
        "\n\r\n",
        "// only words",
        "/* one /* two */ */",
        "//! Words.",
        ":dep tokio = { version = \"1\"",
        ":vars",
        "!echo 'it is",
        "1 + 1",
        "x",
        "let x = 5;",
        "let x = 5;\r\nx\r\n",
        "let änderung = \"grün\"; änderung",
        "f().await?",
        "f::<Vec<u8>>()",
        "Vec::<u8>",
        "a < b && c > d",
        "..",
        "return",
        "println!(\"{}\", 1)",
        "select! { x = f() => x, else => y }",
        "if a { 1 } else { 2 }",
        "if a {} \n b",
        "for await x in y {}",
        "#![allow(unused)]",
        "#[tokio::main]\nasync fn main() {\n    f().await;\n}",
        "/// Doc.\nstruct S;",
        "struct S { a: u8 }",
        "impl<'a> A<'a> for S {}",
        "macro_rules! m { ($e:expr) => { $e }; }",
        "let f = async |x| x.await;",
        "let f = async || {};",
        "let r = r#\"a \" b\"#; let b = b'x'; let c = '\\'';",
        "let s = \"a \\\" b\";",
        "let Some(x) = y else { return };",
        "use a::*;",
        "x /* words */ // more",
        "f(async move { x.await }).await",
        "2 ** 3",
    ];
    all("complete", &rows);
}

#[test]
fn what_a_newer_compiler_may_know_is_complete() {
    let rows = [
        "gen { yield 1; }",
        "do yeet 5;",
        "become f();",
        "super let x = 1;",
        "x is Some(y)",
        "x.foo!()",
        "builtin # offset_of(A, b)",
        "unsafe<'a> fn f() {}",
        "f\"{x}\"",
        "def f(): 1",
        "var x = 5;",
        "let s = 'it is';",
        "println!('it is');",
        "let c = '\nlet d = 1;",
        "let c = 'x;",
        "/// a\rb\nfn f() {}",
    ];
    all("complete", &rows);
    all(
        "complete",
        &["(".repeat(100) + &")".repeat(100)]
            .each_ref()
            .map(String::as_str),
    );
}

#[test]
fn what_only_ends_too_early_goes_on() {
    let rows = [
        "1 +",
        "x =",
        "x +=",
        "x.",
        "x,",
        "a &&",
        "a ||",
        "a |",
        "a ==",
        "a <",
        "a >",
        "x..=",
        "a *",
        "-",
        "&",
        "x as",
        "a::",
        "f::<",
        "fn f() ->",
        "x =>",
        "x ->",
        "else",
        "if a {} else",
        "let",
        "let x",
        "let x = 5",
        "let x: u8",
        "let mut x",
        "let x =",
        "let c = 'a",
        "let Some(x) = y else",
        "#[test]",
        "#",
        "/// Doc.",
        "fn",
        "fn f",
        "fn f()",
        "fn f() -> Vec<u8>",
        "async fn f()",
        "pub",
        "async",
        "async move",
        "static",
        "unsafe",
        "impl",
        "impl X",
        "impl X for",
        "impl<T> X for Y",
        "trait A",
        "mod m",
        "struct S",
        "enum E",
        "use a::b",
        "static A: u8",
        "const A",
        "type A =",
        "extern \"C\"",
        "if cond",
        "if let Some(x)",
        "if let Some(x) = y",
        "match x",
        "while x",
        "loop",
        "for x in",
        "for x in 0..10",
        "'a:",
        "|x|",
        "let f = async |x|",
        "println!",
        "macro_rules! m",
        "fn f<'a>(x: &'a u8)\r\n",
        "änderung +",
        ":dep rand\nlet x =",
        "f(1) + // words",
    ];
    all("incomplete 0", &rows);
}

#[test]
fn what_is_open_goes_on_and_is_indented() {
    let none = [
        "\"abc",
        "let s = \"a\\\"",
        "r\"a",
        "r#\"a\"",
        "r#",
        "b\"a",
        "br##\"a\"#",
        "c\"a",
        "'",
        "b'x",
        "let c = '\\",
        "/* a",
        "/* a /* b */",
        "/** a",
        "let grün = \"ü",
    ];
    all("incomplete 0", &none);
    let one = [
        "fn f() {",
        "f(",
        "[1,",
        "f(1, // words",
        "f(\"abc",
        "{ /* a",
        "vec![r#\"a\"",
        "{ (1) [2] }\r\n{",
        "{ let = 5;",
        "#[",
        "println!(\"{}\",",
        "let s = \"(\"; (",
        "'('; ('",
        "\u{feff}f(\"ä",
    ];
    all("incomplete 4", &one);
    let more = [
        "f(|x| {",
        "{\n    [\n",
        "impl A {\n    fn f() {\n        1\n",
        "f(ä, {'",
    ];
    all("incomplete 8", &more);
    all("incomplete 12", &["f({[\n\n", "a(b![{ \"{"]);
    let deep = "(".repeat(100_000);
    assert!(answer(&deep).starts_with("incomplete"));
}

#[test]
fn what_nothing_can_mend_is_invalid() {
    let rows = [
        ")",
        "}",
        "f())",
        "f(]",
        "{ ) }",
        "fn f() {\n}\n}\n",
        "\\",
        "`x`",
        "let x = 🦀;",
        "'ab'",
        "b'ab'",
        "\"\\q\"",
        "let x = ;",
        "let x = = 5;",
        "let x == 5;",
        "x === y",
        "x++",
        "x++;",
        "let x: = 5;",
        "let = 5;",
        "let match = 5;",
        "let mut fn = 5;",
        "fn match() {}",
        "1 2",
        "\"a\" \"b\"",
        "f(1 2)",
        "f(1 + )",
        "f(, 1)",
        "[1, 2 +]",
        "{ let x = }",
        "a + ;",
        "a + / b",
        "= 5;",
        "+ 5",
        "/ 5",
        "%timeit f()",
        ", 1",
        "else { 1 }",
        "let x = 1; else {}",
        "\r\n  f(1))\r\n",
        "grün)",
        ":vars\n)",
    ];
    all("invalid", &rows);
}

#[test]
fn brackets_as_deep_as_they_are_parsed_do_not_fill_the_stack() {
    // Threads of tests have a quarter of the room that the kernel's has.
    let rows = [
        ("(", ")"),
        ("f(|x| ", ")"),
        ("f(move |x| {", "})"),
        ("if a {", "}"),
        ("match x { y => {", "}}"),
        ("fn f() { impl A { fn g() {", "}}}"),
    ];
    for (open, close) in rows {
        let times = DEEPEST / close.chars().count();
        let code = format!("{}{}", open.repeat(times), close.repeat(times));
        assert_ne!(answer(&code), "invalid", "{open}");
    }
}
