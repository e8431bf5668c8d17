"""Opens notebooks onto kernels that were started beforehand, and keeps the ports of kernels for them.

A kernel takes seconds until it answers, and again at its first variable, since it reads the libraries first. So once a
notebook has its kernel, another one is started in the same folder and warmed up, and waits there for the next notebook.
Jupyter asks a provisioner for each kernel: this one hands over the kernel that waits, and starts one where none does.

No cell ever waits longer for it: while a kernel in use computes or compiles, the one that is being started is paused,
and on a machine without a core and memory to spare none is started. One that was started before `support` was edited is
not handed over. Only the server that `cargo lab` opens asks for this, by `ASYNC_LAB_PRESTART` in its environment.

A kernel listens on its ports seconds after they were chosen. Jupyter does not hold them meanwhile, nor while it
restarts the kernel: where another program took one, the kernel ended as often as it was started. Here they are held.
"""

import asyncio
import atexit
import contextlib
import os
import signal
import socket
import sys
import time
import uuid
from pathlib import Path

import psutil
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.launcher import launch_kernel
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.paths import jupyter_runtime_dir

ROOT = Path(__file__).resolve().parents[4]
PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")

# Whether kernels are started ahead of time, as the server's environment has it.
PRESTART = "ASYNC_LAB_PRESTART" in os.environ

# Elsewhere the kernel could not listen on ports that are held.
HOLDS = sys.platform == "linux"

# What must be there before a kernel is started for later: it takes 0.4 GB, and more while it compiles.
CORES = 2
MEMORY = 2e9

# A kernel in use is left alone while it takes more than this share of a core.
BUSY = 0.2
# Seconds from one look at it to the next, and seconds without work after which another one may be started.
LOOK = 0.25
QUIET = 3.0


class Ports:
    """The ports of a kernel, which no other program is given until they are let go.

    Linux lets a socket listen on a port that another one is bound to without listening, if both reuse addresses:
    kernels do. And it gives such a port to nobody who asks for just any.
    """

    def __init__(self, ip):
        self.sockets = {name: socket.socket() for name in PORTS}
        for held in self.sockets.values():
            if HOLDS:
                held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind((ip, 0))
        self.numbers = {name: held.getsockname()[1] for name, held in self.sockets.items()}
        if not HOLDS:
            self.let_go()

    def let_go(self):
        for held in self.sockets.values():
            held.close()


class WarmKernel:
    """A kernel that waits for its notebook."""

    def __init__(self, command, folder, env):
        self.folder = folder
        self.sources = sources()
        self.ports = Ports("127.0.0.1")
        self.key = uuid.uuid4().hex.encode()
        runtime = Path(jupyter_runtime_dir())
        runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file = runtime / f"waiting-{uuid.uuid4()}.json"
        file = str(self.file)
        write_connection_file(file, ip="127.0.0.1", key=self.key, kernel_name="async-lab", **self.ports.numbers)
        command = [part.replace("{connection_file}", file) for part in command]
        # The kernel ends with the server that started it, in whatever way that ends.
        self.process = launch_kernel(command, cwd=folder, env=env | {"ASYNC_LAB_ENDS_WITH_PARENT": "1"})
        self.paused = False
        self.warm = False

    def alive(self):
        return self.process.poll() is None

    def fresh(self):
        return self.sources == sources()

    def signal(self, number):
        # Where it has ended, there is nobody to tell.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def pause(self, paused):
        if paused != self.paused:
            self.signal(signal.SIGSTOP if paused else signal.SIGCONT)
            self.paused = paused

    def end(self):
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.forget_file()
        self.ports.let_go()

    def forget_file(self):
        """Removes the connection file, which nobody reads once the kernel has been handed over or has ended."""
        self.file.unlink(missing_ok=True)

    async def warm_up(self):
        """Waits until the kernel answers, and has it infer a type. A completion does that and leaves no trace."""
        client = AsyncKernelClient()
        client.load_connection_file(str(self.file))
        # No heartbeat: the kernel's ends with the first who leaves it.
        client.start_channels(shell=True, iopub=False, stdin=False, hb=False, control=False)
        try:
            client.kernel_info()
            await client.get_shell_msg(timeout=600)
            code = "vec![1u8]."
            client.complete(code, len(code))
            await client.get_shell_msg(timeout=60)
            self.warm = True
        finally:
            client.stop_channels()


def log(text):
    """Says it where the command says what it does, if the environment asks for that."""
    if "ASYNC_LAB_LOG" in os.environ:
        with (state() / "log").open("a") as file:
            file.write(f"{time.strftime('%FT%TZ', time.gmtime())} DEBUG lab::provisioner: {text}\n")


def state():
    """The folder of what is prepared, in which Jupyter has its own."""
    return Path(jupyter_runtime_dir()).parents[1]


class KernelPool:
    """The kernel that waits, if there is one, and those that are in use."""

    def __init__(self):
        self.waiting = None
        self.filling = None
        self.in_use = {}
        atexit.register(self.end)

    def take(self, folder):
        """The kernel that waits in a folder; it belongs to the caller from now on."""
        waiting = self.waiting
        if waiting is None:
            log("no kernel was handed over: none waits")
            return None
        if Path(folder).resolve() != Path(waiting.folder).resolve():
            log(f"no kernel was handed over: the one that waits is for {waiting.folder}")
            return None
        self.waiting = None
        if not (waiting.alive() and waiting.fresh()):
            log("no kernel was handed over: the one that waited has ended, or `support` was edited since")
            waiting.end()
            return None
        waiting.pause(False)
        log("a kernel that waited was handed over")
        return waiting

    def used(self, provisioner, command, folder, env):
        """Notes a kernel in use, and has another one started for the notebook that is opened next."""
        self.in_use[provisioner.pid] = provisioner
        if self.filling is not None and not self.filling.done():
            self.filling.cancel()
        self.filling = asyncio.ensure_future(self.fill(command, following(folder), env))
        self.filling.add_done_callback(lambda task: tell(provisioner.log, task))

    async def fill(self, command, folder, env):
        await self.until_quiet()
        waiting = self.waiting
        if waiting is not None and waiting.alive() and waiting.fresh() and waiting.folder == folder:
            return
        self.end()
        if not room():
            log("no kernel is started ahead: this machine has no core or no memory to spare")
            return
        log(f"a kernel is started ahead, in {folder}")
        self.waiting = waiting = WarmKernel(command, folder, env)
        warming = asyncio.ensure_future(waiting.warm_up())
        try:
            before = self.computed()
            while self.waiting is waiting and not warming.done():
                await asyncio.sleep(LOOK)
                now = self.computed()
                if self.waiting is waiting:
                    waiting.pause(now - before > BUSY * LOOK)
                before = now
        finally:
            # Whoever has taken it meanwhile talks to it now.
            waiting.pause(False)
            warming.cancel()

    async def until_quiet(self):
        """Returns once no kernel in use has computed for some time."""
        before, since = self.computed(), time.monotonic()
        while time.monotonic() - since < QUIET:
            await asyncio.sleep(LOOK)
            now = self.computed()
            if now - before > BUSY * LOOK:
                since = time.monotonic()
            before = now

    def computed(self):
        """Seconds of processor that the kernels in use, their cells and their compilers have taken."""
        seconds = 0.0
        for pid, provisioner in list(self.in_use.items()):
            if not provisioner.has_process:
                del self.in_use[pid]
                continue
            try:
                kernel = psutil.Process(pid)
                processes = [kernel, *kernel.children(recursive=True)]
            except psutil.Error:
                continue
            for process in processes:
                # Its own seconds, and those of what it started that has ended. It may end just now.
                with contextlib.suppress(psutil.Error):
                    seconds += sum(process.cpu_times()[:4])
        return seconds

    def end(self):
        if self.waiting is not None:
            self.waiting.end()
            self.waiting = None


def tell(logger, task):
    """Says why no kernel could be started ahead. Nobody waits for it: the next notebook starts its own."""
    if not task.cancelled() and task.exception():
        logger.warning("No kernel could be started ahead of time: %r", task.exception())


def following(folder):
    """Where the next notebook is likely to be opened: from the start page one goes on to the exercises."""
    exercises = Path(folder) / "exercises"
    return str(exercises) if exercises.is_dir() else folder


def sources():
    """What a kernel is made of, as far as somebody may edit it.

    The time of the last change of a file's entry is among it, since that cannot be set back.
    """
    files = [ROOT / "Cargo.toml", ROOT / "Cargo.lock", ROOT / "support/Cargo.toml"]
    for folder in ("support/src", "support/tokio"):
        files.extend(sorted((ROOT / folder).rglob("*")))
    return [(str(file), (data := file.stat()).st_size, data.st_mtime_ns, data.st_ctime_ns) for file in files]


def room():
    """Whether this machine, or what its container may use of it, can hold another kernel."""
    memory = psutil.virtual_memory().available
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
        memory = min(memory, limit - int(Path("/sys/fs/cgroup/memory.current").read_text()))
    except (OSError, ValueError):
        pass  # no limit
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores >= CORES and memory >= MEMORY


def folder_of(launch):
    """The folder in which a kernel is launched with these arguments."""
    return str(launch.get("cwd") or Path.cwd())


POOL = KernelPool()


class Provisioner(LocalProvisioner):
    """Starts kernels on this machine, ahead of time where the environment asks for it."""

    taken = None
    ports = None

    async def pre_launch(self, **kwargs):
        self.taken = None
        # A kernel that is started again keeps its ports, to which its notebook is connected.
        if self.parent is not None and self.parent.cache_ports and not self.ports_cached:
            if PRESTART:
                self.taken = POOL.take(folder_of(kwargs))
            if self.taken:
                self.parent.session.key = self.taken.key
            self.ports = self.taken.ports if self.taken else Ports(self.parent.ip)
            for name, port in self.ports.numbers.items():
                setattr(self.parent, name, port)
            self.ports_cached = True
        return await super().pre_launch(**kwargs)

    async def cleanup(self, restart=False):
        await super().cleanup(restart=restart)
        if self.ports is not None and not restart:
            self.ports.let_go()

    async def launch_kernel(self, cmd, **kwargs):
        folder = folder_of(kwargs)
        env = kwargs.get("env") or dict(os.environ)
        if self.taken:
            self.process = self.taken.process
            self.pid = self.pgid = self.process.pid
            self.cwd = folder
            self.taken.forget_file()
        else:
            await super().launch_kernel(cmd, **kwargs)
        if PRESTART:
            POOL.used(self, self.kernel_spec.argv, folder, env)
        return self.connection_info
