"""Has learners work at the same time in the class that a hub serves, and reports what each took.

Every learner signs up, opens an exercise, types what its solution says, cell by cell, and reads the verdict. Then one
of them uses a good part of the memory that a learner may have, and asks for more than that, while the others go on.
Where learners have rooms of their own, that one attacks another, the class and the machine (`class_attacker.py`). The
hub is killed and started again, and the teacher looks at what there is.

The report is JSON on standard output: one object for each learner, one for all, one for each attack. Before it, a line
may ask whoever started this program to kill the hub and start it again; the answer is a line on standard input.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urljoin

import psutil
import requests

from learner import PATIENCE, VERDICT, Failed, Learner, Memory, answers_of

ASSETS = Path(__file__).resolve().parent
sys.path.insert(0, str(ASSETS.parents[1] / "deploy/classroom"))

import accounts  # noqa: E402

WORK = ASSETS.parents[1] / "deploy/classroom/work.py"

# What to say for the hub to be killed and started again.
RESTART = "restart the hub"

# What the attacker tries, in this order: what may cost the attacker's own server comes last.
ATTACKS = [
    "be_root",
    "read_the_hubs_environment",
    "read_secrets",
    "become_admin_in_the_database",
    "touch_anothers_files",
    "kill_anothers_kernel",
    "leave_the_control_group",
    "log_in_as_another",
    "guess_passwords",
    "use_the_api",
    "look_at_processes",
    "trace",
    "plant_in_shared_folders",
    "plant_code",
    "reach_ports",
    "read_keys",
    "lay_links",
    "reach_the_log",
    "exhaust_memory_by_files",
    "exhaust_processes",
    "fill_the_disk",
]


class Member(Learner):
    """A learner who has to sign up first, with the code of the class, or to log in."""

    def __init__(self, hub, name, password, code=None):
        super().__init__(name, urljoin(hub, f"user/{name}/"))
        self.hub, self.password = hub, password
        if code is not None:
            self.fill_in(
                "signup", username=name, signup_password=password, signup_password_confirmation=password, code=code
            )
        else:
            self.fill_in("login", username=name, password=password)

    def fill_in(self, page, **told):
        """Fills in a page of the hub's, and says what it says where it does not go on."""
        address = urljoin(self.hub, f"hub/{page}")
        self.web.get(address).raise_for_status()
        answer = self.web.post(address, data=told | {"_xsrf": self.token("/hub/")})
        if answer.status_code == 403:
            said = answer.text.partition('login_error"')[2].partition(">")[2].partition("<")[0]
            raise Failed(f"{self.name}: {said}")
        answer.raise_for_status()

    def start(self):
        """Waits for the server: the hub's page says that it is starting, and leads there once it has started."""
        until = time.monotonic() + PATIENCE
        while not self.has_server():
            if time.monotonic() > until:
                raise Failed(f"the server of {self.name} did not start")
            time.sleep(0.5)
            self.web.get(urljoin(self.base, "lab"))
        return self

    def has_server(self):
        """Whether the learner's own server answers: as long as it does not, a page of the hub does."""
        answer = self.web.get(urljoin(self.base, "api/status"))
        return answer.ok and "json" in answer.headers["content-type"]

    def headers(self):
        return {"X-XSRFToken": self.token(f"/user/{self.name}/")}

    def token(self, path):
        """The token against forged requests: the cookie of the longest path that leads to `path`."""
        cookies = [cookie for cookie in self.web.cookies if cookie.name == "_xsrf" and path.startswith(cookie.path)]
        return max(cookies, key=lambda cookie: len(cookie.path)).value


async def answers(learner, asked="6 * 7", expected=42):
    """Makes sure that a learner's cells have results, and says what came where they have none."""
    outputs, _ = await learner.run(asked)
    if not any(output.get("data", {}).get("text/plain") == str(expected) for output in outputs):
        raise Failed(f"{learner.name} has no result of `{asked}`: {outputs}")


def bytes_held(number):
    """A cell that holds so many bytes, and shows how many they are."""
    return f"std::hint::black_box(vec![1u8; {number}]).len()"


async def beyond_the_limit(greedy, other, limit):
    """One learner asks for twice the limit. The others notice nothing, and the one goes on."""
    ask = asyncio.create_task(greedy.run(bytes_held(2 * limit)))
    await answers(other)
    outputs, reply = await ask
    if reply["status"] == "ok":
        raise Failed(f"{greedy.name} got {2 * limit} bytes, and may have {limit}")
    await answers(greedy)
    return " ".join(str(output.get("text") or output.get("evalue") or "") for output in outputs).strip()[-300:]


def member(options, number):
    """Signs somebody up. No password is one that JupyterHub's first authenticators would have taken."""
    return Member(options.hub, f"learner-{number}", f"pässwört {number} \N{SNOWMAN}" * 9, options.code).start()


def disk_of(folder, name):
    """Bytes that a learner has on the disk: notebooks, and what kernels build in."""
    places = [folder / name, folder / "hub/kernels" / name]
    files = [file for place in places for file in place.rglob("*")]
    return sum(file.lstat().st_blocks * 512 for file in files if not file.is_symlink())


class Attacker:
    """What one learner's cell does to another, and what is seen of it from outside."""

    def __init__(self, options, attacker, other, third):
        self.options, self.attacker, self.other, self.third = options, attacker, other, third
        self.file = options.folder / other.name / "start_here.ipynb"
        self.before = self.file.read_bytes()

    def target(self):
        """What there is to attack, as only the machine's owner knows it: the attacker need not even guess."""
        uid = self.file.stat().st_uid
        processes = [one.pid for one in psutil.process_iter() if one.uids().real == uid]
        runtime = self.options.folder / self.other.name / ".jupyter/runtime"
        keys = sorted(str(file) for file in runtime.glob("*.json"))
        connections = [json.loads(Path(file).read_text()) for file in keys]
        ports = [value for one in connections for name, value in one.items() if name.endswith("_port")]
        ports += [one["port"] for one in connections if "port" in one]
        interfaces = psutil.net_if_addrs().values()
        addresses = [one.address for those in interfaces for one in those if one.family.name == "AF_INET"]
        state = Path(sys.prefix).parents[1]
        hub_port, proxy_port = self.options.ports
        return {
            "class": str(self.options.folder),
            "root": str(ASSETS.parents[2]),
            "state": str(state),
            "hub": f"http://127.0.0.1:{hub_port}/hub/",
            "hub_port": hub_port,
            "other": self.other.name,
            "third": self.third.name,
            "code": self.options.code,
            "mine": self.attacker.password,
            "processes": [os.getppid(), *processes],
            "ports": [proxy_port, *ports],
            "addresses": [address for address in addresses if not address.startswith("127.")],
            "keys": keys,
            "limit": self.options.limit,
            "disk": self.options.disk,
            "most_processes": self.options.processes,
        }

    async def attack(self, name):
        """One attack, while the other goes on."""
        words = [sys.executable, str(ASSETS / "class_attacker.py"), name, json.dumps(self.target())]
        arguments = ", ".join(f'r####"{word}"####' for word in words[1:])
        cell = (
            f'let attack = std::process::Command::new("{words[0]}").args([{arguments}]).output()?;\n'
            'print!("{}{}", String::from_utf8_lossy(&attack.stdout), String::from_utf8_lossy(&attack.stderr));'
        )
        attack = asyncio.create_task(self.attacker.run(cell))
        await asyncio.sleep(2)
        began = time.monotonic()
        await answers(self.other)
        waited = time.monotonic() - began
        try:
            outputs, _ = await attack
        except Failed as problem:
            outcome = {"succeeded": name != "fill_the_disk", "said": str(problem)}
        else:
            text = "".join(str(output.get("text") or output.get("evalue") or "") for output in outputs)
            said = text.partition("outcome:")[2].partition("\n")[0]
            outcome = json.loads(said) if said else {"succeeded": True, "said": f"it came to no end: {text[-500:]}"}
        if self.file.read_bytes() != self.before:
            outcome = {"succeeded": True, "said": f"{self.file} is another one now"}
        if waited > 10:
            outcome = {"succeeded": True, "said": f"{self.other.name} waited {waited:.0f} s for a cell"}
        return {"what": name.replace("_", " "), **outcome}

    async def all(self):
        found = []
        for name in ATTACKS:
            outcome = await self.attack(name)
            if name == "lay_links":
                outcome |= self.follow_links()
            if name == "plant_in_shared_folders":
                outcome |= await self.look_for_plants()
            print(f"{outcome}", file=sys.stderr, flush=True)
            found.append(outcome)
        for file in (self.options.folder / self.attacker.name).glob("filled-*"):
            file.unlink()
        return found

    def follow_links(self):
        """The teacher takes everybody's work in, and hands a notebook out, though links and pipes lie in the way."""
        secrets = [
            Path("/etc/shadow").read_bytes(),
            (self.options.folder / "hub/cookie_secret").read_bytes(),
            self.before,
        ]
        into = self.options.folder / "hub/collected"
        teach(self.options, "collect", into)
        taken = [file for file in (into / self.attacker.name).rglob("*") if file.is_file()]
        expected = {"start_here.ipynb"}
        if not expected <= {file.name for file in taken}:
            return {"succeeded": True, "said": "the attacker's own work was not taken in"}
        for file in taken:
            if (file.name not in expected and file.read_bytes() in secrets) or ".git" in file.parts:
                return {"succeeded": True, "said": f"{file} was taken in"}
        notebook = self.options.folder / "hub/handed-out.ipynb"
        notebook.write_text("{}")
        teach(self.options, "hand-out", notebook)
        if (self.options.folder / self.other.name / "planted.ipynb").exists():
            return {"succeeded": True, "said": "what was handed out went through a link"}
        if Path("/tmp/planted-by-git").exists():
            return {"succeeded": True, "said": "a hook of the attacker's ran"}
        return {"said": f"{len(taken)} files taken in, none through a link"}

    def has_planted(self):
        return Path("/tmp/planted").exists()

    async def look_for_plants(self):
        """Whether the other sees what the attacker left in folders that all share elsewhere."""
        places = '["/tmp/planted", "/var/tmp/planted", "/dev/shm/planted"]'
        cell = f'println!("{{}}", {places}.iter().any(|place| std::path::Path::new(place).exists()));'
        outputs, _ = await self.other.run(cell)
        if "false" not in str(outputs) or self.has_planted():
            return {"succeeded": True, "said": "others see it"}
        return {}


def teach(options, *words):
    """What the teacher's program prints."""
    command = [sys.executable, str(WORK), words[0], str(options.folder), *map(str, words[1:])]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


async def restart(learners):
    """The hub is killed and started again while all work: kernels and files are what they were."""
    for number, learner in enumerate(learners):
        await learner.run(f"let kept = {number} + 40; kept")
    save = {"type": "file", "format": "text", "content": "saved before the hub was killed"}
    await asyncio.gather(*(asyncio.to_thread(one.ask, "PUT", "api/contents/kept.txt", save) for one in learners))
    print(RESTART, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    kernels = 0
    for number, learner in enumerate(learners):
        await asyncio.to_thread(learner.start)
        content = await asyncio.to_thread(learner.ask, "GET", "api/contents/kept.txt")
        if content["content"] != save["content"]:
            raise Failed(f"{learner.name} lost a file when the hub was killed")
        for kernel in await asyncio.to_thread(learner.ask, "GET", "api/kernels"):
            await learner.connect(kernel["id"])
            await answers(learner, "kept", number + 40)
            kernels += 1
    if kernels != len(learners):
        raise Failed(f"of {len(learners)} kernels, {kernels} are there after the hub was killed")
    return f"The hub was killed and started again: all {kernels} kernels have their variables, and all files are there."


async def supervise(options, learners):
    """The teacher looks at what there is, sets a password, and stops a server."""
    last = learners[-1]
    # One that this learner has not solved.
    exercises = sorted((options.notebooks / "exercises").glob("*.ipynb"))
    name = exercises[len(learners) % len(exercises)].name
    notebook = await asyncio.to_thread(last.ask, "GET", f"api/contents/exercises/{name}")
    verdict = {"passed": False, "findings": [{"code": "sequential", "message": "one after another"}]}
    shown = {"output_type": "display_data", "metadata": {}, "data": {VERDICT: verdict}}
    next(cell for cell in notebook["content"]["cells"] if cell["cell_type"] == "code")["outputs"] = [shown]
    await asyncio.to_thread(last.ask, "PUT", f"api/contents/exercises/{name}", notebook)
    found = json.loads(teach(options, "progress", "--json"))["learners"]
    if found[last.name][Path(name).stem] != "sequential":
        raise Failed(f"the progress of {last.name} is {found[last.name]}")
    teacher = Member(options.hub, "teacher", options.code)
    page = teacher.web.get(urljoin(options.hub, "hub/progress"))
    if not page.ok or last.name not in page.text:
        raise Failed(f"the teacher's page: {page.status_code}")
    for page in ("hub/admin", "hub/progress", f"hub/change-password/{last.name}"):
        if learners[0].web.get(urljoin(options.hub, page)).status_code != 403:
            raise Failed(f"{learners[0].name} gets {page}")
    new = "another password"
    mine = urljoin(options.hub, "hub/api/user")
    by_token = with_token(options, last)
    if not by_token.get(mine).ok:
        raise Failed(f"{last.name} cannot make a token")
    teacher.fill_in(f"change-password/{last.name}", new_password=new, new_password_confirmation=new)
    if last.web.get(mine).ok or by_token.get(mine).ok:
        raise Failed(f"{last.name} is still logged in by the password of before")
    last = Member(options.hub, last.name, new).start()
    keep_out(options, teacher, last, new)
    last = Member(options.hub, last.name, new).start()
    token = {"X-XSRFToken": teacher.token("/hub/")}
    server = urljoin(options.hub, f"hub/api/users/{last.name}/server")
    stopped = teacher.web.delete(server, headers=token | {"Referer": urljoin(options.hub, "hub/admin")})
    if stopped.status_code not in (202, 204):
        raise Failed(f"the server of {last.name} cannot be stopped: {stopped.status_code} {stopped.text}")
    until = time.monotonic() + 60
    while options.rooms and (left := left_of(options.folder, last.name)):
        if time.monotonic() > until:
            raise Failed(f"a stopped server leaves {left}")
        await asyncio.sleep(0.5)
    return "The teacher saw everybody's progress, set a password, and stopped a server, of which nothing was left."


def with_token(options, learner):
    """Somebody who knew a learner's password, and made a token that is called as that of the learner's server is."""
    made = learner.web.post(
        urljoin(options.hub, f"hub/api/users/{learner.name}/tokens"),
        json={"note": f"Server at /user/{learner.name}/"},
        headers={"X-XSRFToken": learner.token("/hub/"), "Referer": urljoin(options.hub, "hub/token")},
    )
    made.raise_for_status()
    session = requests.Session()
    session.headers["Authorization"] = f"token {made.json()['token']}"
    return session


def keep_out(options, teacher, learner, password):
    """The teacher keeps a logged-in learner out, and lets the learner in again; wrong guesses keep out nobody."""
    teacher.fill_in(f"learners/keep-out/{learner.name}")
    if learner.web.get(urljoin(options.hub, "hub/api/user")).ok or learner.has_server():
        raise Failed(f"{learner.name} is kept out, and logged in")
    refused("has closed", options.hub, learner.name, password)
    refused("do not belong together", options.hub, learner.name, "not the password")
    teacher.fill_in(f"learners/let-in/{learner.name}")
    for _ in range(6):
        refused("", options.hub, "teacher", "a guess")
    refused("Too many wrong attempts", options.hub, "teacher", options.code)
    # By a browser that is known.
    teacher.fill_in("login", username="teacher", password=options.code)
    if learner.web.post(urljoin(options.hub, f"hub/learners/keep-out/{options.learners}")).ok:
        raise Failed("a learner may keep others out")


def refused(word, *who):
    """Somebody does not get in, and is told why."""
    try:
        Member(*who)
    except Failed as problem:
        if word not in str(problem):
            raise Failed(f"{who} is refused with: {problem}") from None
    else:
        raise Failed(f"{who} got in")


def left_of(folder, name):
    """What is left of a server: processes, control groups."""
    known = accounts.Account(folder, name).find()
    processes = [one.pid for one in psutil.process_iter() if one.uids().real == known.pw_uid]
    groups = list(Path("/sys/fs/cgroup").glob(f"**/async-{accounts.mark(folder)}/{name}"))
    return processes + groups


def refusals(options):
    """Who may not get in is told why, and changes nothing."""
    for name, code, word in [
        ("a b", options.code, "letters a to z"),
        ("a\nb", options.code, "letters a to z"),
        ("a%2f..%2fbob", options.code, "letters a to z"),
        ("x" * 300, options.code, "300 characters"),
        ("hub", options.code, "for itself"),
        ("support", options.code, "for itself"),
        ("root", options.code, "more than a learner"),
        ("teacher", options.code, "already"),
        ("learner-1", options.code, "already"),
        ("newcomer", "a guess", "code of the class"),
    ]:
        refused(word, options.hub, name, "long enough", code)
        refused("", options.hub, name, "not the password")


async def work(options):
    exercises = sorted((options.notebooks / "exercises").glob("*.ipynb"))
    names = [f"learner-{number}" for number in range(1, options.learners + 1)]
    memory = Memory("JUPYTERHUB_USER", names)
    began = time.monotonic()
    learners = await asyncio.gather(
        *(asyncio.to_thread(member, options, number) for number in range(1, options.learners + 1))
    )
    took = time.monotonic() - began
    print(f"{len(learners)} learners are logged in after {took:.1f} s", file=sys.stderr, flush=True)
    memory.start()
    solutions = options.notebooks / "solutions"
    tasks = [exercises[number % len(exercises)].name for number in range(len(learners))]
    verdicts = await asyncio.gather(
        *(
            learner.solve(f"exercises/{task}", answers_of(solutions / task), options.pause)
            for learner, task in zip(learners, tasks, strict=True)
        )
    )
    memory.over.set()
    rows = [
        learner.told(Path(task).stem, verdict, memory.peaks[learner.name])
        | {"disk_bytes": disk_of(options.folder, learner.name)}
        for learner, task, verdict in zip(learners, tasks, verdicts, strict=True)
    ]
    median = round(statistics.median(seconds for learner in learners for seconds in learner.times), 2)
    report = {
        "learners": rows,
        "all": {"median_cell_s": median, "peak_bytes": memory.all, "beyond_the_limit": None},
        "attacks": [],
        "others": [f"all {len(learners)} were signed up and had their servers after {took:.1f} s"],
    }
    await answers(learners[0], bytes_held(options.limit // 4), options.limit // 4)
    if len(learners) > 1:
        report["all"]["beyond_the_limit"] = await beyond_the_limit(learners[0], learners[-1], options.limit)
    refusals(options)
    report["others"].append(await restart(learners))
    if options.rooms and len(learners) > 2:
        report["attacks"] = await Attacker(options, *learners[:3]).all()
    report["others"].append(await supervise(options, learners))
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hub", required=True, help="address of the hub, with a slash at its end")
    parser.add_argument("--code", required=True, help="the code of the class, and the password of the teacher")
    parser.add_argument("--learners", required=True, type=int)
    parser.add_argument("--limit", required=True, type=int, help="bytes that one learner may use")
    parser.add_argument("--disk", required=True, type=int, help="bytes of the disk that one learner may have")
    parser.add_argument("--processes", required=True, type=int, help="processes that one learner may have")
    parser.add_argument("--ports", required=True, type=lambda text: [int(port) for port in text.split(",")])
    parser.add_argument("--class", dest="folder", required=True, type=Path)
    parser.add_argument("--notebooks", required=True, type=Path)
    parser.add_argument("--rooms", action="store_true", help="learners are kept apart, so one attacks another")
    parser.add_argument(
        "--pause", default=0.0, type=float, help="seconds that each learner thinks before the next cell"
    )
    options = parser.parse_args()
    try:
        json.dump(asyncio.run(work(options)), sys.stdout)
    except Failed as problem:
        sys.exit(f"error: {problem}")


if __name__ == "__main__":
    main()
