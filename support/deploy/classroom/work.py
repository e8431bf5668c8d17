"""What a teacher does with the work of a class: sees it, hands out more, takes it in; and what begins and ends a class.

    check      says why no rooms can be made here, if so
    progress   exercise by learner: solved, or what the check found last
    hand-out   a notebook to all
    collect    everybody's work, as files
    clean      ends what runs, removes the accounts and control groups; the work stays

All of it is done in each learner's folder as that learner (`accounts.as_learner`): whatever lies there, it leads
nowhere else.
"""

import argparse
import contextlib
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab/assets"))

import control_group
from accounts import RESERVED, Account, all_of, as_learner, has_programs, mark, objection

# The verdict of a check, as data, in a saved notebook.
VERDICT = "application/vnd.async-lab.verdict+json"

# The most of a file that is read, and of a learner's work that is taken in: who has more has something else in mind.
LARGEST = 50_000_000
MOST = 500_000_000

# What to do where a file is not as it should be.
HINTS = {
    PermissionError: "\nhint: only root can look into what root serves",
    FileExistsError: "\nhint: name a folder that is not there yet",
    IsADirectoryError: "\nhint: name a file",
    FileNotFoundError: "\nhint: is its name spelled so?",
}

# In the archive of a learner's work, the last file: what is not in it for its size.
LEFT_OUT = "../left-out"


def learners(folder):
    """The learners who have a folder in the class."""
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.is_dir() and not entry.is_symlink() and entry.name not in RESERVED and objection(entry.name) is None
    )


def in_folder_of(folder, learner, work):
    """Does something in the folder of a learner, as the learner where there is an account; returns what it wrote."""
    account = Account(folder, learner)
    if account.find() is not None:
        return as_learner(account, work)
    if os.geteuid() == 0 and account.home.stat().st_uid != 0:
        raise OSError("the folder belongs to nobody whom this class knows")
    written, before = io.BytesIO(), Path.cwd()
    os.chdir(account.home)
    try:
        work(written)
    finally:
        os.chdir(before)
    return written.getvalue()


def text_of(path):
    """What a file of the learner's says; nothing where it is none, but a pipe that nobody fills, or far too large."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)) as file:
            data = os.fstat(file.fileno())
            return file.read() if stat.S_ISREG(data.st_mode) and data.st_size <= LARGEST else b""
    except OSError:
        return b""


def parsed(path):
    try:
        return json.loads(text_of(path))
    except ValueError:
        return {}


def plain(text):
    """A text of a learner's on one line, without what would steer a terminal."""
    return " ".join("".join(one if one.isprintable() else " " for one in str(text)).split())[:60]


def last_verdict(notebook):
    """The verdict that a saved notebook shows last; nothing where no check has run in it."""
    found = None
    with contextlib.suppress(AttributeError, TypeError):
        for cell in notebook.get("cells", []):
            for output in cell.get("outputs", []):
                found = output.get("data", {}).get(VERDICT, found)
    return found if isinstance(found, dict) else None


def told(folder):
    """What a learner has done of each exercise, in the folder that this process is in. Runs as the learner."""

    def work(file):
        solved = parsed(".jupyter/progress.json")
        found = {}
        for name in folder:
            verdict = last_verdict(parsed(f"exercises/{name}.ipynb"))
            if isinstance(solved, dict) and name in solved:
                found[name] = "solved"
            elif verdict is None:
                found[name] = ""
            elif verdict.get("passed"):
                found[name] = "passed"
            else:
                findings = verdict.get("findings") or [{}]
                found[name] = plain(findings[0].get("code", "not yet"))
        file.write(json.dumps(found).encode())

    return work


def progress(folder):
    """Exercise by learner."""
    notebooks = folder / "hub/notebooks/exercises"
    names = sorted((path.stem for path in notebooks.glob("*.ipynb")), key=lambda name: int(name.split("_")[0]))
    rows = {}
    for learner in learners(folder):
        try:
            rows[learner] = json.loads(in_folder_of(folder, learner, told(names)))
        except (OSError, ValueError) as problem:
            rows[learner] = {names[0]: f"cannot be read: {problem}"} if names else {}
    return {"exercises": names, "learners": rows}


def table(found):
    """A table for a terminal: a column for each exercise, by its number."""
    names = found["exercises"]
    width = max([len("learner"), *map(len, found["learners"])])
    columns = [max([len(name), *(len(row.get(name, "")) for row in found["learners"].values())]) for name in names]
    lines = [
        "  ".join(["learner".ljust(width), *(name.ljust(most) for name, most in zip(names, columns, strict=True))])
    ]
    for learner, row in found["learners"].items():
        cells = [(row.get(name) or "-").ljust(most) for name, most in zip(names, columns, strict=True)]
        lines.append("  ".join([learner.ljust(width), *cells]).rstrip())
    return "\n".join(lines)


def hand_out(folder, files):
    """Puts notebooks into everybody's folder; nobody's own is written over."""
    notebooks = {file.name: file.read_bytes() for file in files}

    def work(file):
        for name, text in notebooks.items():
            try:
                handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            except FileExistsError:
                file.write(f"{name} was there already, and stays\n".encode())
                continue
            with os.fdopen(handle, "wb") as target:
                target.write(text)
            file.write(f"{name} is there now\n".encode())

    for learner in learners(folder):
        try:
            said = in_folder_of(folder, learner, work).decode()
        except OSError as problem:
            said = f"got nothing: {problem}\n"
        print("".join(f"{learner}: {line}\n" for line in said.splitlines()), end="")


def packed(file):
    """Writes the learner's files as an archive, without what is hidden and without links. Runs as the learner."""
    total, left_out = 0, []
    with tarfile.open(fileobj=file, mode="w|") as archive:
        for here, folders, names in os.walk("."):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = f"{here}/{name}"
                data = os.lstat(path)
                if name.startswith(".") or not stat.S_ISREG(data.st_mode):
                    continue
                if data.st_size > LARGEST or total + data.st_size > MOST:
                    left_out.append(plain(path[2:]))
                    continue
                text = text_of(path)
                total += len(text)
                add(archive, path[2:], text, data.st_mtime)
        add(archive, LEFT_OUT, json.dumps(left_out).encode(), 0)


def add(archive, name, text, changed):
    """Adds a file to an archive."""
    member = tarfile.TarInfo(name)
    member.size, member.mtime = len(text), int(changed)
    archive.addfile(member, io.BytesIO(text))


def collect(folder, into):
    """Takes in everybody's work, into a new folder with one for each learner."""
    into.mkdir(mode=0o700, parents=True)
    for learner in learners(folder):
        try:
            with tarfile.open(fileobj=io.BytesIO(in_folder_of(folder, learner, packed))) as archive:
                count, left_out = unpack(archive, into / learner)
            print(f"{learner}: {count} files")
            for name in left_out:
                print(f"{learner}: {plain(name)} is too large and was left out")
        except (OSError, ValueError, tarfile.TarError) as problem:
            print(f"{learner}: not all, since {problem}")
    print(f"All of it is in {into}")


def unpack(archive, folder):
    """Unpacks files, and nothing that would lie elsewhere; how many there were, and which were left out."""
    count, left_out = 0, []
    for member in archive:
        path = Path(member.name)
        if member.name == LEFT_OUT:
            left_out = json.loads(archive.extractfile(member).read())
        if not member.isfile() or path.is_absolute() or ".." in path.parts:
            continue
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.extractfile(member).read())
        count += 1
    return count, left_out


def clean(folder):
    """Ends what is left of a class, and removes what the system has of it. The work stays, and is root's."""
    for account in all_of(folder):
        learner = account.name.removeprefix(f"{mark(folder)}-")
        if not control_group.Group(f"async-{mark(folder)}/{learner}").remove():
            sys.exit(f"processes of {learner} would not end")
        account.remove()
        print(f"{learner}: the account is removed, the work is in {folder / learner}")
    end_servers(folder)
    shutil.rmtree(folder / "hub/kernels", ignore_errors=True)
    print(f"Nothing of the class is left but what is in {folder}")


def end_servers(folder):
    """Ends the servers that a hub without rooms, when it was killed, has left in learners' folders."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command, place = (process / "cmdline").read_bytes().split(b"\0"), (process / "cwd").readlink()
            if b"jupyterhub.singleuser" in command and place.parent == folder:
                os.kill(int(process.name), signal.SIGTERM)
                print(f"{place.name}: the server is told to end")
    for learner in learners(folder):
        control_group.Group(f"async-{mark(folder)}-{learner}").remove()


def problem_here(folder, prepared):
    """Why no rooms can be made here; nothing where they can. `prepared` are the folders that learners have to read."""
    if sys.platform != "linux":
        return "rooms are made of namespaces, which only Linux has"
    if missing := has_programs():
        return f"`{missing}`, which makes accounts, is not on the PATH"
    tried = [sys.executable, str(Path(__file__).with_name("room.py")), "--can"]
    ran = subprocess.run(tried, capture_output=True, text=True, check=False)
    if ran.returncode:
        said = ran.stderr.strip().splitlines()[-1]
        return f"this root may not make namespaces ({said}); in a container, that takes `--privileged`"
    for path in [one for folder in prepared for one in (folder, *folder.iterdir()) if one.suffix != ".lock"]:
        if not path.stat().st_mode & (0o005 if path.is_dir() else 0o004):
            return f"learners cannot read `{path}`; `chmod -R go+rX` on the checkout mends that"
    group = control_group.Group(f"async-{mark(folder)}/tried")
    try:
        group.make(control_group.Limits(2**30, 2**10, 1))
        group.remove()
    except OSError as problem:
        return (
            f"this root may not make control groups, without which a learner could take the whole machine ({problem})"
        )
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["check", "progress", "hand-out", "collect", "clean"])
    parser.add_argument("folder", type=Path, help="the folder of the class")
    parser.add_argument(
        "files", type=Path, nargs="*", help="notebooks, or where to put what is taken in, or what is prepared"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = options.folder.resolve()
    if options.what == "check":
        if problem := problem_here(folder, options.files):
            sys.exit(problem)
    elif not (folder / "hub").is_dir():
        sys.exit(f"there is no class in {folder}\nhint: `cargo lab class {folder}` makes one")
    elif options.what == "progress":
        found = progress(folder)
        print(json.dumps(found) if options.json else table(found))
    elif options.what == "hand-out":
        hand_out(folder, options.files)
    elif options.what == "collect":
        collect(folder, options.files[0])
    else:
        clean(folder)


if __name__ == "__main__":
    try:
        main()
    except OSError as problem:
        hint = next((hint for kind, hint in HINTS.items() if isinstance(problem, kind)), "")
        what = f"`{problem.filename}`: {problem.strerror}" if problem.filename else problem
        sys.exit(f"{what}{hint}")
