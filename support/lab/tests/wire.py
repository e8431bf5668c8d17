"""Records what a kernel sends, message by message, for the situations that Jupyter's specification speaks of.

One kernel does all of it, in this order. Printed is one object of JSON: for each situation the messages, as type and
content, of all requests that belong to it, those of the IOPub channel first.
"""

import json
import sys

from jupyter_client.manager import KernelManager

# Seconds until an answer is given up.
PATIENCE = 300

ENDLESS = 'println!("begun"); loop { std::thread::sleep(std::time::Duration::from_millis(50)); }'
AWAITING = 'println!("begun"); std::future::pending::<()>().await;'
FIGURES = """
fn figure(text: &str) {
    println!("EVCXR_BEGIN_CONTENT text/html\\n<b>{text}</b>\\nEVCXR_END_CONTENT");
}
println!("one");
figure("a");
println!("two");
figure("b");
"""
BOTH = """
let pause = std::time::Duration::from_millis(200);
println!("a");
std::thread::sleep(pause);
eprintln!("b");
std::thread::sleep(pause);
println!("c");
"""
BAR = """
let bar = support::progress::Progress::new("steps", 2);
bar.advance();
bar.advance();
drop(bar);
"""

# What each situation runs. A list is sent at once.
SITUATIONS = {
    "ok": ["1 + 1"],
    "compile error": ["let kept = 41;", "no_such_name"],
    "panic": ['panic!("boom")'],
    "question mark": ['"x".parse::<u8>()?;'],
    "abort": [["no_such_name", "1", "2"]],
    "silent": [("3", {"silent": True, "store_history": False})],
    "not counted": [("4", {"store_history": False})],
    "display": [FIGURES],
    "update": [BAR],
    "many lines": ['for number in 0..100_000 { println!("{number}"); }'],
    "no newline": ['print!("x")', 'println!("next");'],
    "carriage return": ['print!("1 of 2\\r"); print!("2 of 2");'],
    "not UTF-8": [
        'std::io::Write::write_all(&mut std::io::stdout(), b"\\xff\\n")?;',
        'println!("next");',
    ],
    "both streams": [BOTH],
    "first await": ["tokio::task::yield_now().await; kept"],
    "interrupt, awaiting": [(AWAITING, {"interrupt": True}), "kept"],
    "interrupt, computing": [(ENDLESS, {"interrupt": True}), 'panic!("after it")'],
}


class Recorder:
    """A kernel, and what it sends."""

    def __init__(self, folder):
        self.manager = KernelManager(kernel_name="async-lab")
        self.manager.start_kernel(cwd=folder)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=600)
        while self.client.shell_channel.msg_ready():
            self.client.get_shell_msg(timeout=1)

    def run(self, requests):
        """The messages about these requests, which are sent at once."""
        idents, options = [], {}
        for request in requests:
            code, options = request if isinstance(request, tuple) else (request, {})
            plain = {name: value for name, value in options.items() if name != "interrupt"}
            idents.append(self.client.execute(code, **plain))
        published, waiting, replies = [], set(idents), []
        while waiting:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            ident = message["parent_header"].get("msg_id")
            if ident not in idents:
                continue
            published.append(message)
            if options.get("interrupt") and message["content"].get("text") == "begun\n":
                self.interrupt()
            if message["content"].get("execution_state") == "idle":
                waiting.discard(ident)
        while len(replies) < len(idents):
            message = self.client.get_shell_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") in idents:
                replies.append(message)
        return published + replies

    def interrupt(self):
        self.client.control_channel.send(self.client.session.msg("interrupt_request"))
        self.client.get_control_msg(timeout=PATIENCE)

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


def main():
    recorder = Recorder(sys.argv[1])
    try:
        record = {}
        for name, cells in SITUATIONS.items():
            messages = []
            for cell in cells:
                messages += recorder.run(cell if isinstance(cell, list) else [cell])
            record[name] = [[message["msg_type"], message["content"]] for message in messages]
    finally:
        recorder.end()
    print(json.dumps(record))


if __name__ == "__main__":
    main()
