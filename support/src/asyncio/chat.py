"""The chat room of exercise 9 in asyncio: the same frames and rules, and two tasks for each client."""

import asyncio
import socket
import struct
import sys

LIMIT, QUEUE, IDLE = 256, 16, 30
members = set()


class Member:
    """A client, with what waits to be sent to it."""

    def __init__(self):
        self.queue, self.missed = asyncio.Queue(QUEUE), 0

    def tell(self, frame):
        try:
            self.queue.put_nowait(frame)
        except asyncio.QueueFull:
            self.missed += 1


def framed(payload):
    return struct.pack(">I", len(payload)) + payload


async def read_frame(reader):
    (length,) = struct.unpack(">I", await reader.readexactly(4))
    if length > LIMIT:
        raise ValueError("a frame that is too long")
    return await reader.readexactly(length)


async def write_all(member, writer):
    writer.write(framed(b"welcome"))
    while (frame := await member.queue.get()) is not None:
        if member.missed:
            writer.write(framed(b"missed %d" % member.missed))
            member.missed = 0
        writer.write(framed(frame))
        await writer.drain()


async def client(reader, writer):
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    member = Member()
    members.add(member)
    writing = asyncio.create_task(write_all(member, writer))
    try:
        while True:
            frame = await asyncio.wait_for(read_frame(reader), IDLE)
            for other in members:
                other.tell(frame)
    except (asyncio.IncompleteReadError, asyncio.TimeoutError, ConnectionError, ValueError):
        members.discard(member)
    try:
        await member.queue.put(None)
        await writing
        writer.close()
    except ConnectionError:
        pass


async def main():
    server = await asyncio.start_server(client, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it closes its input when it goes.
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
