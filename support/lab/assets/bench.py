"""Times kernels: starts some at once, runs the same cells in each, and samples what they take of the memory.

It prints one line of JSON: for each kernel the seconds from its start until it answered, until each cell had its result
and until the first figure was there, and the seconds of each cell; of all of them together the memory, in bytes.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import time
from pathlib import Path

import psutil
from jupyter_client.multikernelmanager import AsyncMultiKernelManager

from async_lab_provisioner import POOL, PRESTART

FIGURES = ("image/png", "image/svg+xml", "text/html")


def memory(kernels):
    """What the processes of kernels take: their own pages, and their part of those that they share."""
    total = 0
    for kernel in kernels:
        try:
            root = psutil.Process(kernel.provisioner.pid)
            processes = [root, *root.children(recursive=True)]
        except psutil.Error:
            continue
        for process in processes:
            # It may end just now. Only Linux tells the part of shared pages.
            with contextlib.suppress(psutil.Error):
                info = process.memory_full_info()
                total += getattr(info, "pss", info.rss)
    return total


class Sampler:
    """Looks at the memory of kernels as long as it runs, and keeps the most that it has seen."""

    def __init__(self, kernels):
        self.kernels = kernels
        self.peak = 0
        self.task = asyncio.ensure_future(self.run())

    async def run(self):
        while True:
            self.peak = max(self.peak, memory(self.kernels))
            await asyncio.sleep(0.2)


async def run_cell(client, cell, options):
    """Returns what a cell showed. One that fails ends the measurement."""
    shown = []
    reply = await client.execute_interactive(
        cell["source"], timeout=options.timeout, output_hook=lambda message: shown.append(message["content"])
    )
    if reply["content"]["status"] != "ok":
        sys.exit(f"the cell {cell['name']!r} failed on {options.kernel}: {shown}")
    return shown


async def session(manager, kernels, options, cells):
    started = time.monotonic()
    name = await manager.start_kernel(kernel_name=options.kernel, cwd=options.folder)
    kernel = manager.get_kernel(name)
    kernels.append(kernel)
    if PRESTART and kernel.provisioner.taken is None:
        sys.exit("the kernel that was started ahead was not handed over")
    client = kernel.client()
    client.start_channels(hb=False)
    await client.wait_for_ready(timeout=options.timeout)
    told = {"ready": time.monotonic() - started, "figure": None, "results": [], "cells": []}
    if options.wait:
        await asyncio.sleep(max(0.0, options.wait - (time.monotonic() - started)))
    for cell in cells:
        sent = time.monotonic()
        shown = await run_cell(client, cell, options)
        now = time.monotonic()
        told["cells"].append(now - sent)
        told["results"].append(now - started)
        kinds = {kind for content in shown for kind in content.get("data", {})}
        if told["figure"] is None and cell["name"] == "figure":
            if not kinds.intersection(FIGURES):
                sys.exit(f"no figure came from {options.kernel}: {shown}")
            told["figure"] = now - started
    return told


async def ahead(manager, options):
    """Opens a notebook, so that a kernel is started for the next one, and returns when that one waits."""
    name = await manager.start_kernel(kernel_name=options.kernel, cwd=options.folder)
    client = manager.get_kernel(name).client()
    client.start_channels(hb=False)
    await client.wait_for_ready(timeout=options.timeout)
    while not (POOL.waiting and POOL.waiting.warm):
        if POOL.filling.done() and (POOL.filling.exception() or not POOL.waiting):
            sys.exit(f"no kernel was started ahead: {POOL.filling.exception() or 'there is no room'}")
        await asyncio.sleep(0.1)


async def run(options, cells):
    manager = AsyncMultiKernelManager()
    kernels = []
    try:
        if PRESTART:
            await ahead(manager, options)
        sampler = Sampler(kernels)
        sessions = [session(manager, kernels, options, cells) for _ in range(options.kernels)]
        told = await asyncio.gather(*sessions)
        await asyncio.sleep(1)
        sampler.task.cancel()
        print(json.dumps({"sessions": told, "rest": memory(kernels), "peak": sampler.peak}), flush=True)
    finally:
        await manager.shutdown_all(now=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--cells", required=True, type=Path, help="a JSON file with the names and sources of the cells")
    parser.add_argument("--folder", required=True, help="the folder in which the kernels run")
    parser.add_argument("--kernels", type=int, default=1, help="how many at once")
    parser.add_argument("--wait", type=float, default=0, help="seconds from the start to the first cell")
    parser.add_argument("--timeout", type=int, default=1800, help="seconds for one answer")
    options = parser.parse_args()
    asyncio.run(run(options, json.loads(options.cells.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
