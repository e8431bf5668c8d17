"""Solves an exercise as a learner on Binder does: one core, a limit of memory, and no network.

It wants to be started in a network of its own (`unshare --net`), by root, with a Jupyter that knows the kernel.
Everything that it starts is held to one core and, by a control group, to the memory. It reports what it took, as JSON.
"""

import argparse
import asyncio
import contextlib
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

import control_group
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


def hold(most):
    """Holds this process and all it starts to one core and so much memory; returns the control group for the memory."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    group = control_group.make(f"async-lab-binder-{os.getpid()}", most)
    if group is None:
        sys.exit("error: no control group can be made")
    control_group.enter(group, os.getpid())
    return group


def let_go(group):
    """Ends what `hold` began, as far as memory goes."""
    control_group.enter(group.parent, os.getpid())
    # Where a process is still ending, the group stays.
    with contextlib.suppress(OSError):
        group.rmdir()


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
    group = hold(options.memory)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        folders = {name: str(scratch / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
        ours = {"ASYNC_LAB_LEARNER": "binder", "LAB_PROGRESS": str(scratch / "progress.json")}
        said = scratch / "jupyterlab.log"
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
        command += [f"--ServerApp.port={PORT}", f"--ServerApp.root_dir={options.root}"]
        command += [f"--IdentityProvider.token={TOKEN}"]
        with said.open("wb") as log:
            server = subprocess.Popen(command, env=os.environ | folders | ours, stdout=log, stderr=log)
        try:
            told = asyncio.run(work(options.root, options.exercise))
        except Failed as problem:
            sys.exit(f"error: {problem}\n{said.read_text(encoding='utf-8', errors='replace')[-3000:]}")
        finally:
            server.terminate()
            server.wait()
            killed = control_group.killed(group)
            let_go(group)
    print(json.dumps(told | {"killed": killed}))


if __name__ == "__main__":
    main()
