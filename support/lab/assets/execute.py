"""Runs the cells of one notebook on a fresh kernel and tells how each went.

This is all the Python there is in running notebooks: nbclient knows how to start a kernel and to collect its outputs.
It does not judge. The first line of standard input is the notebook. After each cell it prints one line of JSON and
waits for another: `next` goes on, anything else, or the end of the input, stops. Where the input ends while a cell
runs, whoever asked is gone, and the kernel is ended at once.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import secrets
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def tell(**event):
    print(json.dumps(event), flush=True)


async def stop_cell(client):
    """Asks the kernel to end the running cell, which otherwise would run on when the kernel is gone."""
    try:
        await asyncio.wait_for(client.km.interrupt_kernel(), 5)
        await asyncio.sleep(0.5)
    except Exception as error:  # whatever it is, the kernel is shut down next
        print(f"the cell could not be interrupted: {error}", file=sys.stderr)


async def run_cell(client, cell, index):
    try:
        await client.async_execute_cell(cell, index)
        # A tag keeps nbclient from raising, but the error is there all the same.
        failed = any(output.output_type == "error" for output in cell.outputs)
        return "error" if failed else "ok"
    except CellExecutionError:
        return "error"
    except CellTimeoutError:
        await stop_cell(client)
        return "timeout"
    except DeadKernelError:
        return "dead"


class Panics:
    """Counts the panics that our kernel reported: it writes a line for each to the file that the environment names."""

    def __init__(self, folder, told):
        self.file = Path(folder) / "panics"
        self.file.touch()
        os.environ["ASYNC_LAB_PANICS"] = str(self.file)
        self.told = told
        self.before = 0

    def may_be_late(self, source):
        """Whether lines about the end of this cell may still be on their way. Other kernels tell us nothing."""
        before, self.before = self.before, self.file.stat().st_size
        return not self.told or self.before > before or "?" in source


async def settle(client, cell):
    """Collects what the cell wrote to standard error and the kernel has not passed on yet.

    The kernel answers when a cell has ended, while its last lines, a panic or an error among them, may still be on
    their way. So a line that nobody else writes is put behind them; the stream keeps its order, and what comes before
    that line belongs to the cell. Of standard output the kernel makes sure itself.
    """
    nonce = f"end-of-cell-{secrets.token_hex(8)}"
    if not write_behind(client, f"\n{nonce}\n"):
        # A tiny cell can write it, too, and takes a second.
        client.kc.execute(f'eprintln!("\\n{nonce}")', store_history=False)
    while True:
        message = await client.kc.get_iopub_msg(timeout=60)
        content = message["content"]
        if message["msg_type"] == "error":
            # The process that runs cells is gone; the next cell will tell.
            break
        if message["msg_type"] != "stream" or not content["text"].strip():
            continue
        if content["text"].strip() == nonce:
            break
        write(cell.outputs, content["name"], content["text"])


def write_behind(client, line):
    """Writes into the pipe that is the standard error of the process that runs cells; false where that can't be done.

    That process is started by evcxr from the same program, and evcxr by the lab's kernel. Other operating systems than
    Linux do not show its pipe.
    """
    try:
        [evcxr] = living_children(psutil.Process(client.km.provisioner.pid))
        name = evcxr.name()
        [cells] = [child for child in living_children(evcxr) if child.name() == name]
        with Path(f"/proc/{cells.pid}/fd/2").open("w") as pipe:
            pipe.write(line)
    except (OSError, ValueError, psutil.Error):
        return False
    return True


def living_children(process):
    return [child for child in process.children() if child.status() != psutil.STATUS_ZOMBIE]


def only_last_progress(outputs):
    """Of the lines that say how far a cell has come, which begin with a bar, keeps the last of each count."""
    for output in outputs:
        if output.output_type == "stream":
            output.text = re.sub(r"(?m)^[█·]{20}  (.*): \d+ of \d+ in .*\n(?=[█·]{20}  \1: )", "", output.text)


def write(outputs, name, text):
    """Adds text to the stream of that name."""
    known = [output for output in outputs if output.output_type == "stream" and output.name == name]
    if known:
        known[-1].text += text
    else:
        outputs.append(nbformat.v4.new_output("stream", name=name, text=text))


class Answers:
    """Lines of standard input, read by a thread of its own, which notices its end while a cell runs, too."""

    def __init__(self):
        self.lines = asyncio.Queue()
        self.awaited = False
        self.work = asyncio.current_task()
        loop = asyncio.get_running_loop()
        threading.Thread(target=self.listen, args=[loop], daemon=True).start()

    def listen(self, loop):
        # Where the loop is closed, all is done.
        with contextlib.suppress(RuntimeError):
            for line in sys.stdin:
                loop.call_soon_threadsafe(self.lines.put_nowait, line.strip())
            loop.call_soon_threadsafe(self.end)

    def end(self):
        self.lines.put_nowait("")
        if not self.awaited:
            self.work.cancel()

    async def next(self):
        self.awaited = True
        line = await self.lines.get()
        # What is left after the last cell is not given up.
        self.awaited = line != "next"
        return line


async def start(options, notebook, starts=3):
    """Starts a kernel and returns its client. Where the kernel ends before it answers, another is started.

    Only the lab's kernel on Linux has its ports held for it. For any other, Jupyter chooses ports, lets go of them and
    tells the kernel, which binds them a second later: in between, another program may take one, and the kernel ends.
    """
    while True:
        client = NotebookClient(
            notebook,
            timeout=options.timeout,
            startup_timeout=options.startup_timeout,
            coalesce_streams=True,
            kernel_name=options.kernel,
            resources={"metadata": {"path": options.folder}},
        )
        client.km = client.create_kernel_manager()
        try:
            await client.async_start_new_kernel()
            await client.async_start_new_kernel_client()
            return client
        except asyncio.CancelledError:
            await client.km.shutdown_kernel(now=True)
            raise
        except RuntimeError as error:
            starts -= 1
            if starts == 0:
                # What the kernel said stands above; where we are in this program helps nobody.
                sys.exit(f"the kernel did not start: {error}")
            print(f"the kernel did not start, and is started again: {error}", file=sys.stderr)


async def run(options, panics):
    notebook = nbformat.reads(sys.stdin.readline(), as_version=4)
    started = time.monotonic()
    answers = Answers()
    client = await start(options, notebook)
    client.reset_execution_trackers()
    async with client.async_setup_kernel():
        info = client.kc.kernel_info()
        reply = await client.async_wait_for_reply(info)
        notebook.metadata["language_info"] = reply["content"]["language_info"]
        version = reply["content"].get("implementation_version", "")
        tell(event="ready", seconds=time.monotonic() - started, version=version)
        count = 0
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            cell.outputs = []
            started = time.monotonic()
            reply = await run_cell(client, cell, index)
            seconds = time.monotonic() - started
            only_last_progress(cell.outputs)
            if reply == "ok" and panics.may_be_late(cell.source):
                await settle(client, cell)
            # The stock kernel begins its own count at two, and counts tiny cells, too.
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = count
            tell(event="cell", index=index, seconds=seconds, reply=reply, outputs=cell.outputs)
            if await answers.next() != "next":
                break
    answers.awaited = True
    if options.save:
        nbformat.write(notebook, options.save)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--folder", required=True, help="the folder in which the kernel runs")
    parser.add_argument("--timeout", type=int, required=True, help="seconds for one cell")
    parser.add_argument("--startup-timeout", type=int, default=600, help="seconds until the kernel answers")
    parser.add_argument("--save", help="where to write the notebook with its outputs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(asyncio.CancelledError):
        asyncio.run(run(options, Panics(folder, told=options.kernel == "async-lab")))


if __name__ == "__main__":
    main()
