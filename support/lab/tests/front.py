"""Talks to a kernel as a notebook does, does to it what the first argument names, and tells in JSON what came of it."""

import json
import os
import sys
import time

import psutil
from jupyter_client.manager import KernelManager

manager = KernelManager(kernel_name="async-lab")
manager.start_kernel(cwd=sys.argv[2])
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=600)
front = psutil.Process(manager.provisioner.pid)


def run(code, wait=300):
    """What a cell does: its reply, what it prints, shows and fails with."""
    ident = client.execute(code)
    told = {"prints": "", "shows": "", "error": ""}
    while True:
        message = client.get_iopub_msg(timeout=wait)
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
    while (reply := client.get_shell_msg(timeout=wait))["parent_header"].get("msg_id") != ident:
        pass
    reply = reply["content"]
    return told | {"status": reply["status"], "count": reply["execution_count"]}


def processes():
    return [front, *front.children(recursive=True)]


def left(before):
    """Those that still run after a while."""
    psutil.wait_procs(before, timeout=30)
    return [process.name() for process in before if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def changing_crate():
    """A crate that `support` is made of gets another feature, which needs no network and nothing else."""
    run("let kept = 41; fn double(number: u32) -> u32 { 2 * number }")
    told = {
        "crate": run(
            ':dep memory-stats = { version = "1", features = ["always_use_statm"] }\nmemory_stats::memory_stats().is_some()'
        )
    }
    told["function"] = run("double(4)")
    told["variable"] = run("kept")
    return told | {"anew": run("let anew = 1;"), "kept": run("anew")}


def killed_cells():
    told = {"kills": run('std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status();')}
    return told | {"panic": run('panic!("after it")'), "exits": run("std::process::exit(3)")}


def interrupted():
    run("let kept = 41;")
    # Between cells, an interrupt takes nothing away.
    manager.interrupt_kernel()
    told = {"kept": run("kept")}
    ident = client.execute('println!("begun"); loop { std::thread::sleep(std::time::Duration::from_millis(50)); }')
    while client.get_iopub_msg(timeout=300)["content"].get("text") != "begun\n":
        pass
    manager.interrupt_kernel()
    while (message := client.get_iopub_msg(timeout=300))["msg_type"] != "error":
        pass
    assert message["parent_header"]["msg_id"] == ident
    return told | {"error": message["content"]["evalue"]}


def killed_front():
    run("1")
    client.execute('println!("begun"); loop { std::thread::sleep(std::time::Duration::from_millis(50)); }')
    while client.get_iopub_msg(timeout=300)["content"].get("text") != "begun\n":
        pass
    before = processes()
    front.kill()
    return {"processes": len(before), "left": left(before)}


def removed_folder():
    run("1")
    [evcxr] = front.children()
    os.rename(evcxr.environ()["EVCXR_TMPDIR"], evcxr.environ()["EVCXR_TMPDIR"] + ".removed")
    return {"cell": run("1 + 1")}


def large_outputs():
    lines = run('for number in 0..30_000 { println!("{number}"); }')["prints"].splitlines()
    figure = run('"x".repeat(5_000_000)')["shows"]
    return {"lines": lines == [str(number) for number in range(30_000)], "figure": len(figure)}


try:
    told = globals()[sys.argv[1]]()
finally:
    before = processes() if front.is_running() and front.status() != psutil.STATUS_ZOMBIE else []
    client.stop_channels()
    manager.shutdown_kernel()
print(json.dumps(told | {"after": left(before)}))
