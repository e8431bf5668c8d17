"""Has learners work at the same time in the class that a hub serves, and reports what each took.

Every learner logs in, opens an exercise, types what its solution says, cell by cell, and reads the
verdict. Then one of them uses a good part of the memory that a learner may have, and asks for more than that, while the
others go on.

The report is JSON on standard output: one object for each learner, and one for all.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import urljoin

from learner import PATIENCE, Failed, Learner, Memory, answers_of


class Member(Learner):
    """A learner who has to log in to the hub first."""

    def __init__(self, hub, name, password):
        super().__init__(name, urljoin(hub, f"user/{name}/"))
        self.hub = hub
        self.log_in(password)

    def log_in(self, password):
        page = self.web.get(urljoin(self.hub, "hub/login"))
        page.raise_for_status()
        answer = self.web.post(
            urljoin(self.hub, "hub/login"),
            data={"username": self.name, "password": password, "_xsrf": self.token("/hub/")},
        )
        answer.raise_for_status()
        if "hub/login" in answer.url:
            raise Failed(f"{self.name} could not log in")
        until = time.monotonic() + PATIENCE
        # The hub's page says that the server is starting, and leads there once it has started.
        while not self.has_server():
            if time.monotonic() > until:
                raise Failed(f"the server of {self.name} did not start")
            time.sleep(0.5)
            self.web.get(urljoin(self.base, "lab"))

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


async def work(options):
    exercises = sorted((options.notebooks / "exercises").glob("*.ipynb"))
    names = [f"learner-{number}" for number in range(1, options.learners + 1)]
    memory = Memory("JUPYTERHUB_USER", names)
    learners = await asyncio.gather(*(asyncio.to_thread(Member, options.hub, name, options.password) for name in names))
    print(f"{len(learners)} learners are logged in", file=sys.stderr, flush=True)
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
        for learner, task, verdict in zip(learners, tasks, verdicts, strict=True)
    ]
    median = round(statistics.median(seconds for learner in learners for seconds in learner.times), 2)
    await answers(learners[0], bytes_held(options.limit // 4), options.limit // 4)
    said = await beyond_the_limit(learners[0], learners[-1], options.limit) if len(learners) > 1 else None
    return {
        "learners": rows,
        "all": {"median_cell_s": median, "peak_bytes": memory.all, "beyond_the_limit": said},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hub", required=True, help="address of the hub, with a slash at its end")
    parser.add_argument("--password", required=True)
    parser.add_argument("--learners", required=True, type=int)
    parser.add_argument("--limit", required=True, type=int, help="bytes that one learner may use")
    parser.add_argument("--notebooks", required=True, type=Path)
    parser.add_argument(
        "--pause", default=0.0, type=float, help="seconds that each learner thinks before the next cell"
    )
    options = parser.parse_args()
    try:
        json.dump(asyncio.run(work(options)), sys.stdout, indent=1)
    except Failed as problem:
        sys.exit(f"error: {problem}")


if __name__ == "__main__":
    main()
