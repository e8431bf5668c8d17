"""Talks to a kernel as a notebook does, does to it what the first argument names, and tells in JSON what came of it.

Each function that a test may name stands under `SCENARIOS`; the second argument is the folder in which the kernel runs.
Of every scenario is told which processes of the kernel are left after it, too.
"""

import json
import subprocess
import sys
from pathlib import Path

import psutil
from jupyter_client.manager import KernelManager

# A cell that runs until it is ended, and says so before.
ENDLESS = 'println!("begun"); loop { std::thread::sleep(std::time::Duration::from_millis(50)); }'

# Seconds until an answer is given up: a cell may build a crate.
PATIENCE = 300


class Notebook:
    """A kernel, and the notebook that talks to it."""

    def __init__(self, folder):
        self.folder = folder
        self.manager = KernelManager(kernel_name="async-lab")
        self.manager.start_kernel(cwd=folder)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=600)
        # The process that Jupyter started: it stands in front of evcxr.
        self.front = psutil.Process(self.manager.provisioner.pid)

    def run(self, code):
        """What a cell does: its reply, what it prints, shows and fails with."""
        ident = self.client.execute(code)
        told = {"prints": "", "shows": "", "error": ""}
        while True:
            message = self.published()
            if message["parent_header"].get("msg_id") != ident:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                told["prints"] += content["text"]
            elif kind == "execute_result":
                told["shows"] += content["data"]["text/plain"]
            elif kind == "error":
                told["error"] += "\n".join(content["traceback"])
            elif kind == "status" and content["execution_state"] == "idle":
                break
        # An answer to the questions with which the kernel was awaited may come late.
        while (reply := self.client.get_shell_msg(timeout=PATIENCE))["parent_header"].get("msg_id") != ident:
            pass
        reply = reply["content"]
        return told | {"status": reply["status"], "count": reply["execution_count"]}

    def start_endless(self):
        """Starts a cell without end, and returns its name once it runs."""
        ident = self.client.execute(ENDLESS)
        while self.published()["content"].get("text") != "begun\n":
            pass
        return ident

    def interrupt(self):
        """Interrupts what runs, and returns when the kernel has answered: a cell that is sent then is a later one."""
        self.client.control_channel.send(self.client.session.msg("interrupt_request"))
        self.client.get_control_msg(timeout=PATIENCE)

    def published(self):
        """The next message to everybody who follows the kernel."""
        return self.client.get_iopub_msg(timeout=PATIENCE)

    def processes(self):
        return [self.front, *self.front.children(recursive=True)] if runs(self.front) else []

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


def runs(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def left(before):
    """The names of those that still run after a while."""
    psutil.wait_procs(before, timeout=30)
    return [process.name() for process in before if runs(process)]


def changing_crate(notebook):
    """A crate that `support` is made of gets another feature, which needs no network and nothing else."""
    notebook.run("let kept = 41; fn double(number: u32) -> u32 { 2 * number }")
    dependency = ':dep memory-stats = { version = "1", features = ["always_use_statm"] }'
    told = {"crate": notebook.run(f"{dependency}\nmemory_stats::memory_stats().is_some()")}
    told["function"] = notebook.run("double(4)")
    told["variable"] = notebook.run("kept")
    told["anew"] = notebook.run("let anew = 1;")
    return told | {"kept": notebook.run("anew")}


def killed_cells(notebook):
    kill = 'std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status();'
    told = {"kills": notebook.run(kill)}
    return told | {"panic": notebook.run('panic!("after it")'), "exits": notebook.run("std::process::exit(3)")}


def interrupted(notebook):
    notebook.run("let kept = 41;")
    # Between cells, an interrupt takes nothing away.
    notebook.interrupt()
    told = {"kept": notebook.run("kept")}
    ident = notebook.start_endless()
    notebook.interrupt()
    while (message := notebook.published())["msg_type"] != "error":
        pass
    assert message["parent_header"]["msg_id"] == ident
    return told | {"error": message["content"]["evalue"]}


def killed_front(notebook):
    notebook.run("1")
    notebook.start_endless()
    before = notebook.processes()
    notebook.front.kill()
    return {"processes": len(before), "left": left(before)}


def orphaned(notebook):
    """A kernel whose Jupyter is killed, while a cell runs."""
    program = (
        "import sys, time; from jupyter_client.manager import KernelManager; "
        "manager = KernelManager(kernel_name='async-lab'); manager.start_kernel(cwd=sys.argv[1]); "
        "client = manager.client(); client.start_channels(); client.wait_for_ready(timeout=600); "
        "client.execute('loop {}'); print(manager.provisioner.pid, flush=True); time.sleep(600)"
    )
    jupyter = subprocess.Popen([sys.executable, "-c", program, notebook.folder], stdout=subprocess.PIPE, text=True)
    # The kernel speaks on the same standard output.
    number = next(line for line in jupyter.stdout if line.strip().isdigit())
    front = psutil.Process(int(number))
    before = [front, *front.children(recursive=True)]
    jupyter.kill()
    jupyter.wait()
    return {"processes": len(before), "left": left(before), "left_of_early": orphaned_early(notebook)}


def orphaned_early(notebook):
    """What is left of a kernel whose Jupyter ends while the kernel begins."""
    program = (
        "import os, sys; from jupyter_client.manager import KernelManager; "
        "manager = KernelManager(kernel_name='async-lab'); manager.start_kernel(cwd=sys.argv[1]); "
        "print(manager.provisioner.pid, flush=True); os._exit(0)"
    )
    # Who is left would keep what we print to open.
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    jupyter = subprocess.Popen([sys.executable, "-c", program, notebook.folder], **pipes)
    number = next(line for line in jupyter.stdout if line.strip().isdigit())
    jupyter.wait()
    try:
        front = psutil.Process(int(number))
        names = left([front])
        front.kill()
    except psutil.NoSuchProcess:
        return []
    return names


def removed_folder(notebook):
    notebook.run("1")
    [evcxr] = notebook.front.children()
    folder = Path(evcxr.environ()["EVCXR_TMPDIR"])
    folder.rename(folder.with_name(f"{folder.name}.removed"))
    return {"cell": notebook.run("1 + 1")}


# Where a value of a known type is wanted, `|` being the cursor: rust-analyzer compares it with all associated
# constants, and panics over two of different types.
WANTED = (
    "let far: Far = |;",
    "go(|);",
    "go(Far(|))",
    "async fn later() -> Far { | }",
    "let far: Far = if true { | } else { Far(1) };",
    "let later = async { let far: Far = F|; far };",
    "tokio::select! { far = later() => { let other: Far = |; } _ = std::future::ready(()) => {} }",
    "tokio::select! { far = later() => { go(|) } }",
    "match Some(Far(1)) { Some(far) => go(f|), None => {} }",
    "while let Some(far) .| = Some(Far(1)) {}",
    "let far: Far .|",
    'println!("{:?}", go(|))',
)


def known_types(notebook):
    """Names are asked for where their type is known. Told is after which of them the kernel ran no cell any more."""
    defined = "struct {0}(i64); impl {0} {{ const LEAST: Self = Self(i64::MIN); }} "
    types = defined.format("Near") + defined.format("Far")
    notebook.run(types + "fn go(far: Far) {} async fn later() -> Far { Far(1) }")
    spoilt = []
    for code in WANTED:
        before, after = code.split("|")
        # What the cell defines itself, rust-analyzer knows best.
        ident = notebook.client.complete(f"{types}\n{before}{after}", len(types) + 1 + len(before))
        while notebook.client.get_shell_msg(timeout=PATIENCE)["parent_header"].get("msg_id") != ident:
            pass
        if notebook.run("2 + 2")["shows"] != "4":
            spoilt.append(code)
            break
    return {"spoilt": spoilt}


def large_outputs(notebook):
    lines = notebook.run('for number in 0..30_000 { println!("{number}"); }')["prints"].splitlines()
    figure = notebook.run('"x".repeat(5_000_000)')["shows"]
    return {"lines": lines == [str(number) for number in range(30_000)], "figure": len(figure)}


SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (
        changing_crate,
        killed_cells,
        interrupted,
        killed_front,
        orphaned,
        removed_folder,
        known_types,
        large_outputs,
    )
}


def main():
    scenario = SCENARIOS[sys.argv[1]]
    notebook = Notebook(sys.argv[2])
    try:
        told = scenario(notebook)
    finally:
        before = notebook.processes()
        notebook.end()
    print(json.dumps(told | {"after": left(before)}))


if __name__ == "__main__":
    main()
