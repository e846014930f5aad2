"""What Fitboard knows of the server's sockets: the one place that reaches past ASGI.

To send an event as an ASGI message costs a task that wakes, Starlette, uvicorn and the state of a WebSocket connection:
nothing for one watcher, too much for a thousand. uvicorn takes a protocol of one's own (``ws=``), and asyncio tells a
protocol of its transport and when that is full. So ours is uvicorn's, and offers the open end of its transport as an
extension of the ASGI scope (:func:`app.frames.outlet`). All that is used of uvicorn are that class, and that it calls
what is in ``app``. Where that changes, no outlet is offered and events go as messages; ``tests/app/test_sockets.py``
fails then.
"""

import asyncio
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.frames import EXTENSION

GIVE_UP = 60.0
"""Seconds after which a socket that takes nothing at all is cut off, and what is buffered for it is let go."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket connection with an outlet; for frames that aren't compressed."""

    _paused = False
    _giving_up: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        serve: Any = self.app

        async def offering(scope: Scope, receive: Receive, send: Send) -> None:
            await serve({**scope, "extensions": {**scope.get("extensions", {}), EXTENSION: self}}, receive, send)

        self.app = offering

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._line = transport
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing can be given up any more."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """More is buffered than should be: send nothing more, and not wait for ever."""
        self._paused = True
        self._giving_up = asyncio.get_running_loop().call_later(GIVE_UP, self._line.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        """The other side reads again."""
        self._paused = False
        self._wait_no_longer()
        super().resume_writing()

    def _wait_no_longer(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

    @property
    def free(self) -> bool:
        """Whether the socket is open and takes bytes without holding on to more and more of them."""
        return not self._paused and not self._line.is_closing()

    def write(self, wire: bytes) -> None:
        """Send whole frames, now; between an accepted handshake and the close."""
        self._line.write(wire)
