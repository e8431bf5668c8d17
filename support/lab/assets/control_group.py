"""Control groups, by which Linux holds all processes of a learner together to some memory.

A class holds its learners by them, and a test holds what Binder would give one. The two layouts that systems have, the
present one and the first, differ only in names, which stand here.
"""

from pathlib import Path

# Where groups are made, the file in which a group has its limit, and the one in which it counts who was killed for want
# of memory. On a system with both layouts, the first that limits memory is taken.
LAYOUTS = [
    (Path("/sys/fs/cgroup"), "memory.max", "memory.events"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.oom_control"),
]


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
