"""A learner's part in a browser: opens notebooks on a Jupyter server, sends their cells, reads what comes back.

There is no browser in it: many learners fit on a machine, and what they take of it is the lab's. `Memory` follows
meanwhile what the processes of each learner hold. The trial of a class uses both, and so does the test of what Binder
would give.
"""

import asyncio
import json
import random
import statistics
import threading
import time
import uuid
from urllib.parse import urljoin

import psutil
import requests
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

# Seconds until an answer is given up, on a machine where many learners compile at once.
PATIENCE = 300

# The verdict of a check, as data, beside what the learner sees.
VERDICT = "application/vnd.async-lab.verdict+json"


class Failed(Exception):
    """Something a learner would notice."""


class Learner:
    """Has a kernel on the server at `base`, whose address ends with a slash."""

    def __init__(self, name, base):
        self.name, self.base = name, base
        self.web = requests.Session()
        self.times = []

    def headers(self):
        """What each request carries besides cookies."""
        return {}

    def ask(self, method, path, body=None):
        answer = self.web.request(
            method,
            urljoin(self.base, path),
            json=body,
            headers=self.headers(),
            timeout=PATIENCE,
        )
        if not answer.ok:
            raise Failed(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    async def open(self, notebook):
        """Opens a notebook, and returns its cells once its kernel answers."""
        began = time.monotonic()
        content = await asyncio.to_thread(self.ask, "GET", f"api/contents/{notebook}")
        wanted = {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": "async-lab"}}
        session = await asyncio.to_thread(self.ask, "POST", "api/sessions", wanted)
        try:
            await self.connect(session["kernel"]["id"])
            await self.send("kernel_info_request", {})
        except (HTTPClientError, WebSocketClosedError, asyncio.TimeoutError) as problem:
            raise Failed(f"{self.name} has no kernel: {problem!r}") from None
        self.ready = time.monotonic() - began
        return content["content"]["cells"]

    async def connect(self, kernel):
        url = urljoin(self.base, f"api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}")
        cookies = requests.cookies.get_cookie_header(self.web.cookies, requests.Request("GET", url).prepare())
        headers = self.headers() | ({"Cookie": cookies} if cookies else {})
        self.socket = await websocket_connect(
            # The server accepts it once the kernel answers; a browser waits as long as that takes.
            HTTPRequest(
                url.replace("http", "ws", 1), headers=headers, connect_timeout=PATIENCE, request_timeout=PATIENCE
            ),
            max_message_size=2**30,
        )

    async def send(self, kind, content):
        """Sends a request and returns the outputs and the reply, when the kernel is idle again."""
        name = uuid.uuid4().hex
        header = {"msg_id": name, "msg_type": kind, "session": self.name, "username": self.name, "version": "5.3"}
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
            "buffers": [],
        }
        await self.socket.write_message(json.dumps(message))
        outputs, reply, idle = [], None, False
        while reply is None or not idle:
            text = await asyncio.wait_for(self.socket.read_message(), PATIENCE)
            if text is None:
                raise Failed(f"{self.name} lost the kernel")
            got = json.loads(text)
            if got["parent_header"].get("msg_id") != name:
                continue
            if got["channel"] == "shell":
                reply = got["content"]
            elif got["msg_type"] == "status":
                idle = got["content"]["execution_state"] == "idle"
            else:
                outputs.append(got["content"])
        return outputs, reply

    async def run(self, source):
        began = time.monotonic()
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        outputs, reply = await self.send("execute_request", content)
        self.times.append(time.monotonic() - began)
        return outputs, reply

    async def solve(self, notebook, answers, pause):
        """Runs a notebook with the cells of its solution, and returns the verdicts of its checks.

        Before the notebook is opened, and before each next cell, the learner thinks: as long each time that this is
        tried, up to four times `pause` at first, and then `pause` on the average. Learners who all think as long would
        ask for their cells in step, and leave the machine idle between.
        """
        verdicts, thinks = [], random.Random(self.name)
        await asyncio.sleep(pause * thinks.uniform(0, 4))
        for cell in await self.open(notebook):
            if cell["cell_type"] != "code":
                continue
            source = answers.get(cell["id"], cell["source"])
            outputs, _ = await self.run(source if isinstance(source, str) else "".join(source))
            verdicts.extend(output["data"][VERDICT] for output in outputs if VERDICT in output.get("data", {}))
            await asyncio.sleep(pause * thinks.uniform(0.5, 1.5))
        return verdicts

    def told(self, exercise, verdicts, peak):
        """What the learner took, for a report."""
        return {
            "learner": self.name,
            "exercise": exercise,
            "passed": bool(verdicts) and all(one["passed"] for one in verdicts),
            "findings": [f"{finding['code']}: {finding['message']}" for one in verdicts for finding in one["findings"]],
            "ready_s": round(self.ready, 2),
            "cells": len(self.times),
            "first_cell_s": round(self.times[0], 2),
            "median_cell_s": round(statistics.median(self.times), 2),
            "worst_cell_s": round(max(self.times), 2),
            "peak_bytes": peak,
        }


class Memory(threading.Thread):
    """Follows what the processes of each learner hold: shared pages are shared out among those who share them."""

    def __init__(self, variable, names):
        """Processes have the name of their learner in this variable of the environment."""
        super().__init__(daemon=True)
        self.variable = variable
        self.peaks = dict.fromkeys(names, 0)
        self.all = 0
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(1.0):
            held = dict.fromkeys(self.peaks, 0)
            for process in psutil.process_iter():
                try:
                    name = process.environ().get(self.variable)
                    if name in held:
                        held[name] += process.memory_full_info().pss
                except psutil.Error:
                    pass
            for name, bytes_held in held.items():
                self.peaks[name] = max(self.peaks[name], bytes_held)
            self.all = max(self.all, sum(held.values()))


def answers_of(solution):
    """What the cells of a solution say, by their names."""
    notebook = json.loads(solution.read_text(encoding="utf-8"))
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"}
