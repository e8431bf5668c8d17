"""A class on one machine: every learner gets a JupyterLab of their own, on their own copy of the notebooks.

`cargo lab class` prepares the lab, installs JupyterHub and starts it with this file. It says by the environment what
differs from class to class; what is in brackets holds where it says nothing:

    ASYNC_LAB_CLASS             the folder with a folder for each learner
    ASYNC_LAB_CLASS_PASSWORD    what learners type, all the same, under a name of their choice
    ASYNC_LAB_CLASS_MEMORY      bytes that one learner may use, all notebooks together (2 GB)
    ASYNC_LAB_CLASS_NOTEBOOKS   the notebooks to hand out, as nobody has written into them (the checkout's)
    ASYNC_LAB_CLASS_ADDRESS     where learners reach it (http://127.0.0.1:8000)
    ASYNC_LAB_CLASS_HUB_PORT    where the learners' servers reach the hub (8081)
    ASYNC_LAB_CLASS_PROXY_PORT  where the hub reaches its proxy (8001)
    ASYNC_LAB_STATE             the folder with what the lab has prepared

All servers run as the user who starts the hub: this keeps learners out of each other's way, not out of each other's
files.
"""

import contextlib
import hashlib
import os
import resource
import shutil
import sys
from pathlib import Path

from jupyterhub.spawner import SimpleLocalProcessSpawner

# JupyterHub reads this file without the folder of the lab's own modules.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab/assets"))
import control_group

ROOT = Path(__file__).resolve().parents[2]
STATE = Path(os.environ["ASYNC_LAB_STATE"])
NOTEBOOKS = Path(os.environ.get("ASYNC_LAB_CLASS_NOTEBOOKS", ROOT / "notebooks"))
CLASS = Path(os.environ["ASYNC_LAB_CLASS"]).resolve()
MEMORY = int(os.environ.get("ASYNC_LAB_CLASS_MEMORY", "2_000_000_000"))

# What a single process may allocate, as a share of what its learner may use: enough for a kernel or a compiler. A cell
# that asks for more ends with a message, and only that cell.
PROCESS = 0.6

# In the names of control groups, which the whole machine shares: classes with a learner of the same name keep apart.
MARK = hashlib.sha256(str(CLASS).encode()).hexdigest()[:8]

# What belongs to the hub or to no learner in a class folder.
RESERVED = {"support", "hub"}


class LearnerSpawner(SimpleLocalProcessSpawner):
    """Starts a learner's server in the learner's own folder, within the learner's limits."""

    home_dir_template = str(CLASS / "{username}")
    group = None

    @property
    def folder(self):
        return Path(self.home_dir)

    def user_env(self, env):
        # The user's own HOME stays: compilers and their caches are there.
        jupyter = CLASS / "hub/jupyter" / self.user.name
        found = [str(STATE / "jupyter/data"), os.environ.get("JUPYTER_PATH", "")]
        modules = [str(ROOT / "support/lab/assets/jupyter"), os.environ.get("PYTHONPATH", "")]
        return env | {
            "HOME": os.environ["HOME"],
            "PATH": os.environ["PATH"],
            "USER": self.user.name,
            "JUPYTER_CONFIG_DIR": str(jupyter / "config"),
            "JUPYTER_CONFIG_PATH": str(STATE / "jupyter/config"),
            "JUPYTER_DATA_DIR": str(jupyter / "data"),
            "JUPYTER_RUNTIME_DIR": str(jupyter / "runtime"),
            "JUPYTER_PATH": os.pathsep.join(filter(None, found)),
            "PYTHONPATH": os.pathsep.join(filter(None, modules)),
            # JupyterHub ends servers by an interrupt, upon which they leave their kernels behind.
            "ASYNC_LAB_ENDS_WITH_PARENT": "1",
            "LAB_PROGRESS": str(jupyter / "progress.json"),
            # evcxr's allocator takes a gigabyte at its start, of which it uses little. Taken as it is used, it does not
            # count as allocated (`PROCESS`), and learners have that room themselves.
            "MIMALLOC_ARENA_EAGER_COMMIT": "0",
        }

    def make_preexec_fn(self, _name):
        limit, group = int(MEMORY * PROCESS), self.group

        # Runs in the server's process, before the server does.
        def preexec():
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
            if group is not None:
                control_group.enter(group, os.getpid())
            os.chdir(CLASS)

        return preexec

    async def start(self):
        if self.user.name in RESERVED:
            raise ValueError(f"`{self.user.name}` is not a name for a learner: take another one")
        hand_out(self.folder)
        self.group = control_group.make(f"async-lab-{MARK}-{self.user.name}", MEMORY)
        if self.group is None:
            self.log.warning(
                "%s: no control group can be made, so each process is limited, not their sum", self.user.name
            )
        return await super().start()

    async def stop(self, now=False):
        await super().stop(now=now)
        if self.group is not None:
            # Where a process is still ending, the group stays, and the next start uses it again.
            with contextlib.suppress(OSError):
                self.group.rmdir()


def hand_out(folder):
    """Gives a learner the notebooks that are not there yet, and touches none that are."""
    link = CLASS / "support"
    CLASS.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        # Notebooks find the crate two folders up from theirs.
        link.symlink_to(ROOT / "support")
    for source in sorted(NOTEBOOKS.rglob("*")):
        relative = source.relative_to(NOTEBOOKS)
        target = folder / relative
        if source.is_file() and ".ipynb_checkpoints" not in relative.parts and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


hub = CLASS / "hub"
hub.mkdir(parents=True, exist_ok=True)

c = get_config()  # noqa: F821 (JupyterHub defines it)
c.JupyterHub.bind_url = os.environ.get("ASYNC_LAB_CLASS_ADDRESS", "http://127.0.0.1:8000")
c.JupyterHub.hub_port = int(os.environ.get("ASYNC_LAB_CLASS_HUB_PORT", "8081"))
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{os.environ.get('ASYNC_LAB_CLASS_PROXY_PORT', '8001')}"
c.ConfigurableHTTPProxy.pid_file = str(hub / "proxy.pid")
c.JupyterHub.cookie_secret_file = str(hub / "cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{hub}/jupyterhub.sqlite"

c.JupyterHub.authenticator_class = "shared-password"
c.Authenticator.allow_all = True
c.SharedPasswordAuthenticator.user_password = os.environ["ASYNC_LAB_CLASS_PASSWORD"]
# The name becomes that of a folder.
c.Authenticator.username_pattern = r"[a-z0-9][a-z0-9_-]{0,31}"

c.JupyterHub.spawner_class = LearnerSpawner
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.notebook_dir = str(CLASS / "{username}")
c.Spawner.default_url = "/lab/tree/start_here.ipynb"
c.Spawner.args = [
    "--MappingKernelManager.kernel_info_timeout=180",
    # A notebook that nobody looks at gives its memory back.
    "--MappingKernelManager.cull_idle_timeout=1800",
] + (["--allow-root"] if os.geteuid() == 0 else [])
c.Spawner.http_timeout = 120
c.Spawner.start_timeout = 120
