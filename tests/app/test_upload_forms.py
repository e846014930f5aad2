"""What the doors let through to an upload: a form with one file, from our own pages and from scripts with the token."""

from typing import Any

import pytest

from tests.app.sending import BARS, DATASETS, kept, send
from tests.app.server import ORIGIN, Server


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/csv", "application/x-www-form-urlencoded", "multipart/mixed", ""]
)
def test_only_a_form_is_taken(server: Server, content_type: str) -> None:
    answer = server.http.post(DATASETS, content=BARS, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["type"]) == (415, "/errors/unsupported-media-type")
    assert "multipart/form-data" in answer.json()["detail"]


@pytest.mark.parametrize(
    "form",
    [
        {"files": {"other": ("bars.npz", BARS)}},
        {"files": {"file": ("", BARS)}},
        {"files": [("file", ("a.csv", BARS)), ("file", ("b.csv", BARS))]},
        {"files": {"file": ("bars.npz", BARS)}, "data": {"path": "/etc/passwd"}},
        {"content": b"nonsense", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}},
        {"content": b"--x\r\nContent-Disposition: form-data; name=file; filename=bars.npz\r\n\r\n1,2,red\n",
         "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {},
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_form_that_is_not_one_file_is_refused_with_the_remedy(server: Server, form: dict[str, Any]) -> None:
    answer = server.http.post(DATASETS, **form)
    assert answer.status_code == 422, answer.text
    assert ".csv" in answer.json()["errors"][0]["detail"]
    assert kept(server) == []


def test_a_page_of_another_site_cannot_upload(server: Server) -> None:
    for origin in ("http://evil.example", "null"):
        for path in (DATASETS, "/datasets"):
            answer = server.http.post(path, files={"file": ("bars.npz", BARS)}, headers={"Origin": origin})
            assert (answer.status_code, answer.json()["type"]) == (403, "/errors/forbidden-origin")
    assert kept(server) == []
    assert send(server, "bars.npz", BARS, headers={"Origin": ORIGIN}).status_code == 201
    answer = server.http.post("/datasets/bars/delete", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert kept(server) == ["bars.npz"]


def test_a_token_is_asked_for(locked: Server) -> None:
    for path in (DATASETS, "/datasets"):
        assert locked.http.post(path, files={"file": ("bars.npz", BARS)}).status_code == 401
    assert locked.http.get(DATASETS).status_code == 401
