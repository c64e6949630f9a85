"""A proxy in front of one address, on which the network fails: cut, silent, or open at one end alone."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

T = TypeVar("T")

# Linger for 0 s: closed at once, and the other end is told so by an RST.
NO_FAREWELL = struct.pack("ii", 1, 0)


class End(Enum):
    """Who is at the end of a connection."""

    CLIENT = "client"
    SERVER = "server"


@dataclass(eq=False)
class Stream:
    """One connection of the proxy's own."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def reset(self) -> None:
        with contextlib.suppress(OSError):  # closed already
            own: socket.socket = self.writer.get_extra_info("socket")
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_FAREWELL)
        self.writer.transport.abort()


Pair = dict[End, Stream]


class Proxy:
    """Listens on loopback and passes on what comes, in a thread of its own; safe to call from any other.

    While it is held nothing passes, not even that an end was closed, and nothing is lost.
    """

    def __init__(self, host: str, port: int, *, own_port: int = 0) -> None:
        self._target = (host, port)
        self._pairs: list[Pair] = []
        self._stumps: list[Stream] = []
        self._open, self._closing = asyncio.Event(), asyncio.Event()
        self._open.set()
        listener = socket.create_server(("127.0.0.1", own_port))
        self.port: int = listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, args=(listener,), daemon=True)
        self._thread.start()

    def hold(self) -> None:
        """Let nothing pass: a black hole, or a host that vanished."""
        self._call(self._open.clear)

    def release(self) -> None:
        """What was held goes on its way."""
        self._call(self._open.set)

    def reset(self) -> int:
        """Cut every connection, at both ends; returns how many there were."""
        return self._call(self._reset)

    def leave_half_open(self, gone: End) -> int:
        """Cut every connection at this end alone; the other hears nothing until `bury`. Returns how many there were."""
        return self._call(lambda: self._leave_half_open(gone))

    def bury(self) -> None:
        """Cut what was left half open, as a host does that knows nothing of a connection."""
        self._call(self._bury)

    def close(self) -> None:
        self._call(self._closing.set)
        self._thread.join()

    def _call(self, work: Callable[[], T]) -> T:
        async def call() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(10)

    def _work(self, listener: socket.socket) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen(listener))

    async def _listen(self, listener: socket.socket) -> None:
        server = await asyncio.start_server(self._serve, sock=listener)
        await self._closing.wait()
        server.close()
        self._open.set()
        self._reset()
        self._bury()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = Stream(reader, writer)
        pair = {End.CLIENT: client}
        self._pairs.append(pair)
        await self._open.wait()
        try:
            server = Stream(*await asyncio.open_connection(*self._target))
        except OSError:  # nobody listens
            client.reset()
        else:
            await self._join(pair, client, server)
        if pair in self._pairs:
            self._pairs.remove(pair)

    async def _join(self, pair: Pair, client: Stream, server: Stream) -> None:
        if pair not in self._pairs:  # cut while the server was called
            server.reset()
            return
        pair[End.SERVER] = server
        await asyncio.gather(self._pass_on(pair, client, server), self._pass_on(pair, server, client))

    async def _pass_on(self, pair: Pair, source: Stream, sink: Stream) -> None:
        with contextlib.suppress(OSError):
            while data := await source.reader.read(65_536):
                await self._open.wait()
                sink.writer.write(data)
                await sink.writer.drain()
        await self._open.wait()
        if pair in self._pairs:  # not where one end was left open on purpose
            sink.writer.close()

    def _reset(self) -> int:
        pairs, self._pairs = self._pairs, []
        for stream in (stream for pair in pairs for stream in pair.values()):
            stream.reset()
        return len(pairs)

    def _leave_half_open(self, gone: End) -> int:
        whole = [pair for pair in self._pairs if len(pair) == len(End)]
        self._pairs = [pair for pair in self._pairs if pair not in whole]
        for pair in whole:
            pair.pop(gone).reset()
            self._stumps += pair.values()
        return len(whole)

    def _bury(self) -> None:
        for stream in self._stumps:
            stream.reset()
        self._stumps = []
