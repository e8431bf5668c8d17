"""Starts a kernel as JupyterLab does, tries to take its ports at each moment, and tells which could be had.

The moments: when the kernel has been started and does not listen yet, while it runs, and when it is started again. It
is told in a line of JSON, with whether the ports stayed the same, and which are held once the kernel has ended.
"""

import asyncio
import contextlib
import json
import socket
import sys

from jupyter_client.multikernelmanager import AsyncMultiKernelManager


def taken(kernel):
    """The ports that another program could have: it asks for them by number, as the system would for just any."""
    could = []
    for port in kernel.ports:
        with socket.socket() as other, contextlib.suppress(OSError):
            other.bind(("127.0.0.1", port))
            could.append(port)
    return could


async def ready(kernel):
    client = kernel.client()
    client.start_channels(hb=False)
    await client.wait_for_ready(timeout=600)
    client.stop_channels()


async def main(folder):
    manager = AsyncMultiKernelManager()
    name = await manager.start_kernel(kernel_name="async-lab", cwd=folder)
    kernel = manager.get_kernel(name)
    ports, told = kernel.ports, {}
    told["starts"] = taken(kernel)
    await ready(kernel)
    told["runs"] = taken(kernel)
    await manager.restart_kernel(name, now=True)
    told["restarts"] = taken(kernel)
    told["same"] = kernel.ports == ports
    await ready(kernel)
    provisioner = kernel.provisioner
    await manager.shutdown_kernel(name, now=True)
    told["held"] = [held.fileno() for held in provisioner.ports.sockets.values() if held.fileno() >= 0]
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
