"""The room of a learner: what a learner's processes see of the machine, and the only two doors of it.

JupyterHub starts this program, as root, in place of a learner's server. It makes namespaces of Linux for the learner:

    processes   those of others are not there; when the first one of the room ends, all others do, busy cells too
    files       everything is read-only but the learner's own folder; `/tmp`, `/dev`, `/run` and `/dev/shm` are the
                room's own; of folders that are closed to others, such as root's home, only what kernels need is there
    network     nothing but the room's own 127.0.0.1: who may connect to a kernel's port can read all that its cells
                print
    memory      that processes share by name is the room's own

and becomes two processes. The *porter* stays outside and leads the room's requests to the hub: to its one address, and
no other. The *keeper*, the first process of the room, enters the learner's control groups, gives up root for good,
starts the server, and leads what comes for it, by a port that was opened outside, to the port on which it listens
inside.

util-linux and bubblewrap make such rooms too, though without the doors. What is to be done is in `ROOM`, in the
environment, as JSON; the arguments are the server's command.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import json
import os
import re
import resource
import shutil
import signal
import socket
import struct
import sys
import time
from pathlib import Path

# Of <sched.h>, <sys/mount.h>, <sys/prctl.h> and <net/if.h>.
NEW_FILES, NEW_SHARED_MEMORY, NEW_PROCESSES, NEW_NETWORK = 0x00020000, 0x08000000, 0x20000000, 0x40000000
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS, REMOUNT, BIND, MOVE = 1, 2, 4, 8, 32, 4096, 8192
WITH_ALL_BELOW, PRIVATE = 16384, 1 << 18
# What a place may forbid besides writing, by the names that Linux tells it under.
KEPT = {"nosuid": NO_SETUID, "nodev": NO_DEVICES, "noexec": NO_PROGRAMS}
DIES_WITH_PARENT, IS_READABLE, NO_NEW_PRIVILEGES = 1, 4, 38
GET_FLAGS, SET_FLAGS, IS_UP = 0x8913, 0x8914, 1

# The devices that programs expect.
DEVICES = ["null", "zero", "full", "random", "urandom", "tty"]

# keyctl(2), which the C library has no function for, by the machine; and what is asked of it.
KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219}
JOIN_SESSION_KEYRING = 1

# How much passes a door at a time, and how many may be in one at a time: the hub has to serve all rooms.
PORTION = 2**16
MOST = 128

# How much of what is said in a room gets into the log of the class: so many bytes, and so many more each second.
SAID, SAID_LATER = 2**16, 2**10

libc = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments):
    """Calls the C library, and raises what went wrong."""
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function.__name__}{arguments}: {os.strerror(number)}")


def unshare(what):
    call(libc.unshare, what)


def mount(source, target, kind=None, flags=0, options=None):
    texts = [None if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    call(libc.mount, texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3])


def empty(target, options):
    """A folder in memory, which counts as the room's own."""
    mount("tmpfs", target, "tmpfs", NO_SETUID | NO_DEVICES, options)


def furnish(spec):
    """Lays out the files of the room, in the namespace of this process."""
    mount(None, "/", None, WITH_ALL_BELOW | PRIVATE)
    # What is shown is taken aside before the folders above it are covered.
    stage = Path("/run")
    empty(stage, "mode=755,size=1m")
    for number, one in enumerate(spec["shown"]):
        make_place(stage / str(number), Path(one["source"]).is_dir())
        mount(one["source"], stage / str(number), None, BIND)
    size = f"mode=1777,size={spec['memory']}"
    places = dict.fromkeys(spec["covered"], "mode=755,size=1m")
    places |= {path: size for path in ("/tmp", "/var/tmp") if Path(path).is_dir()}
    furniture = [(place, options, None) for place, options in places.items()]
    furniture += [(one["at"], stage / str(number), one["writable"]) for number, one in enumerate(spec["shown"])]
    for place, what, writable in sorted(furniture, key=lambda one: one[0]):
        if writable is None:
            make_place(Path(place), True)
            empty(place, what)
            continue
        make_place(Path(place), what.is_dir())
        mount(what, place, None, MOVE)
        mount(None, place, None, REMOUNT | BIND | NO_SETUID | NO_DEVICES | (0 if writable else READ_ONLY))
    for place, target in spec["links"].items():
        Path(place).symlink_to(target)
    devices(size)
    for place in [*spec["covered"], stage]:
        mount(None, place, None, REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES)
    close(set(places) | {one["at"] for one in spec["shown"]} | {str(stage), "/dev"})
    # A fresh look at processes: there are none but those of the room.
    mount("proc", "/proc", "proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS)


def close(ours):
    """Makes read-only what of the machine is not the room's: `/`, and other disks, on which every account may write.

    `ours` are the places of the room, which are as they should be.
    """
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        place = re.sub(r"\\([0-7]{3})", lambda digits: chr(int(digits[1], 8)), fields[4])
        if any(place == one or place.startswith(f"{one}/") for one in ours):
            continue
        kept = sum(flag for name, flag in KEPT.items() if name in fields[5].split(","))
        # Where it is no place of its own, as in some containers, it stays as it is: what is root's is nobody else's
        # anyway.
        with contextlib.suppress(OSError):
            mount(None, place, None, REMOUNT | BIND | READ_ONLY | kept)


def make_place(place, is_folder):
    """Makes what something is laid upon, if it is not there."""
    if place.exists():
        return
    if is_folder:
        place.mkdir(parents=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()


def devices(size):
    """Devices for everybody, terminals and shared memory of the room's own."""
    new = Path("/run/devices")
    new.mkdir()
    mount("tmpfs", new, "tmpfs", NO_SETUID, "mode=755,size=1m")
    for name in DEVICES:
        (new / name).touch()
        mount(f"/dev/{name}", new / name, None, BIND)
    for name, target in {"fd": "/proc/self/fd", "ptmx": "pts/ptmx"}.items():
        (new / name).symlink_to(target)
    for number, name in enumerate(["stdin", "stdout", "stderr"]):
        (new / name).symlink_to(f"/proc/self/fd/{number}")
    for name in ("pts", "shm"):
        (new / name).mkdir()
    mount("devpts", new / "pts", "devpts", NO_SETUID | NO_PROGRAMS, "newinstance,ptmxmode=0666,mode=620")
    empty(new / "shm", size)
    mount(new, "/dev", None, MOVE)
    new.rmdir()


def network_of_its_own():
    """A network with nothing but 127.0.0.1, which has to be switched on."""
    unshare(NEW_NETWORK)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(asked, GET_FLAGS, request))[1]
        fcntl.ioctl(asked, SET_FLAGS, struct.pack("16sh14x", b"lo", flags | IS_UP))


def listen(port):
    """A port of 127.0.0.1, in the network that this process is in."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", port))
    door.listen(64)
    return door


async def lead(door, port):
    """Leads whoever comes by a door to a port of 127.0.0.1."""
    inside = set()

    async def pass_on(reader, writer):
        with contextlib.suppress(OSError):
            while portion := await reader.read(PORTION):
                writer.write(portion)
                await writer.drain()
            writer.write_eof()

    async def led(reader, writer):
        if len(inside) >= MOST:
            writer.close()
            return
        inside.add(writer)
        try:
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            inside.discard(writer)
            writer.close()
            return
        try:
            await asyncio.gather(pass_on(reader, to_writer), pass_on(to_reader, writer))
        except asyncio.CancelledError:
            pass  # the room ends
        finally:
            inside.discard(writer)
            to_writer.close()
            writer.close()

    return await asyncio.start_server(led, sock=door)


def become(spec):
    """Gives up root for good, and whatever could bring it back."""
    for name, most in spec["most"].items():
        number = getattr(resource, f"RLIMIT_{name}")
        resource.setrlimit(number, (most, most))
    if number := KEYCTL.get(os.uname().machine):
        # Root's keys stay root's. Where the system keeps none, there are none to keep from anybody.
        libc.syscall(number, JOIN_SESSION_KEYRING, None)
    os.setgroups([])
    os.setresgid(spec["group"], spec["group"], spec["group"])
    os.setresuid(spec["user"], spec["user"], spec["user"])
    call(libc.prctl, NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call(libc.prctl, DIES_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    # Who could trace the keeper would have its door, a socket of the network outside.
    call(libc.prctl, IS_READABLE, 0, 0, 0, 0)
    os.umask(0o077)


def hand_out(notebooks, folder):
    """Gives a learner the notebooks that are not there yet, and touches none that are."""
    for source in sorted(notebooks.rglob("*")):
        relative = source.relative_to(notebooks)
        target = folder / relative
        if source.is_file() and ".ipynb_checkpoints" not in relative.parts and not os.path.lexists(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def serve(spec, command):
    """Becomes the learner's server."""
    os.setsid()
    folder = Path(spec["folder"])
    os.chdir(folder)
    for name in spec["folders"]:
        Path(name).mkdir(parents=True, exist_ok=True)
    try:
        hand_out(Path(spec["notebooks"]), folder)
    except OSError as problem:
        # Who has filled the disk, or put something else in the place of a folder, gets a server all the same, to mend
        # it.
        print(f"not all notebooks could be handed out: {problem}", file=sys.stderr)
    os.execvpe(command[0], command, os.environ)


def end_of(process):
    """Becomes the exit status of a process that this one started; whatever else ends meanwhile is buried, too.

    No thread may wait for it: a process whose children are in a room may not have any.
    """
    loop = asyncio.get_running_loop()
    end = loop.create_future()

    def bury():
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == process and not end.done():
                    end.set_result(os.waitstatus_to_exitcode(ended[1]))

    loop.add_signal_handler(signal.SIGCHLD, bury)
    bury()
    return end


def listen_to(room):
    """Writes what is said in a room into the log of the class: not too much, and nothing that steers a terminal."""
    began, written = time.monotonic(), 0

    def hear():
        nonlocal written
        said = os.read(room, PORTION)
        if not said:
            asyncio.get_running_loop().remove_reader(room)
        text = "".join(one if one.isprintable() or one == "\n" else "?" for one in said.decode(errors="replace"))
        if written + len(text) <= SAID + SAID_LATER * (time.monotonic() - began):
            written += len(text)
            sys.stderr.write(text)
            sys.stderr.flush()

    asyncio.get_running_loop().add_reader(room, hear)


async def keep(door, port, process, room=None):
    """Leads those who come by a door to a port, until a process ends, and returns its status.

    Whoever tells this process to end tells that one. Where `room` is given, what is said in it is read from there.
    """
    if room is not None:
        listen_to(room)
    loop = asyncio.get_running_loop()
    end = end_of(process)

    def hand_on():
        # Where it has ended, there is nobody to tell.
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, hand_on)
    await lead(door, port)
    status = await end
    return status if 0 <= status <= 255 else 1


def keeper(spec, command, outer, porter):
    """Makes the room, and is its first process."""
    call(libc.prctl, DIES_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    for file in spec["control_groups"]:
        # A control group takes 0 for whoever writes it.
        Path(file).write_text("0")
    unshare(NEW_FILES | NEW_SHARED_MEMORY)
    network_of_its_own()
    inner = listen(spec["hub_port"])
    socket.send_fds(porter, [b"door"], [inner.fileno()])
    inner.close()
    furnish(spec)
    become(spec)
    server = os.fork()
    if server == 0:
        outer.close()
        porter.close()
        serve(spec, command)
    return asyncio.run(keep(outer, spec["port"], server))


def can():
    """Makes what rooms are made of, and ends: fails where this user may not."""
    unshare(NEW_FILES | NEW_PROCESSES | NEW_SHARED_MEMORY)
    network_of_its_own()
    mount(None, "/", None, WITH_ALL_BELOW | PRIVATE)
    empty("/tmp", "size=1m")


def main():
    if sys.argv[1:] == ["--can"]:
        return can()
    spec, command = json.loads(os.environ.pop("ROOM")), sys.argv[1:]
    outer = listen(spec["port"])
    mine, its = socket.socketpair()
    heard, said = os.pipe()
    # From here on, what this process starts is in a room; the process itself is not.
    unshare(NEW_PROCESSES)
    child = os.fork()
    if child == 0:
        mine.close()
        os.close(heard)
        # Neither the terminal of the class nor its log is open in the room.
        nothing = os.open("/dev/null", os.O_RDONLY)
        for ours, number in [(nothing, 0), (said, 1), (said, 2)]:
            os.dup2(ours, number)
        try:
            status = keeper(spec, command, outer, its)
        except BaseException as problem:
            print(f"the room of {spec['name']} could not be made: {problem}", file=sys.stderr)
            sys.stderr.flush()
            status = 1
        os._exit(status)
    outer.close()
    its.close()
    os.close(said)
    _, doors, _, _ = socket.recv_fds(mine, 16, 1)
    if not doors:
        sys.exit(os.read(heard, PORTION).decode(errors="replace") or 1)
    sys.exit(asyncio.run(keep(socket.socket(fileno=doors[0]), spec["hub_port"], child, heard)))


if __name__ == "__main__":
    main()
