"""The accounts of a class on this system: one for each learner, known by its name as one of the class.

An account is made when it is needed. It has a number of its own, under which the learner's server, kernels and
compilers run, and nothing else: no password, no shell that lets anybody in. Its home is the learner's folder in the
class.
"""

import contextlib
import hashlib
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path

# The longest name of a learner: Linux has no room for more behind what marks the class.
LONGEST = 20

# What belongs to the class or to no learner in its folder.
RESERVED = {"hub", "support"}


def mark(folder):
    """What the accounts and control groups of a class begin with: other classes on this machine have others."""
    return f"lab-{hashlib.sha256(str(folder).encode()).hexdigest()[:6]}"


def objection(name):
    """What is wrong with the name of a learner, in words; nothing where it will do."""
    if not name:
        return "A name is missing."
    if len(name) > LONGEST:
        return f"This name has {len(name)} characters. Take one of at most {LONGEST}."
    # `$` would let a line break pass.
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        return (
            "A name consists of the letters a to z, of digits, and of - and _ between or behind them: it names a "
            "folder. Take one like anna or anna-2."
        )
    if name in RESERVED:
        return f"The class needs the name {name} for itself. Take another one."
    return None


class Account:
    """A learner's account."""

    def __init__(self, folder, learner):
        """`folder` is that of the class."""
        self.home = Path(folder) / learner
        self.name = f"{mark(folder)}-{learner}"

    def find(self):
        """What the system knows of it; None where there is no such account."""
        try:
            return pwd.getpwnam(self.name)
        except KeyError:
            return None

    def make(self):
        """Makes it, where it is not there, with its folder, which nobody else may enter; returns what is known."""
        known = self.find()
        if known is None:
            command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
            command += ["--home-dir", str(self.home), "--comment", "a learner of the async lab", self.name]
            made = subprocess.run(command, capture_output=True, text=True, check=False)
            if made.returncode:
                raise OSError(f"the account {self.name} could not be made: {made.stderr.strip()}")
            known = pwd.getpwnam(self.name)
        self.home.mkdir(mode=0o700, exist_ok=True)
        if self.home.stat().st_uid != known.pw_uid:
            give(self.home, known.pw_uid, known.pw_gid)
        self.home.chmod(0o700)
        return known

    def remove(self):
        """Removes it. The learner's work stays, and is root's from now on: its number may become somebody else's."""
        if self.home.is_dir() and not self.home.is_symlink():
            give(self.home, 0, 0)
        if self.find() is not None:
            removed = subprocess.run(["userdel", self.name], capture_output=True, text=True, check=False)
            if removed.returncode:
                raise OSError(f"the account {self.name} could not be removed: {removed.stderr.strip()}")


def all_of(folder):
    """The accounts of a class."""
    start = f"{mark(folder)}-"
    return [Account(folder, one.pw_name.removeprefix(start)) for one in pwd.getpwall() if one.pw_name.startswith(start)]


def give(folder, user, group):
    """Gives a folder with all that is in it to somebody, and follows no link out of it.

    Its owner may not be at work in it meanwhile.
    """
    # However deep somebody has nested it.
    subprocess.run(["chown", "-RPh", f"{user}:{group}", str(folder)], check=True)


def as_learner(account, work):
    """Does some work in a learner's folder as that learner, and returns what it wrote.

    `work` gets a file to write into. Whatever the learner has put in the place of a file, a link to somebody else's
    too, it can do only what the learner can.
    """
    known = account.find()
    if known is None:
        raise OSError(f"{account.name} has no account")
    home = os.open(account.home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        with contextlib.suppress(BaseException):
            os.close(reader)
            os.fchdir(home)
            os.setgroups([])
            os.setresgid(known.pw_gid, known.pw_gid, known.pw_gid)
            os.setresuid(known.pw_uid, known.pw_uid, known.pw_uid)
            os.umask(0o077)
            with os.fdopen(writer, "wb") as file:
                work(file)
            status = 0
        os._exit(status)
    os.close(writer)
    os.close(home)
    with os.fdopen(reader, "rb") as file:
        said = file.read()
    if os.waitpid(child, 0)[1]:
        raise OSError("the learner's folder cannot be read as it is")
    return said


def has_programs():
    """What is missing to make accounts, if anything."""
    return next((program for program in ("useradd", "userdel") if shutil.which(program) is None), None)
