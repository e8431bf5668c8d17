"""Times kernels: starts some at once, runs the same cells in each, and samples what they take of the memory.

It prints one line of JSON: for each kernel the seconds from its start until it answered, until each cell had its result and
until the first figure was there, and the seconds of each cell; of all of them together the memory, in bytes.
"""

import argparse
import asyncio
import json
import os
import sys
import time

import psutil
from jupyter_client.multikernelmanager import AsyncMultiKernelManager

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
            try:
                info = process.memory_full_info()
                total += getattr(info, "pss", info.rss)
            except psutil.Error:
                pass  # it has ended
    return total


class Sampler:
    def __init__(self, kernels):
        self.kernels = kernels
        self.peak = 0
        self.task = asyncio.ensure_future(self.run())

    async def run(self):
        while True:
            self.peak = max(self.peak, memory(self.kernels))
            await asyncio.sleep(0.2)


async def session(manager, kernels, options, cells):
    started = time.monotonic()
    name = await manager.start_kernel(kernel_name=options.kernel, cwd=options.folder)
    kernel = manager.get_kernel(name)
    kernels.append(kernel)
    if "ASYNC_LAB_AHEAD" in os.environ and kernel.provisioner.taken is None:
        sys.exit("the kernel that was started ahead was not handed over")
    client = kernel.client()
    client.start_channels(hb=False)
    await client.wait_for_ready(timeout=options.timeout)
    told = {"ready": time.monotonic() - started, "figure": None, "results": [], "cells": []}
    if options.wait:
        await asyncio.sleep(max(0.0, options.wait - (time.monotonic() - started)))
    for cell in cells:
        shown = []
        sent = time.monotonic()
        reply = await client.execute_interactive(
            cell["source"], timeout=options.timeout, output_hook=lambda message: shown.append(message["content"])
        )
        now = time.monotonic()
        if reply["content"]["status"] != "ok":
            sys.exit(f"the cell {cell['name']!r} failed on {options.kernel}: {shown}")
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
    from async_lab_provisioner import STORE

    name = await manager.start_kernel(kernel_name=options.kernel, cwd=options.folder)
    client = manager.get_kernel(name).client()
    client.start_channels(hb=False)
    await client.wait_for_ready(timeout=options.timeout)
    while not (STORE.waiting and STORE.waiting.warm):
        if STORE.filling.done() and (STORE.filling.exception() or not STORE.waiting):
            sys.exit(f"no kernel was started ahead: {STORE.filling.exception() or 'there is no room'}")
        await asyncio.sleep(0.1)


async def run(options):
    with open(options.cells, encoding="utf-8") as file:
        cells = json.load(file)
    manager = AsyncMultiKernelManager()
    kernels = []
    try:
        if "ASYNC_LAB_AHEAD" in os.environ:
            await ahead(manager, options)
        sampler = Sampler(kernels)
        sessions = [session(manager, kernels, options, cells) for _ in range(options.kernels)]
        told = await asyncio.gather(*sessions)
        await asyncio.sleep(1)
        sampler.task.cancel()
        print(json.dumps({"sessions": told, "rest": memory(kernels), "peak": sampler.peak}), flush=True)
    finally:
        await manager.shutdown_all(now=True)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--kernel", required=True)
parser.add_argument("--cells", required=True, help="a JSON file with the names and sources of the cells")
parser.add_argument("--folder", required=True, help="the folder in which the kernels run")
parser.add_argument("--kernels", type=int, default=1, help="how many at once")
parser.add_argument("--wait", type=float, default=0, help="seconds from the start to the first cell")
parser.add_argument("--timeout", type=int, default=1800, help="seconds for one answer")
asyncio.run(run(parser.parse_args()))
