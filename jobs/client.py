"""The HTTP calls of one attempt, and what their failures mean.

There are two kinds of failure: :class:`Unreachable` may pass, so the caller tries again; :class:`Refused` won't, so
the caller stops.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from jobs.protocol import Acknowledgement, Assignment, CheckpointData, Entry, EntryBatch

_PASSING = {408, 425, 429}

DAMAGED = 422
"""What an upload is answered whose bytes are not those announced: it was disturbed on its way."""


MISSING = 404
"""What is answered where there is no such file."""

UNCHANGED = 304
"""What is answered where the file is here already."""


class Unreachable(Exception):
    """The server isn't there, or has a trouble of its own: try again later."""


class Refused(Exception):
    """The server doesn't want this attempt's calls: it is no longer the run's own (409), or the run is gone.

    Attributes:
        status: HTTP's.
        detail: the server's sentence.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


@dataclass(frozen=True)
class Lent:
    """A dataset of one's own as the server has it: the SHA-256 of its file, and the ending of the file's name."""

    sha256: str
    ending: str


def lend(http: httpx.Client, path: str, known: Sequence[str], into: Path) -> Lent | None:
    """Ask the server for the file of a dataset; None where it has none.

    Args:
        http: sends the credential.
        path: whose dataset.
        known: the SHA-256 of files that are here: one of them isn't sent again.
        into: where another is written to.

    Raises:
        Unreachable: try again.
        Refused: stop.
        OSError: it can't be written.
    """
    headers = {"If-None-Match": ", ".join(f'"{sha256}"' for sha256 in known)} if known else {}
    try:
        with http.stream("GET", path, headers=headers) as response:
            if response.status_code == MISSING:
                return None
            if response.is_success:
                with open(into, "wb") as file:
                    for chunk in response.iter_bytes(1 << 20):
                        file.write(chunk)
            elif response.status_code != UNCHANGED:
                response.read()
                raise failure(response)
    except httpx.HTTPError as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    return Lent(response.headers["ETag"].strip('"'), response.headers["X-Dataset-Ending"])


class AttemptClient:
    """Calls on behalf of one attempt. One connection, kept open; used by one thread.

    Args:
        server: like ``http://127.0.0.1:8000``.
        assignment: names the attempt and holds its token.
    """

    def __init__(self, server: str, assignment: Assignment) -> None:
        # Nothing from the environment: a proxy that is set for downloads must not come between worker and server.
        self._http = httpx.Client(
            base_url=f"{server.rstrip('/')}/api/worker/runs/{assignment.run}/attempts/{assignment.attempt}",
            headers={"Authorization": f"Bearer {assignment.token}"},
            timeout=httpx.Timeout(30.0, connect=5.0),
            trust_env=False,
            # Certificates are checked wherever there are some; loading them for plain HTTP takes 30 ms for nothing.
            verify=server.startswith("https:"),
        )

    def send(self, entries: list[Entry]) -> int:
        """Hand entries over; returns the number up to which the server has stored them.

        Raises:
            Unreachable: try again.
            Refused: stop.
        """
        body = EntryBatch(entries=entries).model_dump_json().encode()
        response = self._call("POST", "/events", content=body, headers={"Content-Type": "application/json"})
        return Acknowledgement.model_validate_json(response.content).n

    def upload(self, data: CheckpointData, path: Path) -> None:
        """Upload a checkpoint's file; it becomes visible with its entry.

        Raises:
            Unreachable: try again.
            Refused: stop.
        """
        headers = {"Content-Type": "application/octet-stream", "X-Content-SHA256": data.sha256}
        try:
            with path.open("rb") as file:
                self._call("PUT", f"/checkpoints/{data.kind}", content=file, headers=headers)
        except Refused as refused:
            if refused.status == DAMAGED:
                raise Unreachable(refused.detail) from refused
            raise

    def generation(self, data: CheckpointData) -> bytes:
        """The content of a generation that the assignment offers; not checked.

        Raises:
            Unreachable: try again.
            Refused: stop.
        """
        return self._call("GET", f"/generations/{data.sha256}").content

    def checkpoint(self, name: str) -> tuple[bytes, str] | None:
        """A saved model of this run, and the SHA-256 that the server has recorded; None where there is none.

        Raises:
            Unreachable: try again.
            Refused: stop.
        """
        try:
            response = self._call("GET", f"/checkpoints/{name}")
        except Refused as refused:
            if refused.status == MISSING:
                return None
            raise
        return response.content, response.headers["ETag"].strip('"')

    def dataset(self, known: Sequence[str], into: Path) -> Lent | None:
        """The dataset of one's own that this attempt's run learns from; see :func:`lend`."""
        return lend(self._http, "/dataset", known, into)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        if response.is_success:
            return response
        raise failure(response)


def failure(response: httpx.Response) -> Unreachable | Refused:
    """What an answer that is no success means."""
    detail = problem_detail(response)
    if response.is_server_error or response.status_code in _PASSING:
        return Unreachable(f"{response.status_code}: {detail}")
    return Refused(response.status_code, detail)


def problem_detail(response: httpx.Response) -> str:
    """The sentence of a problem answer, or what there is of another."""
    try:
        problem = response.json()
        return str(problem.get("detail") or problem.get("title"))
    except (ValueError, AttributeError):
        return response.text[:200] or response.reason_phrase
