//! Whether a cell awaits, so that evcxr will have to switch its async mode on.

use super::tokens::{
    In, ask, brackets, is_group, is_word, item, list, macro_definition, one_of, sign, signs, until,
    word,
};
use proc_macro2::{Delimiter, TokenTree};

/// What expands to an await of its own.
const AWAITING: [&str; 4] = ["join", "try_join", "select", "select_biased"];

/// What makes an async block of its tokens, or a string.
const KEEPING: [&str; 3] = ["stream", "try_stream", "stringify"];

/// What a closure can follow among words. After any other, `|` means "or".
const BEFORE_CLOSURES: [&str; 14] = [
    "async", "break", "const", "else", "if", "in", "match", "move", "mut", "return", "static",
    "unsafe", "while", "yield",
];

/// Whether a cell awaits at its top level: in no async block, and in no function, closure, module, `impl`, trait or macro
/// that it only defines.
pub(crate) fn awaits(code: &str) -> bool {
    ask(code, any).unwrap_or(false)
}

fn any(tokens: &[TokenTree]) -> bool {
    let mut at = 0;
    while at < tokens.len() {
        match next(&tokens[..at], &tokens[at..]) {
            Next::Awaits => return true,
            Next::After(count) => at += count,
        }
    }
    false
}

enum Next {
    Awaits,
    /// So many tokens further.
    After(usize),
}

fn next(before: &[TokenTree], tokens: &[TokenTree]) -> Next {
    if let Some(count) = macro_definition(tokens) {
        return Next::After(count);
    }
    match tokens {
        [dot, name, ..] if sign(dot, '.') && word(name, "await") => Next::Awaits,
        [hash, group, ..] if sign(hash, '#') && is_group(group) => Next::After(2),
        [name, bang, group, ..] if sign(bang, '!') && is_group(group) => {
            if one_of(name, &AWAITING) {
                Next::Awaits
            } else if one_of(name, &KEEPING) {
                Next::After(3)
            } else {
                Next::After(2)
            }
        }
        [first, ..] if word(first, "async") => {
            let words = tokens
                .iter()
                .take_while(|token| one_of(token, &["async", "move", "gen"]))
                .count();
            match tokens.get(words) {
                Some(body) if brackets(body, Delimiter::Brace) => Next::After(words + 1),
                // A function or a closure.
                _ => Next::After(words),
            }
        }
        // Without a name it is the type of a pointer.
        [first, name, ..] if word(first, "fn") && is_word(name) => Next::After(item(tokens)),
        [first, ..] if one_of(first, &["impl", "mod", "trait"]) => Next::After(item(tokens)),
        [first, ..] if sign(first, '|') => {
            if begins_expression(before)
                && let Some(count) = closure(tokens)
            {
                return Next::After(count);
            }
            Next::After(if signs(tokens, "||") { 2 } else { 1 })
        }
        [TokenTree::Group(group), ..] if any(&list(group.stream())) => Next::Awaits,
        _ => Next::After(1),
    }
}

/// Whether an expression begins after these tokens, rather than going on.
fn begins_expression(before: &[TokenTree]) -> bool {
    match before {
        [] => true,
        [.., equals, last] if sign(last, '>') => sign(equals, '='),
        [.., TokenTree::Punct(last)] => !['?', '>'].contains(&last.as_char()),
        [.., last] => one_of(last, &BEFORE_CLOSURES),
    }
}

/// How many tokens a closure has, or nothing where what looks like one is the start of a `match` arm: `| A | B => …`.
fn closure(tokens: &[TokenTree]) -> Option<usize> {
    let inputs = tokens[1..].iter().position(|token| sign(token, '|'))?;
    let head = inputs + 2;
    if has_arrow(&tokens[..head]) {
        return None;
    }
    let body = &tokens[head..];
    if signs(body, "->") {
        return Some(head + item(body));
    }
    if let [block, rest @ ..] = body
        && brackets(block, Delimiter::Brace)
        && !rest.first().is_some_and(|token| sign(token, '.'))
    {
        return Some(head + 1);
    }
    let ends = |rest: &[TokenTree]| sign(&rest[0], ',') || sign(&rest[0], ';');
    let body = &body[..until(body, In::Expressions, ends)];
    (!has_arrow(body)).then_some(head + body.len())
}

fn has_arrow(tokens: &[TokenTree]) -> bool {
    tokens.windows(2).any(|pair| signs(pair, "=>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_await_at_the_top_level_is_found() {
        let rows = [
            "f().await",
            "let x = f().await?;",
            "f()\r\n    .await\r\n    .unwrap();\r\n",
            ":dep tokio\nf().await",
            "let änderung = f(\"grün\").await;",
            "x.0.await; x.0.1.await",
            "f::<u8>().await",
            "f::<'a>(b'x').await",
            "println!(\"{}\", f().await)",
            "assert_eq!(f().await?, [1, 2]);",
            "let x = vec![f().await];",
            "if f().await { 1 } else { 2 };",
            "loop { { f().await; } }",
            "match f() { Ok(g) => g.await, Err(_) | Ok(_) => {} }",
            "match x { | A | B => f().await }",
            "match x { | A => f().await, B | C => {} }",
            "let x = a || f().await;",
            "let x = a | f().await;",
            "x |= f().await;",
            "unsafe { f().await }",
            "'outer: loop { f().await; break 'outer }",
            "tokio::spawn(async { x.await }).await",
            "let a = async { 1 }; a.await",
            "let a = async move { 1 };\na.await",
            "async fn f() -> u8 { 1 }\nf().await",
            "fn f() -> [u8; { 1 + 1 }] { [1, 2] }\nf().await;",
            "fn f<T>() -> Vec<T> where T: Fn() -> u8 { x() }\nf().await;",
            "let f = |x| x; f(1).await",
            "let f: fn(u8) -> u8 = g().await;",
            "let f = async |x| g::<u8, u8>(x).await; f(1).await",
            "timeout(second, f(|x| x, 1)).await",
            "map(|x| x + 1, f().await)",
            "f(|| { 1 }).await",
            "struct S; impl S { async fn f(&self) {} } S.f().await",
            "mod m { pub async fn f() {} }\nm::f().await;",
            "mod m;\nf().await;",
            "macro_rules! m { ($e:expr) => { $e.await } }\nf().await",
            "#[allow(unused)] let x = f().await;",
            "/// Doc.\nstruct S; f().await",
            "f(/* a /* b */ c */).await",
            "f(r#\"a \" b\"#, \"}\").await",
            "join!(a, b)",
            "let (a, b) = tokio::join!(async { 1 }, b);",
            "futures::select! { x = a => {}, }",
            "tokio::try_join!(a, b)?;",
            "tokio::select! { v = rx.recv() => v, _ = sleep(s) => None };",
            "let r#async = 1; f().await",
            "let r = match x { 1 => |y| { y } 2 => f().await };",
            "let x = Foo::<A>::new() | f().await;",
        ];
        for code in rows {
            assert!(awaits(code), "{code}");
        }
    }

    #[test]
    fn what_awaits_elsewhere_or_not_at_all_is_none() {
        let rows = [
            "",
            "let x = 1;",
            "// f().await",
            "/* f().await /* x.await */ y.await */",
            "/// Like `f().await`.\nfn f() {}",
            "\"f().await\"",
            "r#\"f().await \" g().await\"#",
            "b\"f().await\"; c\"f().await\"; 'a'; b'x'",
            "println!(\"f().await\")",
            ":f().await",
            "let a = async { x.await };",
            "tokio::spawn(async move { x.await?; y.await });",
            "tokio::spawn(async { tokio::join!(a, b) });",
            "println!(\"{:?}\", block_on(async { x.await }));",
            "async fn f() { x.await }",
            "pub(crate) async unsafe fn f<'a>(x: &'a u8) -> Vec<u8> { x.await }",
            "#[tokio::main]\nasync fn main() {\n    f().await;\n}",
            "fn f() -> impl Future<Output = u8> { async { x.await } }",
            "fn f() { x.await }",
            "fn f<const N: u8>() -> A<{ N }> { x.await }",
            "impl S { async fn f(&self) { self.x.await } }",
            "impl<T> A<T> for S where T: Fn() -> u8 { async fn f(&self) { self.x.await } }",
            "trait A { async fn f(&self) { self.x.await } }",
            "mod m { async fn f() { x.await } }",
            "macro_rules! m { ($e:expr) => { $e.await } }",
            "macro_rules! join { ($($e:expr),*) => { ($($e.await),*) } }",
            "let f = async || {};",
            "let f = async || x.await;",
            "let f = async |x| x.await;",
            "let f = async move |x: &'a u8| -> u8 { x.await };",
            "let f = |x| async move { x.await };",
            "let f = move |x| x.await;",
            "let f = |x| -> u8 { x.await };",
            "f(async |x| g::<u8, u8>(x).await, 1)",
            "f(1, |(a | b), c| { a.await }, 2)",
            "f(&|x| x.await, &mut |x| x.await)",
            "match x { 1 => |y| y.await, 2 => |y| { y.await } _ => || z.await }",
            "for await x in stream { f(x); }",
            "let r#await = 1; await!(f)",
            "use tokio::join;\nuse tokio::{select, try_join};",
            "thread.join();\nselect != 1;",
            "let s = stream! { for x in y { yield x.await; } };",
            "stringify!(f().await)",
            "#[doc(x.await)] fn f() {}",
            "let x = (f().await;",
            "let s = \"f().await",
            "f().await)",
        ];
        for code in rows {
            assert!(!awaits(code), "{code}");
        }
    }
}
