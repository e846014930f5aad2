"""A process that watches one run over many sockets: ``python -m benchmarks.watching``, until its end or a SIGTERM.

A general WebSocket client spends more on a frame than the server does; with a thousand of them the client would be
what is measured. This one does what a frame needs and no more: it reads the header, and from the event its ``seq``
and its ``time``.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from time import time

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
)
"""As a browser asks: it would take compressed frames."""

TEXT, CLOSE, PING = 0x81, 0x88, 0x89


class Watcher(asyncio.Protocol):
    """One socket. Each event must follow the last; ``delays`` are in milliseconds, from sending to arrival."""

    def __init__(self, path: str, port: int, after: int) -> None:
        self._request = HANDSHAKE.format(path=path, port=port).encode()
        self._received = bytearray()
        self._open = False
        self.seq = after
        self.lost = 0
        self.code: int | None = None
        self.delays: list[int] = []
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the socket."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take what has come, frame by frame."""
        self._received += data
        if not self._open:
            head, found, rest = bytes(self._received).partition(b"\r\n\r\n")
            if not found:
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            assert b"permessage-deflate" not in head, "the frames would come compressed"
            self._received = bytearray(rest)
            self._open = True
            self.opened.set_result(None)
        while self._frame():
            pass

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        if not self.closed.done():
            self.closed.set_result(None)

    def leave(self) -> None:
        """Go, as a browser does whose window is closed."""
        self._transport.close()

    def _frame(self) -> bool:
        held = self._received
        if len(held) < 2:
            return False
        length, start = held[1], 2
        if length == 126:
            length, start = int.from_bytes(held[2:4], "big"), 4
        assert length < 127 or start == 4, "no event is so long"
        if len(held) < start + length:
            return False
        kind, content = held[0], bytes(held[start : start + length])
        del held[: start + length]
        if kind == TEXT:
            self._event(json.loads(content))
        elif kind == CLOSE:
            self.code = int.from_bytes(content[:2], "big")
            self._transport.close()
        elif kind == PING:
            self._transport.write(bytes([0x8A, 0x80 | length, 0, 0, 0, 0]) + content)
        return True

    def _event(self, event: dict[str, str]) -> None:
        seq = int(event["seq"])
        self.lost += seq != self.seq + 1
        self.seq = seq
        self.delays.append(round((time() - datetime.fromisoformat(event["time"]).timestamp()) * 1e3))


async def watch(port: int, path: str, after: int, sockets: int) -> dict[str, object]:
    """Watch over so many sockets until the server has closed each, or until a SIGTERM; what they saw."""
    loop = asyncio.get_running_loop()
    watchers: list[Watcher] = []

    def leave() -> None:
        for one in watchers:
            one.leave()

    loop.add_signal_handler(signal.SIGTERM, leave)
    for _ in range(sockets):
        one = Watcher(f"{path}?after={after}", port, after)
        await loop.create_connection(lambda one=one: one, "127.0.0.1", port)  # type: ignore[misc]
        await one.opened
        watchers.append(one)
    print("ready", flush=True)
    await asyncio.gather(*(one.closed for one in watchers))
    return {
        "delays": [delay for one in watchers for delay in one.delays],
        "lost": sum(one.lost for one in watchers),
        "last": sorted({one.seq for one in watchers}),
        "codes": sorted({one.code or 0 for one in watchers}),
    }


def main(arguments: Sequence[str]) -> None:
    """Watch, and print what was seen."""
    port, path, after, sockets = arguments
    print(json.dumps(asyncio.run(watch(int(port), path, int(after), int(sockets)))))


if __name__ == "__main__":
    main(sys.argv[1:])
