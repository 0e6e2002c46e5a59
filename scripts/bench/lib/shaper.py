#!/usr/bin/env python3
"""A slow link in user space: forwards TCP connections to several servers as if all of them were behind one line.

    shaper.py --rtt-ms 20 --mbit 200 HOST:PORT...

Prints the local port of each server, in order, on one line. Each direction of the line carries `mbit` in total, over all
connections, and delays every byte by half of the round trip. A new connection waits for one round trip, as a handshake
does. A connection has at most one bandwidth-delay product in flight, as a well-tuned TCP has: enough to fill the line
alone.
"""

import argparse
import asyncio
import collections


class Direction:
    """One way of the line, shared by all connections."""

    def __init__(self, rate):
        self.rate = rate
        self.free = 0.0

    def send(self, now, size):
        """Sends bytes, and returns the time at which the last of them has left."""
        self.free = max(self.free, now) + size / self.rate
        return self.free


async def flow(reader, writer, direction, delay, window):
    """Carries one connection's bytes one way."""
    loop = asyncio.get_running_loop()
    queue, under_way = collections.deque(), 0
    arrived, left = asyncio.Event(), asyncio.Event()

    async def take():
        nonlocal under_way
        while True:
            while under_way >= window:
                left.clear()
                await left.wait()
            # Small pieces, so that connections share the line fairly.
            data = await reader.read(16384)
            under_way += len(data)
            queue.append((direction.send(loop.time(), len(data)) + delay, data))
            arrived.set()
            if not data:
                return

    async def give():
        nonlocal under_way
        while True:
            while not queue:
                arrived.clear()
                await arrived.wait()
            due, data = queue.popleft()
            wait = due - loop.time()
            # Timers are exact to a millisecond. What is nearly due is sent at once; `free` keeps the rate.
            if wait > 0.0005:
                await asyncio.sleep(wait)
            if not data:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            writer.write(data)
            await writer.drain()
            under_way -= len(data)
            left.set()

    tasks = [asyncio.ensure_future(take()), asyncio.ensure_future(give())]
    try:
        await asyncio.gather(*tasks)
    except (ConnectionError, OSError):
        # When one end is gone, the connection is closed.
        writer.transport.abort()
    finally:
        for task in tasks:
            task.cancel()


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rtt-ms", type=float, required=True)
    options.add_argument("--mbit", type=float, required=True)
    options.add_argument("servers", nargs="+")
    options = options.parse_args()
    delay, rate = options.rtt_ms / 2000, options.mbit * 1e6 / 8
    window = max(65536, int(rate * options.rtt_ms / 1000))
    up, down = Direction(rate), Direction(rate)

    def forward(host, port):
        async def connection(reader, writer):
            try:
                await asyncio.sleep(2 * delay)
                far_reader, far_writer = await asyncio.open_connection(host, port)
            except OSError:
                writer.transport.abort()
                return
            try:
                await asyncio.gather(
                    flow(reader, far_writer, up, delay, window), flow(far_reader, writer, down, delay, window))
            finally:
                far_writer.close()
                writer.close()

        return connection

    ports = []
    for server in options.servers:
        host, port = server.rsplit(":", 1)
        listener = await asyncio.start_server(forward(host, int(port)), "127.0.0.1", 0)
        ports.append(listener.sockets[0].getsockname()[1])
    print(*ports, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
