"""A Fitboard server as the command line sees it: REST and the event socket, each problem one exception."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

RECONNECT_LIMIT = 300.0
"""Seconds without the server after which following a run is given up."""


class ServerProblem(Exception):
    """The server refused: RFC 9457's members, and per field its pointer and sentence."""

    def __init__(self, title: str, detail: str, errors: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.title = title
        self.detail = detail
        self.errors = errors


class NoServer(Exception):
    """Nothing answers at the address, or nothing that is a Fitboard."""


@dataclass
class Client:
    """Calls to the server at ``server`` (no slash at the end), with its token where it has one."""

    server: str
    token: str | None = None
    _sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def create(self, lesson: str, params: dict[str, Any], name: str | None, tags: list[str]) -> dict[str, Any]:
        """Queue a run and return it."""
        body: dict[str, Any] = {"lesson": lesson, "params": params, "tags": tags}
        if name is not None:
            body["name"] = name
        return self.call("POST", "/api/v1/runs", body)

    def create_sweep(
        self, lesson: str, params: dict[str, Any], grid: dict[str, list[Any]], name: str | None, tags: list[str]
    ) -> dict[str, Any]:
        """Queue a run for each combination of the values in ``grid``, and return the sweep."""
        body: dict[str, Any] = {"lesson": lesson, "params": params, "grid": grid, "tags": tags}
        if name is not None:
            body["name"] = name
        return self.call("POST", "/api/v1/sweeps", body)

    def run(self, run: str) -> dict[str, Any]:
        """The run as it stands."""
        return self.call("GET", f"/api/v1/runs/{run}")

    def cancel(self, run: str) -> dict[str, Any]:
        """Ask for the run's end and return it."""
        return self.call("POST", f"/api/v1/runs/{run}/cancel")

    def pause(self, run: str) -> dict[str, Any]:
        """Ask for the run to pause and return it."""
        return self.call("POST", f"/api/v1/runs/{run}/pause")

    def resume(self, run: str, epochs: int | None) -> dict[str, Any]:
        """Queue the run again, with so many epochs in all where some are given, and return it."""
        return self.call("POST", f"/api/v1/runs/{run}/resume", {} if epochs is None else {"epochs": epochs})

    def datasets(self) -> list[dict[str, Any]]:
        """Every dataset."""
        items: list[dict[str, Any]] = self.call("GET", "/api/v1/datasets")["items"]
        return items

    def add_dataset(self, file: Path) -> dict[str, Any]:
        """Upload a file and return its dataset."""
        with open(file, "rb") as content:
            return self.call("POST", "/api/v1/datasets", files={"file": (file.name, content)})

    def delete_dataset(self, name: str) -> None:
        """Delete an uploaded dataset."""
        self.call("DELETE", f"/api/v1/datasets/{quote(name, safe='')}")

    def call(self, method: str, path: str, body: Any = None, files: Any = None) -> dict[str, Any]:
        """One request and its JSON, empty where the answer has none; ``files`` are sent as a form.

        Raises:
            ServerProblem: it was refused.
            NoServer: nothing answers, or something that speaks no JSON.
        """
        import httpx

        try:
            answer = httpx.request(
                method,
                self.server + path,
                json=body,
                files=files,
                headers=self._headers(),
                timeout=60,
                trust_env=not self._near,
            )
            content: dict[str, Any] = {} if answer.status_code == 204 else answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
            raise NoServer(str(problem)) from None
        if answer.is_error:
            errors = tuple((one["pointer"], one["detail"]) for one in content.get("errors") or ())
            raise ServerProblem(content.get("title", str(answer.status_code)), content.get("detail", ""), errors)
        return content

    def events(self, run: str, after: int = 0, lost: Callable[[str], None] | None = None) -> Iterator[dict[str, Any]]:
        """Every event of the run after ``after``, each once, until its end; a broken connection is made again.

        Args:
            lost: told the reason each time the connection breaks.

        Raises:
            NoServer: the server stayed away for five minutes.
            ServerProblem: the run is gone, or access was refused.
        """
        from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
        from websockets.sync.client import connect

        address = f"ws{self.server.removeprefix('http')}/api/v1/runs/{run}/events"
        pause, alone_since = 0.25, time.monotonic()
        while True:
            try:
                with connect(
                    f"{address}?after={after}",
                    additional_headers=self._headers(),
                    proxy=None if self._near else True,
                    max_size=None,
                ) as socket:
                    pause = 0.25
                    while True:
                        event: dict[str, Any] = json.loads(socket.recv())
                        alone_since = time.monotonic()
                        if event["seq"] > after:
                            after = event["seq"]
                            yield event
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else None
                if code == 1000:
                    return
                reason = f"closed with {code}" if code else "closed"
            except (InvalidHandshake, InvalidMessage, OSError) as problem:
                reason = str(problem)
            try:
                self.run(run)  # tells a run that is gone, or a token that doesn't fit, from a server that is away
            except NoServer as problem:
                if time.monotonic() - alone_since > RECONNECT_LIMIT:
                    raise NoServer(f"{problem} (for {RECONNECT_LIMIT:.0f} seconds)") from None
            if lost is not None:
                lost(reason)
            self._sleep(pause)
            pause = min(pause * 2, 5.0)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @property
    def _near(self) -> bool:
        """Whether the server is on this machine, where no proxy has a say."""
        return urlsplit(self.server).hostname in ("127.0.0.1", "localhost", "::1")
