"""Asks a kernel for help in what is being written: which names fit at the cursor, and what is known of a name.

Where the cursor is, `§` stands. Printed is one object of JSON: for each question what was asked, and the content of
the answer.
"""

import json
import sys

from jupyter_client.manager import KernelManager

# Seconds until an answer is given up.
PATIENCE = 300

# What a notebook has run before it asks.
CELLS = [
    """/// Adds one.
///
/// ```
/// # let hidden = 1;
/// assert_eq!(add_one(1), 2);
/// ```
fn add_one(number: i32) -> i32 { number + 1 }""",
    """/// Doubles what it is given.
macro_rules! double { ($value:expr) => { $value * 2 } }""",
    "struct Point { across: i32, down: i32 } let point = Point { across: 1, down: 2 };",
    'use support::timeline::Timeline; let timeline = Timeline::new(); let word = String::from("a"); let wording = 1;',
]

NAMES = {
    "function": "add_o§",
    "middle of a word": "let sum = add_o§ther(1);",
    "field of ours": "point.acr§",
    "fields of a value": "timeline.§",
    "fields of our own value": "point.§",
    "field that is written": "let two = Point { dow§",
    "field that is written, private": "let two = Timeline { §",
    "type": "Vec::§",
    "methods of a value": "word.§",
    "module": "tokio::time::§",
    "module of std": "std::thread::§",
    "module of macros": "tokio::jo§",
    "future": "tokio::time::sleep(std::time::Duration::ZERO).§",
    "type in a module": "let pause: std::time::Dur§",
    "use": "use tokio::ti§",
    "use of a list": "use std::{time::Inst§}",
    "chain": "let length = word\n    .chars()\n    .filter(|letter| letter.is_ascii())\n    .cou§",
    "not ASCII": 'let größe = "é 👩‍💻"; grö§',
    "after commands": ":opt 0\n\nadd_o§",
    "command": ":de§",
    "println": 'println!("{}", wo§',
    "println, closed": 'println!("{}", wo§);',
    "hole": 'println!("{wo§}");',
    "join": "tokio::join!(add_o§",
    "vec": "vec![1, wo§",
    "assert_eq": "assert_eq!(wo§",
    "in a macro, of a value": "vec![word.le§]",
    "macro in a macro": 'println!("{}", vec![wo§]);',
    "our own macro": "dou§",
    "our own macro, argument": "double!(wo§",
    "macro of std": "printl§",
    "open brackets": "fn later() { let x = add_one(add_o§\nlet y = 1;",
    "empty": "§",
    "behind a value": "word.len()§",
    "comment": "// add_o§",
    "string": 'let text = "add_o§";',
}

ABOUT = {
    "begin": "§add_one(1)",
    "middle": "let sum = add§_one(1);",
    "end": "add_one§",
    "argument": "add_one(§)",
    "later argument": "std::cmp::max(1, §)",
    "argument that is known": "add_one(wo§rding)",
    "number among arguments": "add_one(1§0)",
    "method": "word.pus§h('a')",
    "method without brackets": "word.push§",
    "arguments of a method": "word.push(§",
    "field": "point.acr§oss",
    "variable": "wor§d",
    "type": "let a: Str§ing = word;",
    "macro": 'print§ln!("{}", 1)',
    "arguments of a macro": 'println!("{}", §)',
    "in a loop": "for word in [word] { add_§one(1) }",
    "in a task": "tokio::spawn(async move { add_§one(1) });",
    "name in a macro": 'println!("{}", wor§d)',
    "name in a hole": 'println!("{wo§rd}")',
    "macro of tokio": "tokio::jo§in!(a, b)",
    "macro of ours": "dou§ble!(1)",
    "function in a path": "tokio::time::sle§ep(std::time::Duration::ZERO)",
    "function of the lab": "Timeline::ne§w()",
    "made here": "/// Twice.\nfn tw§ice(number: i32) -> i32 { number * 2 }",
    "variable made here": "let number§ = add_one(1);",
    "chain": "word\n    .chars()\n    .fil§ter(|letter| true)",
    "after commands": ":opt 0\n\nadd_§one(1)",
    "not ASCII": 'let größe = "é 👩‍💻"; add_§one(1)',
    "use": "use std::{sync::Mut§ex};",
    "function that comes with a feature": "tokio::spa§wn(async {})",
    "struct of the lab": "Timel§ine::new()",
    "errors of the lab": "support::server::Server::sta§rt",
    "comment": "// add_§one(1)",
    "nothing": "no_such_n§ame",
}


def ask(client, kind, marked):
    """What is asked, and the content of the answer."""
    before, after = marked.split("§")
    code = before + after
    content = {"code": code, "cursor_pos": len(before)}
    if kind == "inspect_request":
        content["detail_level"] = 0
    message = client.session.msg(kind, content)
    client.shell_channel.send(message)
    while True:
        reply = client.get_shell_msg(timeout=PATIENCE)
        if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            return {"code": code, "cursor": len(before), "answer": reply["content"]}


def main():
    manager = KernelManager(kernel_name="async-lab")
    manager.start_kernel(cwd=sys.argv[1])
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=600)
        ran = [client.execute_interactive(cell, timeout=PATIENCE, output_hook=print) for cell in CELLS]
        record = {
            "ran": [reply["content"]["status"] for reply in ran],
            "names": {name: ask(client, "complete_request", code) for name, code in NAMES.items()},
            "about": {name: ask(client, "inspect_request", code) for name, code in ABOUT.items()},
        }
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    print(json.dumps(record))


if __name__ == "__main__":
    main()
