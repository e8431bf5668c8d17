//! Which statics of a cell do not keep their value: evcxr compiles the items of a cell again with each later one, and a
//! static that can change then begins anew.

use super::tokens::{In, ask, is_word, list, macro_definition, sign, until, word};
use proc_macro2::TokenTree;

/// What lets a static change, apart from `mut` and whatever begins with `Atomic`.
const CHANGING: [&str; 11] = [
    "Mutex",
    "RwLock",
    "Cell",
    "RefCell",
    "OnceCell",
    "OnceLock",
    "LazyLock",
    "LazyCell",
    "Lazy",
    "Semaphore",
    "Notify",
];

/// The names of the statics of a cell that can change, wherever they are defined, each once and in the order of the source.
/// Those of `thread_local!` and of `lazy_static!` count. Those of `task_local!` do not: outside of a task they have no value.
pub(crate) fn restarting_statics(code: &str) -> Vec<String> {
    ask(code, |tokens| {
        let mut names = Vec::new();
        collect(tokens, &mut names);
        names
    })
    .unwrap_or_default()
}

fn collect(tokens: &[TokenTree], names: &mut Vec<String>) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let lifetime = at > 0 && sign(&tokens[at - 1], '\'');
        if word(token, "static")
            && !lifetime
            && let Some(name) = restarting(&tokens[at + 1..])
            && !names.contains(&name)
        {
            names.push(name);
        }
        if let TokenTree::Group(group) = token {
            collect(&list(group.stream()), names);
        }
        at += defines_none(&tokens[at..]).unwrap_or(1);
    }
}

/// How many tokens to pass over: a macro's definition, and statics that belong to a task.
fn defines_none(tokens: &[TokenTree]) -> Option<usize> {
    match tokens {
        [name, bang, TokenTree::Group(_), ..] if word(name, "task_local") && sign(bang, '!') => {
            Some(3)
        }
        _ => macro_definition(tokens),
    }
}

/// The name of a static, from what stands after that word, if it can change.
fn restarting(tokens: &[TokenTree]) -> Option<String> {
    let (changes, rest) = match tokens {
        // `lazy_static!` has `static ref`.
        [kind, rest @ ..] if word(kind, "mut") || word(kind, "ref") => (true, rest),
        _ => (false, tokens),
    };
    match rest {
        [name, colon, rest @ ..] if is_word(name) && sign(colon, ':') => {
            let ends = |rest: &[TokenTree]| sign(&rest[0], '=') || sign(&rest[0], ';');
            let kind = &rest[..until(rest, In::Types, ends)];
            (changes || mentions(kind)).then(|| name.to_string())
        }
        _ => None,
    }
}

fn mentions(tokens: &[TokenTree]) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(name) => {
            let name = name.to_string();
            CHANGING.contains(&name.as_str()) || name.starts_with("Atomic")
        }
        TokenTree::Group(group) => mentions(&list(group.stream())),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statics_that_begin_anew_are_named() {
        let rows: [(&str, &[&str]); 37] = [
            ("", &[]),
            ("let x = 1;", &[]),
            ("static mut COUNT: u32 = 0;", &["COUNT"]),
            ("static COUNT: u32 = 0;", &[]),
            ("static NAMES: &[&'static str] = &[\"Mutex\"];", &[]),
            ("static A: AtomicUsize = AtomicUsize::new(0);", &["A"]),
            (
                "pub(crate) static A: std::sync::atomic::AtomicBool = AtomicBool::new(true);",
                &["A"],
            ),
            (
                "static A: AtomicU8=AtomicU8::new(0);static B: AtomicPtr<u8> = x();",
                &["A", "B"],
            ),
            (
                "static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());",
                &["LOG"],
            ),
            ("static LOG: tokio::sync::RwLock<u8> = x();", &["LOG"]),
            (
                "static A: OnceLock<u8> = OnceLock::new();\r\nstatic B: u8 = 1;\r\n",
                &["A"],
            ),
            (
                "static A: LazyLock<HashMap<u8, u8>> = LazyLock::new(|| HashMap::new());",
                &["A"],
            ),
            (
                "static A: once_cell::sync::Lazy<u8> = Lazy::new(|| 1);",
                &["A"],
            ),
            ("static A: OnceCell<u8> = OnceCell::const_new();", &["A"]),
            (
                "static GATE: Semaphore = Semaphore::const_new(3);",
                &["GATE"],
            ),
            ("static BELL: Notify = Notify::const_new();", &["BELL"]),
            ("static A: [AtomicU8; 2] = [x(), y()];", &["A"]),
            ("static A: (u8, &'static Mutex<u8>) = x();", &["A"]),
            ("static A: &(dyn Fn(u8) -> Cell<u8> + Sync) = &f;", &["A"]),
            (
                "static A: &(dyn Iterator<Item = Cell<u8>> + Sync) = &f;",
                &["A"],
            ),
            (
                "static A: Lend<dyn Iterator<Item = u8>, Cell<u8>> = f();",
                &["A"],
            ),
            ("static A: fn() -> u8 = || { Mutex::new(1); 1 };", &[]),
            ("static ÄNDERUNG: Mutex<u8> = Mutex::new(1);", &["ÄNDERUNG"]),
            ("const A: Mutex<u8> = Mutex::new(1);", &[]),
            ("const A: &'static Mutex<u8> = &X;", &[]),
            ("let a: &'static mut Cell<u8> = x();", &[]),
            ("fn f(x: &'static Mutex<u8>) {}", &[]),
            (
                "mod m {\n    pub static A: AtomicI64 = AtomicI64::new(0);\n}",
                &["A"],
            ),
            (
                "fn f() {\n    static mut A: u8 = 1;\n    loop { static B: Cell<u8> = x(); }\n}",
                &["A", "B"],
            ),
            (
                "fn f() { static A: AtomicU8 = x(); }\nfn g() { static A: AtomicU8 = x(); }",
                &["A"],
            ),
            (
                "thread_local! {\n    static A: RefCell<u8> = const { RefCell::new(1) };\n    static B: u8 = 1;\n}",
                &["A"],
            ),
            ("tokio::task_local! { static A: RefCell<u8>; }", &[]),
            (
                "lazy_static! { static ref A: HashMap<u8, u8> = HashMap::new(); }",
                &["A"],
            ),
            (
                "macro_rules! m { () => { static A: Mutex<u8> = Mutex::new(1); } }",
                &[],
            ),
            (
                "// static mut A: u8 = 1;\n/* static mut B: u8 = 1; */\n\"static mut C: u8 = 1;\"",
                &[],
            ),
            (
                ":static mut A: u8 = 1;\n/// Doc.\n#[used]\nstatic mut B: u8 = 1;\nstatic || 1;",
                &["B"],
            ),
            ("static mut A: u8 = (1;", &[]),
        ];
        for (code, names) in rows {
            assert_eq!(restarting_statics(code), names, "{code}");
        }
    }
}
