"""What a room shows of the machine: what kernels need, read-only, and the learner's own folder."""

import json
import os
import sys
from pathlib import Path

# Of cargo's own folder, what may hold passwords, and what cargo writes.
SECRET = {"credentials", "credentials.toml"}
WRITTEN = {".package-cache", ".package-cache-mutate", ".global-cache"}

# Of what is prepared for a checkout, what is the class's or of no use to learners.
NOT_SHOWN = {"class", "jupyter", "kernels", "log", "site", "tested", "tests", "bench", "screenshots"}


def shown_and_covered(spawner):
    """What a learner's room shows, and the folders of which it shows nothing else."""
    root, state, home = spawner.root, spawner.state, spawner.home
    read = [root / name for name in ("Cargo.toml", "Cargo.lock", ".cargo", "support", "notebooks/start_here.ipynb")]
    read += [entry for entry in entries(state) if entry.name not in NOT_SHOWN and entry.suffix != ".lock"]
    read += [state / "jupyter/data", state / "jupyter/config", Path(sys.prefix), Path(sys.base_prefix)]
    read += [spawner.notebooks, *pythons(state), *toolchains()]
    shown = {str(path): str(path) for path in read if path.exists()}
    shown = {path: path for path in shown if not is_of_system(path)}
    writable = {str(home): str(home), str(state / "kernels"): str(spawner.kernels)}
    covered = {str(root), str(state), str(spawner.folder)}
    covered |= {top for path in shown if (top := closed(Path(path)))}
    return (
        [{"at": at, "source": source, "writable": False} for at, source in shown.items()]
        + [{"at": at, "source": source, "writable": True} for at, source in writable.items()],
        sorted(covered),
    )


def entries(folder):
    return sorted(folder.iterdir()) if folder.is_dir() else []


def pythons(state):
    """The Python that has JupyterLab, for cells that set asyncio beside Tokio, and the one that it was made of."""
    try:
        kernel = json.loads((state / "jupyter/data/kernels/async-lab/kernel.json").read_text())
        python = Path(kernel["env"]["ASYNC_LAB_PYTHON"])
    except (OSError, ValueError, KeyError):
        return []
    return [python.parents[1], python.resolve().parents[1]]


def toolchains():
    """Rust's programs, the sources of crates, and cargo's settings without what is secret in them."""
    cargo = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    rustup = Path(os.environ.get("RUSTUP_HOME") or Path.home() / ".rustup")
    found = [entry for entry in entries(cargo) if entry.name not in SECRET | WRITTEN and not has_secret(entry)]
    return [rustup, *found]


def has_secret(file):
    """Whether settings of cargo hold what lets somebody publish crates, or reach a registry of one's own."""
    return file.name in ("config", "config.toml") and "token" in file.read_text(errors="replace")


def is_of_system(path):
    """Whether everybody sees it anyway."""
    return path == "/usr" or path.startswith("/usr/")


def closed(path):
    """The uppermost folder above a path that others may not enter, if there is one."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & 0o001:
            return str(folder)
    return None
