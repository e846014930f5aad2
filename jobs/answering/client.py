"""The HTTP calls around a question, authorised by the worker key."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import httpx

from jobs.client import Lent, Unreachable, lend, problem_detail
from jobs.questions import Answer


class AnswerClient:
    """Hands answers over, and fetches the models and the datasets that they are about. Used by one thread.

    Args:
        server: like ``http://127.0.0.1:8000``.
        key: the worker key.
    """

    def __init__(self, server: str, key: str) -> None:
        self._http = httpx.Client(
            base_url=f"{server.rstrip('/')}/api/worker",
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx.Timeout(30.0, connect=5.0),
            trust_env=False,
            verify=server.startswith("https:"),
        )

    def hand_over(self, question: str, answer: Answer) -> None:
        """Answer a question. That nobody waits any more is no error.

        Raises:
            Unreachable: the server didn't take it.
        """
        headers = {"Content-Type": "application/json"}
        self._ask("POST", f"/answers/{question}", content=answer.model_dump_json().encode(), headers=headers)

    def model(self, run: str, sha256: str) -> bytes:
        """The bytes of a saved model; not checked.

        Raises:
            Unreachable: the server didn't give them.
        """
        return self._ask("GET", f"/models/{run}/{sha256}").content

    def dataset(self, name: str, known: Sequence[str], into: Path) -> Lent | None:
        """A dataset of one's own; see :func:`jobs.client.lend`."""
        return lend(self._http, f"/datasets/{quote(name, safe='')}", known, into)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _ask(
        self, method: str, path: str, content: bytes = b"", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            response = self._http.request(method, path, content=content, headers=headers)
        except httpx.HTTPError as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        if not response.is_success:
            raise Unreachable(f"{response.status_code}: {problem_detail(response)}")
        return response
