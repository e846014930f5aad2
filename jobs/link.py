"""The worker's line to the server: one long poll after the other, in a thread of its own.

A call that was made while every slot was taken is given up and made anew when one becomes free, because its answer
could bring nothing to start. A call that may bring an assignment is never given up: the assignment could get lost.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

import httpx
from pydantic import ValidationError

from jobs.client import problem_detail
from jobs.protocol import HOLD_SECONDS, SyncReply, SyncRequest

log = logging.getLogger("fitboard.worker")

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 2.0
REFUSED_PAUSE = 5.0

Exchange = Callable[[SyncReply | None], "Future[SyncRequest]"]
"""Takes the server's reply (None if there was none) and promises what to say next, once the reply is acted on."""


class Link(threading.Thread):
    """Keeps calling ``sync`` until it is stopped.

    Args:
        server: like ``http://127.0.0.1:8000``.
        key: the worker key.
        exchange: see :data:`Exchange`.
    """

    def __init__(self, server: str, key: str, exchange: Exchange) -> None:
        super().__init__(name="link", daemon=True)
        self._url = f"{server.rstrip('/')}/api/worker/sync"
        self._key = key
        self._exchange = exchange
        self._loop = asyncio.new_event_loop()
        self._renew = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._trouble: str | None = None

    def renew(self) -> None:
        """A slot has become free: make a held call that couldn't use it anew."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is calling any more
            self._loop.call_soon_threadsafe(self._renew.set)

    def stop(self) -> None:
        """Hang up."""

        def cancel() -> None:
            if self._task is not None:
                self._task.cancel()

        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(cancel)

    def run(self) -> None:
        """The thread."""
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._keep_calling())
        self._loop.close()

    async def _keep_calling(self) -> None:
        self._task = asyncio.current_task()
        limits = httpx.Timeout(HOLD_SECONDS + 10.0, connect=5.0)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        reply: SyncReply | None = None
        pause = FIRST_PAUSE
        async with httpx.AsyncClient(headers=headers, timeout=limits, trust_env=False) as http:
            while True:
                self._renew.clear()
                request = await asyncio.wrap_future(self._exchange(reply))
                reply = None
                try:
                    reply = await self._call(http, request)
                except (httpx.HTTPError, ValidationError) as error:
                    refused = isinstance(error, httpx.HTTPStatusError) and error.response.is_client_error
                    self._note(_describe(error))
                    await asyncio.sleep(REFUSED_PAUSE if refused else pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
                else:
                    self._note(None)
                    pause = FIRST_PAUSE

    async def _call(self, http: httpx.AsyncClient, request: SyncRequest) -> SyncReply | None:
        call = asyncio.ensure_future(http.post(self._url, content=request.model_dump_json()))
        renew = asyncio.ensure_future(self._renew.wait())
        try:
            if request.free == 0:
                await asyncio.wait({call, renew}, return_when=asyncio.FIRST_COMPLETED)
                if not call.done():
                    return None
            response = await call
        finally:
            call.cancel()
            renew.cancel()
        response.raise_for_status()
        return SyncReply.model_validate_json(response.content)

    def _note(self, trouble: str | None) -> None:
        """Say that the server is away or back: once, not at every attempt."""
        if trouble is not None and trouble != self._trouble:
            log.warning("%s", trouble)
        elif trouble is None and self._trouble is not None:
            log.info("the server is back")
        self._trouble = trouble


def _describe(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        detail = problem_detail(error.response)
        if error.response.status_code in {401, 403}:
            return f"the server refuses this worker's key (FITBOARD_WORKER_KEY): {detail}"
        return f"the server answers {error.response.status_code}: {detail}; trying again"
    if isinstance(error, ValidationError):
        return "the server speaks another version of the worker protocol; update the worker or the server"
    return f"the server does not answer ({type(error).__name__}); training goes on, trying again"
