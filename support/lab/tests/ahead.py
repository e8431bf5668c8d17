"""Starts kernels as JupyterLab does, some of them ahead of time, and tells in JSON what became of them."""

import asyncio
import json
import os
import sys

import async_lab_provisioner
from jupyter_client.multikernelmanager import AsyncMultiKernelManager

NOTEBOOKS = sys.argv[1]
STORE = async_lab_provisioner.STORE
CELLS = {
    "names": ":vars",
    "folder": 'std::env::current_dir().unwrap().ends_with("exercises")',
    "dependencies": ':dep support = { path = "../../support" }\n'
    ':dep tokio = { package = "support-tokio", path = "../../support/tokio" }',
    "before": "fn blocking() -> u8 { tokio::runtime::Runtime::new().unwrap().block_on(async { 42 }) } blocking()",
    "await": "tokio::time::sleep(std::time::Duration::from_millis(1)).await; 1",
    "after": "std::panic::catch_unwind(blocking).is_err()",
    "variable": 'let words = vec!["a".to_owned()].iter().map(|word| word.len()).collect::<Vec<_>>();',
    "named": ":vars",
}


async def opened(manager, folder):
    name = await manager.start_kernel(kernel_name="async-lab", cwd=folder)
    kernel = manager.get_kernel(name)
    client = kernel.client()
    client.start_channels(hb=False)
    await client.wait_for_ready(timeout=600)
    return kernel, client


async def warmed():
    while not (STORE.waiting and STORE.waiting.warm):
        if STORE.filling.done() and STORE.filling.exception():
            raise STORE.filling.exception()
        await asyncio.sleep(0.1)
    return STORE.waiting.process.pid


async def answers(client):
    said = {}
    for name, source in CELLS.items():
        said[name] = ""

        def collect(message):
            said[name] += message["content"].get("data", {}).get("text/plain", "")
            said[name] += message["content"].get("data", {}).get("text/html", "")

        reply = await client.execute_interactive(source, timeout=300, output_hook=collect)
        assert reply["content"]["status"] == "ok", (name, said[name], reply)
    return said


async def main():
    manager = AsyncMultiKernelManager()
    # Nobody else's kernels decide whether there is room here.
    async_lab_provisioner.room = lambda: True
    first, client = await opened(manager, NOTEBOOKS)
    started = {"ahead": first.provisioner.taken is not None, "said": await answers_of_first(client)}
    waiting = await warmed()
    second, client = await opened(manager, os.path.join(NOTEBOOKS, "exercises"))
    taken = {"ahead": second.provisioner.pid == waiting, "said": await answers(client)}
    stale = await warmed()
    STORE.waiting.sources = "as they were before an edit"
    third, client = await opened(manager, os.path.join(NOTEBOOKS, "exercises"))
    edited = {"ahead": third.provisioner.pid == stale}
    elsewhere = await warmed()
    fourth, client = await opened(manager, os.path.join(NOTEBOOKS, "guides"))
    other = {"ahead": fourth.provisioner.pid == elsewhere}
    left = await warmed()
    await manager.shutdown_all(now=True)
    print(json.dumps({"first": started, "second": taken, "edited": edited, "elsewhere": other, "left": left}))
    sys.stdout.flush()
    # As when the server is killed: nothing of ours runs any more.
    os.kill(os.getpid(), 9)


async def answers_of_first(client):
    """The same cells, in a kernel that was not started ahead; its folder is another one."""
    source = 'std::env::set_current_dir("exercises").unwrap()'
    await client.execute_interactive(source, timeout=300)
    cells = dict(CELLS)
    CELLS["dependencies"] = CELLS["dependencies"].replace("../../", "../")
    try:
        return await answers(client)
    finally:
        CELLS.update(cells)


asyncio.run(main())
