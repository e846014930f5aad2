"""The socket that the server listens on."""

import asyncio
import socket

from app.serve import listen
from tests.app.conftest import MakeSettings
from tests.running import free_port


def test_small_answers_leave_at_once(make_settings: MakeSettings) -> None:
    """An answer of two packets on a kept connection must not wait 40 ms for the first one's acknowledgement."""

    async def accepted() -> int:
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            told.set_result(
                writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY),
            )
            writer.close()

        bound = listen(make_settings(port=free_port()))
        async with await asyncio.start_server(answer, sock=bound):
            _, writer = await asyncio.open_connection(*bound.getsockname())
            try:
                return await told
            finally:
                writer.close()
                await writer.wait_closed()

    assert asyncio.run(accepted())
