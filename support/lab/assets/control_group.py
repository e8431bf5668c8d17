"""Control groups, by which Linux holds all processes of a learner together to some memory, processes and processor.

A class holds its learners by them, and a test holds what Binder would give one. The two layouts that systems have, the
present one and the first, differ in names, and in that the first has a tree for each kind of limit; which names, stands
here.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

# Where groups are made, the file in which a group has its limit, and the one in which it counts who was killed for want
# of memory. On a system with both layouts, the first that limits memory is taken.
LAYOUTS = [
    (Path("/sys/fs/cgroup"), "memory.max", "memory.events"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.oom_control"),
]

# The microseconds in which a group's share of the processor is counted.
PERIOD = 100_000


class Limits:
    """What the processes of one group may use together: bytes, their number with their threads, cores."""

    def __init__(self, memory, processes, cores):
        quota = str(int(cores * PERIOD))
        # For each layout: the tree, and what is written where; the last ones only where they exist.
        self.present = {
            "": [
                ("memory.max", str(memory)),
                ("pids.max", str(processes)),
                ("cpu.max", f"{quota} {PERIOD}"),
                ("memory.swap.max", "0"),
            ]
        }
        self.first = {
            "memory": [("memory.limit_in_bytes", str(memory)), ("memory.memsw.limit_in_bytes", str(memory))],
            "pids": [("pids.max", str(processes))],
            "cpu": [("cpu.cfs_period_us", str(PERIOD)), ("cpu.cfs_quota_us", quota)],
        }


# What must be written for a group to hold anybody.
NEEDED = {"memory.max", "pids.max", "cpu.max", "memory.limit_in_bytes", "cpu.cfs_quota_us"}


class Group:
    """The group of one learner, in all trees that there are."""

    def __init__(self, name, top=Path("/sys/fs/cgroup")):
        """`name` is a path: the groups of a class lie in one of its own."""
        self.name, self.top = name, top

    def folders(self):
        trees = [self.top / self.name, *(self.top / tree / self.name for tree in ("memory", "pids", "cpu"))]
        return [folder for folder in trees if (folder / "cgroup.procs").exists()]

    def files(self):
        """The files by which a process enters the group."""
        return [str(folder / "cgroup.procs") for folder in self.folders()]

    def make(self, limits):
        """Makes it.

        Raises OSError where this user may not, or where the system has no such limits.
        """
        is_present = (self.top / "cgroup.controllers").exists()
        for tree, wanted in (limits.present if is_present else limits.first).items():
            folder = self.top / tree / self.name
            folder.mkdir(parents=True, exist_ok=True)
            if is_present:
                self.hand_down(folder)
            for name, value in wanted:
                file = folder / name
                if name in NEEDED or file.exists():
                    file.write_text(value)

    def hand_down(self, folder):
        """In the present layout, a group has the limits that those above it hand down."""
        for above in reversed(folder.relative_to(self.top).parents):
            (self.top / above / "cgroup.subtree_control").write_text("+memory +pids +cpu")

    def processes(self):
        found = set()
        for file in self.files():
            with contextlib.suppress(OSError):
                found.update(int(line) for line in Path(file).read_text().split())
        return found

    def remove(self, patience=5.0):
        """Ends all that is in the group, and removes it; False where something would not end."""
        until = time.monotonic() + patience
        while self.processes():
            for process in self.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        for folder in self.folders():
            with contextlib.suppress(OSError):
                folder.rmdir()
                # That of the class goes with its last one.
                if len(Path(self.name).parts) > 1:
                    folder.parent.rmdir()
        return not self.folders()

    def killed(self):
        """How many of its processes had to end for want of memory; nothing where that is not counted."""
        counts = [killed(folder) for folder in self.folders()]
        return next((count for count in counts if count is not None), None)


def make(name, most):
    """The folder of a group whose processes may use so many bytes together; None where this user may not make one."""
    for top, limit, _ in LAYOUTS:
        group = top / name
        try:
            group.mkdir(exist_ok=True)
            if (group / limit).exists():
                (group / limit).write_text(str(most))
                return group
            group.rmdir()
        except OSError:
            pass  # the other layout may be there
    return None


def enter(group, process):
    """Puts a process into a group, where all that it starts is from then on, too."""
    (group / "cgroup.procs").write_text(str(process))


def killed(group):
    """How many processes of a group had to end for want of memory."""
    for _, _, events in LAYOUTS:
        if (group / events).exists():
            lines = (group / events).read_text().splitlines()
            return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return None
