"""Starts kernels as JupyterLab does, some of them ahead of time, and tells in JSON what became of them.

Four notebooks are opened: before a kernel waits, in the folder where one waits, there again after an edit, and
elsewhere. Then this program ends as a server does that is killed.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from jupyter_client.multikernelmanager import AsyncMultiKernelManager

import async_lab_provisioner

POOL = async_lab_provisioner.POOL
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
    name = await manager.start_kernel(kernel_name="async-lab", cwd=str(folder))
    kernel = manager.get_kernel(name)
    client = kernel.client()
    client.start_channels(hb=False)
    await client.wait_for_ready(timeout=600)
    return kernel, client


async def warmed():
    while not (POOL.waiting and POOL.waiting.warm):
        if POOL.filling.done() and POOL.filling.exception():
            raise POOL.filling.exception()
        await asyncio.sleep(0.1)
    return POOL.waiting.process.pid


async def answer(client, source):
    """What a cell prints as its result."""
    said = []
    reply = await client.execute_interactive(
        source, timeout=300, output_hook=lambda message: said.append(message["content"].get("data", {}))
    )
    assert reply["content"]["status"] == "ok", (source, said, reply)
    return "".join(data.get(kind, "") for data in said for kind in ("text/plain", "text/html"))


async def answers(client, cells):
    return {name: await answer(client, source) for name, source in cells.items()}


async def answers_elsewhere(client):
    """The same cells in a kernel that was started in the folder above: it is brought down first."""
    await answer(client, 'std::env::set_current_dir("exercises").unwrap()')
    dependencies = CELLS["dependencies"].replace("../../", "../")
    return await answers(client, CELLS | {"dependencies": dependencies})


async def main(notebooks):
    manager = AsyncMultiKernelManager()
    # Nobody else's kernels decide whether there is room here.
    async_lab_provisioner.room = lambda: True
    first, client = await opened(manager, notebooks)
    started = {"ahead": first.provisioner.taken is not None, "said": await answers_elsewhere(client)}
    waiting = await warmed()
    second, client = await opened(manager, notebooks / "exercises")
    taken = {"ahead": second.provisioner.pid == waiting, "said": await answers(client, CELLS)}
    stale = await warmed()
    POOL.waiting.sources = "as they were before an edit"
    third, client = await opened(manager, notebooks / "exercises")
    edited = {"ahead": third.provisioner.pid == stale}
    elsewhere = await warmed()
    fourth, client = await opened(manager, notebooks / "guides")
    other = {"ahead": fourth.provisioner.pid == elsewhere}
    left = await warmed()
    await manager.shutdown_all(now=True)
    print(json.dumps({"first": started, "second": taken, "edited": edited, "elsewhere": other, "left": left}))
    sys.stdout.flush()
    # As when the server is killed: nothing of ours runs any more.
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
