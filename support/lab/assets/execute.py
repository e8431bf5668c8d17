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
import sys
import threading
import time

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
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
        except NoSuchKernel:
            known = ", ".join(sorted(client.km.kernel_spec_manager.find_kernel_specs()))
            how = "; `evcxr_jupyter --install` registers the stock kernel" if options.kernel == "rust" else ""
            sys.exit(f"no kernel is called `{options.kernel}`: there are {known}{how}")
        except RuntimeError as error:
            starts -= 1
            if starts == 0:
                # What the kernel said stands above; where we are in this program helps nobody.
                sys.exit(f"the kernel did not start: {error}")
            print(f"the kernel did not start, and is started again: {error}", file=sys.stderr)


async def run(options):
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
            # The stock kernel begins its own count at two.
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
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(run(options))


if __name__ == "__main__":
    main()
