"""A class on one machine: every learner gets a JupyterLab of their own, on their own copy of the notebooks.

`cargo lab class` prepares the lab, installs JupyterHub and starts it with this file. It says by the environment what
differs from class to class:

    ASYNC_LAB_CLASS            the folder with a folder for each learner
    ASYNC_LAB_CLASS_CODE       what learners need to sign up
    ASYNC_LAB_CLASS_PASSWORD   the teacher's password; empty, it stays what it is
    ASYNC_LAB_CLASS_NOTEBOOKS  the notebooks to hand out, as nobody has written into them
    ASYNC_LAB_CLASS_SETTINGS   all else, as JSON (`Settings` in `support/lab/src/commands/class/settings.rs`)
    ASYNC_LAB_PREPARED         the build folder that kernels begin with
    ASYNC_LAB_STATE            the folder with what the lab has prepared
    ASYNC_LAB_ENDS_WITH_PARENT the process with which the hub ends, as in a trial that is interrupted

What it consists of lies in `classroom`: `room.py` keeps learners apart, `spawner.py` starts their servers,
`accounts.py` makes their accounts, and `login.py` lets them in.
"""

import ctypes
import json
import os
import shutil
import signal
import sys
from pathlib import Path

# JupyterHub reads this file without the folders of the lab's own modules.
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "support/deploy/classroom"), str(ROOT / "support/lab/assets")]

from log import logging_to  # noqa: E402
from login import SHORTEST, ClassAuthenticator  # noqa: E402
from pages import HANDLERS, Progress  # noqa: E402
from spawner import RoomSpawner, TrustingSpawner  # noqa: E402

STATE = Path(os.environ["ASYNC_LAB_STATE"])
CLASS = Path(os.environ["ASYNC_LAB_CLASS"])
SETTINGS = json.loads(os.environ["ASYNC_LAB_CLASS_SETTINGS"])
PREPARED = os.environ.pop("ASYNC_LAB_PREPARED", "")

# Of <sys/prctl.h>: a signal for this process when its parent ends.
DIES_WITH_PARENT = 1
if (parent := os.environ.pop("ASYNC_LAB_ENDS_WITH_PARENT", "")) and sys.platform == "linux":
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("whoever started this hub has ended")

# Seconds after which an unused kernel ends, and an unused server.
IDLE_KERNEL, IDLE_SERVER = 1800, 3600


def own_folders():
    """The folder of the class, in which learners have theirs, and that of the hub, which is nobody else's."""
    hub = CLASS / "hub"
    CLASS.mkdir(mode=0o711, parents=True, exist_ok=True)
    hub.mkdir(mode=0o700, exist_ok=True)
    hub.chmod(0o700)
    link = CLASS / "support"
    if not link.exists():
        # Notebooks find the crate two folders up from theirs.
        link.symlink_to(ROOT / "support")
    notebooks = hub / "notebooks"
    shutil.rmtree(notebooks, ignore_errors=True)
    shutil.copytree(os.environ["ASYNC_LAB_CLASS_NOTEBOOKS"], notebooks)
    # Learners read them, whatever this account's mask is.
    for path in [notebooks, *notebooks.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return hub, notebooks


# A shell has what it starts in the background ignore interrupts, and so would all that the hub starts and ends by them.
signal.signal(signal.SIGINT, signal.default_int_handler)

hub, notebooks = own_folders()

c = get_config()  # noqa: F821 (JupyterHub defines it)
if sys.stderr.isatty():
    # On a terminal, the address, the code and the password stay in sight.
    c.JupyterHub.logging_config = logging_to(hub / "log")
c.JupyterHub.bind_url = SETTINGS["bind"]
c.JupyterHub.hub_port = SETTINGS["hub_port"]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{SETTINGS['proxy_port']}"
c.ConfigurableHTTPProxy.pid_file = str(hub / "proxy.pid")
c.JupyterHub.cookie_secret_file = str(hub / "cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{hub}/jupyterhub.sqlite"
c.JupyterHub.template_paths = [str(ROOT / "support/deploy/templates")]
if SETTINGS["certificate"]:
    c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = SETTINGS["certificate"], SETTINGS["key"]

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
if SETTINGS["secure"]:
    HEADERS["Strict-Transport-Security"] = "max-age=31536000"
COOKIES = {"httponly": True, "samesite": "Lax", "secure": SETTINGS["secure"]}
# What the hub's pages load is its own; their scripts stand in the pages.
OWN = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
POLICY = {"Content-Security-Policy": f"{OWN}; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"}
# JupyterLab's scripts read the token against forged requests, so that one is not `httponly`.
FORGERY = {"samesite": "Lax", "secure": SETTINGS["secure"]}
c.JupyterHub.tornado_settings = {
    "headers": HEADERS | POLICY,
    "cookie_options": COOKIES,
    "xsrf_cookie_kwargs": FORGERY,
}

Progress.folder = CLASS
c.JupyterHub.extra_handlers = HANDLERS

c.JupyterHub.authenticator_class = ClassAuthenticator
ClassAuthenticator.folder = CLASS
c.ClassAuthenticator.code = os.environ.pop("ASYNC_LAB_CLASS_CODE")
c.ClassAuthenticator.teacher = SETTINGS["teacher"]
c.ClassAuthenticator.teacher_password = os.environ.pop("ASYNC_LAB_CLASS_PASSWORD", "")
c.ClassAuthenticator.admin_users = {SETTINGS["teacher"]}
c.ClassAuthenticator.allow_all = True
c.ClassAuthenticator.open_signup = True
c.ClassAuthenticator.minimum_password_length = SHORTEST
c.ClassAuthenticator.allowed_failed_logins = 5
c.ClassAuthenticator.seconds_before_next_try = 30

c.JupyterHub.spawner_class = TrustingSpawner if SETTINGS["trusting"] else RoomSpawner
c.LearnerSpawner.state = STATE
c.LearnerSpawner.root = ROOT
c.LearnerSpawner.folder = CLASS
c.LearnerSpawner.notebooks = notebooks
c.LearnerSpawner.prepared = PREPARED
c.LearnerSpawner.program = [sys.executable, "-m", "jupyterhub.singleuser"]
c.LearnerSpawner.memory = SETTINGS["memory"]
c.LearnerSpawner.processes = SETTINGS["processes"]
c.LearnerSpawner.cores = SETTINGS["cores"]
c.RoomSpawner.disk = SETTINGS["disk"]
c.Spawner.notebook_dir = str(CLASS / "{username}")
c.Spawner.default_url = "/lab/tree/start_here.ipynb"
c.Spawner.args = [
    "--MappingKernelManager.kernel_info_timeout=180",
    f"--ServerApp.tornado_settings={ {'headers': HEADERS, 'xsrf_cookie_kwargs': FORGERY} }",
    # A notebook that nobody looks at gives its memory back.
    f"--MappingKernelManager.cull_idle_timeout={IDLE_KERNEL}",
]
c.Spawner.http_timeout = 120
# With the time until it is a server's turn.
c.Spawner.start_timeout = 600
# What has not ended upon an interrupt is told in another way after so many seconds.
c.LocalProcessSpawner.interrupt_timeout = 3
c.LocalProcessSpawner.term_timeout = 10
# So often it is asked whether a server is still there, and whether its learner fills the disk.
c.Spawner.poll_interval = 5

# A server that nobody uses is stopped; the learner's folder stays. What sees to that ends with the hub, in any way.
tied = [str(STATE / "bin/lab"), "tied", str(os.getpid())]
culler = [*tied, sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE_SERVER}"]
c.JupyterHub.services = [{"name": "idle-culler", "command": culler}]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
