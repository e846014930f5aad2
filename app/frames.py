"""Events as they go over sockets: encoded once, also as WebSocket frames, so that the same bytes serve every watcher.

A frame from a server isn't masked (RFC 6455, 5.1): it is the same for everyone. What lives here is the shape of what is
sent and the :class:`Outlet` that takes it; who watches is in :mod:`app.hub`, the socket itself in :mod:`app.sockets`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode

BLOCK = 32 * 1024
"""Bytes written to a socket in one go at most, unless a single event is longer: half of what asyncio buffers."""

EXTENSION = "fitboard.outlet"
"""The name under which a socket's outlet stands among the extensions of its ASGI scope."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An encoded event. ``last`` says that the run has ended and nothing will follow."""

    seq: int
    text: str
    last: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Events that follow each other, and their bytes on the wire.

    Attributes:
        first: the smallest ``seq`` in it; whoever has seen less has seen none of it.
        last: whether a run has ended with this. Such an event stands in a block alone.
    """

    frames: tuple[Frame, ...]
    wire: bytes
    first: int
    last: bool


class Outlet(Protocol):
    """The open end of one socket, past everything that ASGI does for a message."""

    @property
    def free(self) -> bool:
        """Whether the socket is open and takes bytes without holding on to more and more of them."""

    def write(self, wire: bytes) -> None:
        """Send whole frames, now; never waits."""


def outlet(scope: Mapping[str, Any]) -> Outlet | None:
    """The outlet that a socket's server offers, if it does; without one, events are sent as ASGI messages."""
    return cast(Outlet | None, scope.get("extensions", {}).get(EXTENSION))


def wire(text: str) -> bytes:
    """A text as one WebSocket frame from the server."""
    return WireFrame(Opcode.TEXT, text.encode()).serialize(mask=False)


def blocks(frames: Iterable[Frame]) -> Iterator[Block]:
    """Frames in the same order, joined to blocks."""
    held: list[Frame] = []
    joined = bytearray()
    for frame in frames:
        encoded = wire(frame.text)
        if held and (frame.last or held[-1].last or len(joined) + len(encoded) > BLOCK):
            yield _block(held, joined)
            held, joined = [], bytearray()
        held.append(frame)
        joined += encoded
    if held:
        yield _block(held, joined)


def _block(frames: Sequence[Frame], joined: bytearray) -> Block:
    return Block(tuple(frames), bytes(joined), min(frame.seq for frame in frames), frames[-1].last)
