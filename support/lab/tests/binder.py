"""Solves an exercise as a learner on Binder does: one core, a limit of memory, and no network.

It wants to be started in a network of its own (`unshare --net`), by root, with a Jupyter that knows the kernel. Everything
that it starts is held to one core and, by a control group, to the memory. It reports what it took, as JSON.
"""

import argparse
import asyncio
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from learner import Failed, Learner, Memory, answers_of

TOKEN = "binder"
PORT = 8888


def raise_loopback():
    """Brings up the only interface there is, and makes sure that it is the only one."""
    names = [name for _, name in socket.if_nameindex()]
    if names != ["lo"]:
        sys.exit(f"error: there is a network: {names}\nhint: start this by `unshare --net`")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        get_flags, set_flags, up = 0x8913, 0x8914, 0x1
        request = fcntl.ioctl(any_socket, get_flags, struct.pack("16sh14x", b"lo", 0))
        flags = struct.unpack("16sh14x", request)[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", flags | up))


class Limits:
    """One core, and a control group that holds this process and all it starts to some memory."""

    def __init__(self, most):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        for top, limit in [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")]:
            self.group = Path(top) / f"async-lab-binder-{os.getpid()}"
            try:
                self.group.mkdir()
            except OSError:
                continue
            if (self.group / limit).exists():
                (self.group / limit).write_text(str(most))
                (self.group / "cgroup.procs").write_text(str(os.getpid()))
                return
            self.group.rmdir()
        sys.exit("error: no control group can be made")

    def killed(self):
        """How many processes had to end for want of memory."""
        for name in ("memory.oom_control", "memory.events"):
            if (self.group / name).exists():
                lines = (self.group / name).read_text().splitlines()
                return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
        return None

    def end(self):
        (self.group.parent / "cgroup.procs").write_text(str(os.getpid()))
        try:
            self.group.rmdir()
        except OSError:
            pass  # a process is still ending


class Alone(Learner):
    """A learner with a server that nobody else uses."""

    def headers(self):
        return {"Authorization": f"token {TOKEN}"}


async def work(root, exercise):
    notebooks = root / "notebooks"
    memory = Memory("ASYNC_LAB_LEARNER", ["binder"])
    memory.start()
    began = time.monotonic()
    learner = Alone("binder", f"http://127.0.0.1:{PORT}/")
    while True:
        try:
            learner.ask("GET", "api/status")
            break
        except (OSError, Failed):
            if time.monotonic() - began > 120:
                raise Failed("JupyterLab did not answer") from None
            await asyncio.sleep(0.2)
    server = time.monotonic() - began
    answers = answers_of(notebooks / "solutions" / exercise)
    verdicts = await learner.solve(f"notebooks/exercises/{exercise}", answers, 0.0)
    memory.over.set()
    solved = time.monotonic() - began
    told = learner.told(Path(exercise).stem, verdicts, memory.peaks["binder"])
    return told | {"server_s": round(server, 2), "solved_s": round(solved, 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True, type=Path, help="the checkout")
    parser.add_argument("--exercise", default="1_first_async_function.ipynb")
    parser.add_argument("--memory", type=int, default=2 * 10**9, help="bytes")
    options = parser.parse_args()
    raise_loopback()
    limits = Limits(options.memory)
    with tempfile.TemporaryDirectory() as scratch:
        folders = {
            name: f"{scratch}/{name.lower()}" for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        }
        log = open(f"{scratch}/jupyterlab.log", "w+", encoding="utf-8")
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
            + [f"--ServerApp.port={PORT}", f"--ServerApp.root_dir={options.root}", f"--IdentityProvider.token={TOKEN}"],
            env=os.environ | folders | {"ASYNC_LAB_LEARNER": "binder", "LAB_PROGRESS": f"{scratch}/progress.json"},
            stdout=log,
            stderr=log,
        )
        try:
            told = asyncio.run(work(options.root, options.exercise))
        except Failed as problem:
            log.seek(0)
            sys.exit(f"error: {problem}\n{log.read()[-3000:]}")
        finally:
            server.terminate()
            server.wait()
            killed = limits.killed()
            limits.end()
    print(json.dumps(told | {"killed": killed}))


if __name__ == "__main__":
    main()
