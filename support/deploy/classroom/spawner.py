"""How a learner's server is started.

In a room of the learner's own (`room.py`), or, where nobody has to be kept from anybody, as a process of whoever
started the class. Both are JupyterHub's `LocalProcessSpawner` with the environment that kernels need.
"""

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from jupyterhub.spawner import LocalProcessSpawner
from jupyterhub.utils import random_port
from traitlets import Any, Float, Integer, Unicode

import control_group
from accounts import Account, mark, objection
from room import hand_out
from rooms import shown_and_covered

# What a single process may allocate, as a share of what its learner may use: enough for a kernel or a compiler. A cell
# that asks for more ends with a message, and only that cell.
PROCESS = 0.6

# What reaches learners' servers of the environment in which the class was started: where toolchains are, how programs
# are found and how text is written. Variables that change what is built reach kernels by their registration.
HANDED_ON = ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "PATH", "LD_LIBRARY_PATH", "TZ", "LANG", "LANGUAGE"]
HANDED_ON_IF_IT_STARTS = ("LC_", "CONDA_", "SSL_CERT_")

# Seconds from one look at what a learner has on the disk to the next.
LOOK = 30

ROOM = Path(__file__).with_name("room.py")


class LearnerSpawner(LocalProcessSpawner):
    """Starts a learner's server in the learner's own folder, with what kernels need."""

    state = Any(help="The folder with what the lab has prepared.").tag(config=True)
    root = Any(help="The checkout.").tag(config=True)
    folder = Any(help="The folder of the class.").tag(config=True)
    notebooks = Any(help="The notebooks to hand out.").tag(config=True)
    prepared = Unicode(help="The build folder that kernels begin with; empty, each looks for it itself.").tag(
        config=True
    )
    program = Any(help="The command of a server.").tag(config=True)
    memory = Integer(help="Bytes that one learner may use.").tag(config=True)
    processes = Integer(help="How many processes and threads one learner may have.").tag(config=True)
    cores = Float(help="How many cores one learner may keep busy.").tag(config=True)

    @property
    def home(self):
        return self.folder / self.user.name

    def jupyter(self):
        """Where a learner's Jupyter keeps what it keeps."""
        return self.home / ".jupyter"

    def user_env(self, env):
        jupyter = self.jupyter()
        given = {
            name: value
            for name, value in os.environ.items()
            if name in HANDED_ON or name.startswith(HANDED_ON_IF_IT_STARTS)
        }
        # Kernels look for toolchains in the home folder of whoever prepared them.
        ours = Path.home()
        given.setdefault("CARGO_HOME", str(ours / ".cargo"))
        given.setdefault("RUSTUP_HOME", str(ours / ".rustup"))
        modules = str(self.root / "support/lab/assets/jupyter")
        return (
            env
            | given
            | {
                "USER": self.user.name,
                "HOME": str(self.home),
                "SHELL": "/bin/sh",
                "JUPYTER_CONFIG_DIR": str(jupyter / "config"),
                "JUPYTER_CONFIG_PATH": str(self.state / "jupyter/config"),
                "JUPYTER_DATA_DIR": str(jupyter / "data"),
                "JUPYTER_RUNTIME_DIR": str(jupyter / "runtime"),
                "JUPYTER_PATH": str(self.state / "jupyter/data"),
                "PYTHONPATH": modules,
                # Servers that are ended in a hurry leave their kernels behind.
                "ASYNC_LAB_ENDS_WITH_PARENT": "1",
                "LAB_PROGRESS": str(jupyter / "progress.json"),
                # evcxr's allocator takes a gigabyte at its start, of which it uses little. Taken as it is used, it does
                # not count as allocated (`PROCESS`), and learners have that room themselves.
                "MIMALLOC_ARENA_EAGER_COMMIT": "0",
            }
        )

    def limit(self):
        """Makes the learner's control group. What a server of before left in it ends here."""
        self.group.remove()
        try:
            self.group.make(control_group.Limits(self.memory, self.processes, self.cores))
        except OSError as problem:
            self.log.warning(
                "%s: no control group can be made (%s), so each process is limited, not their sum",
                self.user.name,
                problem,
            )


class RoomSpawner(LearnerSpawner):
    """Starts a server in a room, under an account of the learner's own."""

    disk = Integer(help="How many bytes of the disk one learner may have.").tag(config=True)
    looked = free = 0
    room = None

    @property
    def kernels(self):
        """Where the learner's kernels build cells."""
        return self.folder / "hub/kernels" / self.user.name

    @property
    def group(self):
        return control_group.Group(f"async-{mark(self.folder)}/{self.user.name}")

    def user_env(self, env):
        env = super().user_env(env)
        if self.prepared:
            # Kernels of learners write nothing that all share.
            env["ASYNC_LAB_PREPARED"] = self.prepared
        return env | {"ROOM": json.dumps(self.room)}

    def make_preexec_fn(self, _name):
        # The room changes the user, once it is furnished.
        return lambda: None

    def spec(self, account):
        shown, covered = shown_and_covered(self)
        return {
            "name": self.user.name,
            "port": self.port,
            "hub_port": self.hub.port,
            "memory": self.memory // 4,
            "user": account.pw_uid,
            "group": account.pw_gid,
            "folder": str(self.home),
            "folders": [str(self.jupyter() / name) for name in ("config", "data", "runtime")],
            "notebooks": str(self.notebooks),
            "control_groups": self.group.files(),
            "most": {"DATA": int(self.memory * PROCESS), "FSIZE": self.disk // 4, "CORE": 0},
            "covered": covered,
            "links": {str(self.folder / "support"): str(self.root / "support")},
            "shown": shown,
        }

    async def start(self):
        if problem := objection(self.user.name):
            raise ValueError(problem)
        account = await asyncio.to_thread(Account(self.folder, self.user.name).make)
        await asyncio.to_thread(self.limit)
        await asyncio.to_thread(self.make_kernels, account)
        self.port = self.port or random_port()
        self.room = self.spec(account)
        self.cmd = [sys.executable, str(ROOM), *self.program]
        return await super().start()

    def make_kernels(self, account):
        """An empty folder for the learner's kernels, outside of what the learner keeps."""
        subprocess.run(["rm", "-rf", "--one-file-system", str(self.kernels)], check=True)
        self.kernels.mkdir(mode=0o700, parents=True)
        os.chown(self.kernels, account.pw_uid, account.pw_gid)

    async def poll(self):
        status = await super().poll()
        if status is None and await asyncio.to_thread(self.is_too_much):
            self.log.warning("%s: has more than %d bytes on the disk; the server is stopped", self.user.name, self.disk)
            await self.stop(now=True)
            return 1
        if status is not None:
            # It has ended by itself.
            await asyncio.to_thread(self.group.remove)
        return status

    def is_too_much(self):
        """Whether the learner has filled more of the disk than is allowed.

        It is looked at now and then, and at once when the disk fills.
        """
        free = shutil.disk_usage(self.folder).free
        if time.monotonic() < self.looked + LOOK and free > self.free - self.disk // 8:
            return False
        self.looked, self.free = time.monotonic(), free
        return taken(self.home, self.kernels) > self.disk

    async def stop(self, now=False):
        await super().stop(now=now)
        # Whatever was started in the room has ended with it, unless somebody found a way; this finds whoever did.
        await asyncio.to_thread(self.group.remove)


def taken(*folders):
    """The bytes that folders take on the disk, each file at least a block, however deep somebody has nested them."""
    total = 0
    for unit, bytes_each in [("--block-size=1", 1), ("--inodes", 4096)]:
        # Where a file goes meanwhile, it says so, and counts the others.
        command = ["du", "-sx", unit, *map(str, folders)]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        total = max(total, sum(int(line.split()[0]) for line in said.splitlines()) * bytes_each)
    return total


class TrustingSpawner(LearnerSpawner):
    """Starts all servers as whoever started the class: learners are out of each other's way, and no more."""

    @property
    def group(self):
        return control_group.Group(f"async-{mark(self.folder)}-{self.user.name}")

    def make_preexec_fn(self, _name):
        limit, home, files = int(self.memory * PROCESS), self.home, self.group.files()

        # Runs in the server's process, before the server does.
        def preexec():
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
            for file in files:
                Path(file).write_text("0")
            os.chdir(home)

        return preexec

    async def start(self):
        if problem := objection(self.user.name):
            raise ValueError(problem)
        self.home.mkdir(mode=0o700, exist_ok=True)
        hand_out(self.notebooks, self.home)
        self.limit()
        self.cmd = [*self.program, *(["--allow-root"] if os.geteuid() == 0 else [])]
        return await super().start()

    async def stop(self, now=False):
        await super().stop(now=now)
        await asyncio.to_thread(self.group.remove)
