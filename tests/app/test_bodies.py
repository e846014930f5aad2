"""What may be sent, how much of it, and the headers that every answer carries."""

import base64
import hashlib
import json
import re

import pytest
from fastapi import FastAPI

from app.main import create_app
from app.security import CHECKPOINT_LIMIT, ENTRIES_LIMIT, HEADERS, JSON_LIMIT
from tests.app.conftest import MakeSettings
from tests.app.knocking import DOORS, HOST, JSON, Answer, Door, knock
from tests.app.server import RUNS, Server, problem, serving


def send(
    server: Server, *headers: tuple[str, str], body: list[bytes], path: str = RUNS, method: str = "POST"
) -> Answer:
    return knock(server, Door(method, path), HOST, *headers, body=body)


RUN = json.dumps({"lesson": "first-network"}).encode()


class TestBodies:
    """JSON with a JSON content type, and not too much of it."""

    @pytest.mark.parametrize(
        "content_type",
        [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
         "application/jsonx", "text/json", "application/problem+json", "application/octet-stream", "json"],
    )  # fmt: skip
    def test_another_content_type_is_refused(self, server: Server, content_type: str | None) -> None:
        headers = [] if content_type is None else [("content-type", content_type)]
        for length in (("content-length", str(len(RUN))), ("transfer-encoding", "chunked")):
            body = send(server, length, *headers, body=[RUN]).problem(415, "unsupported-media-type")
            assert "Content-Type: application/json" in body["detail"]
        assert server.http.get(RUNS).json()["items"] == []

    @pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
    def test_json_by_any_spelling_is_taken(self, server: Server, content_type: str) -> None:
        answer = send(server, ("content-type", content_type), ("content-length", str(len(RUN))), body=[RUN])
        assert answer.status == 201

    def test_a_body_that_announces_too_much_is_refused_unread(self, shared: Server) -> None:
        for length in (str(JSON_LIMIT + 1), "9" * 30, "-1", "1e3", "²", "+5"):
            answer = send(shared, JSON, ("content-length", length), body=[RUN])
            assert f"{JSON_LIMIT} bytes" in answer.problem(413, "body-too-large")["detail"]

    def test_a_body_in_chunks_is_cut_off_where_it_becomes_too_much(self, shared: Server) -> None:
        chunks = [b'{"lesson": "', *[b"x" * 65536] * (JSON_LIMIT // 65536), b'"}']
        send(shared, JSON, ("transfer-encoding", "chunked"), body=chunks).problem(413, "body-too-large")
        assert send(shared, JSON, ("transfer-encoding", "chunked"), body=[RUN[:5], RUN[5:]]).status == 201

    def test_a_body_that_is_longer_than_it_said_is_cut_off_too(self, shared: Server) -> None:
        chunks = [b" " * 65536] * (JSON_LIMIT // 65536 + 1)
        send(shared, JSON, ("content-length", "10"), body=chunks).problem(413, "body-too-large")

    def test_workers_may_send_more(self, server: Server) -> None:
        attempt = server.running()
        path, headers = f"{attempt.path}/events", [JSON, ("authorization", f"Bearer {attempt.assignment.token}")]
        message = "x" * (2 * JSON_LIMIT)
        body = json.dumps({"entries": [attempt.entry("log", level="info", message=message)]}).encode()
        assert send(server, *headers, ("transfer-encoding", "chunked"), body=[body], path=path).status == 200
        chunks = [b" " * (1 << 20)] * (ENTRIES_LIMIT // (1 << 20) + 1)
        answer = send(server, *headers, ("transfer-encoding", "chunked"), body=chunks, path=path)
        answer.problem(413, "body-too-large")

    def test_an_upload_has_a_limit_as_well(self, server: Server) -> None:
        attempt = server.running()
        headers = [("authorization", f"Bearer {attempt.assignment.token}"), ("x-content-sha256", "0" * 64)]
        length = ("content-length", str(CHECKPOINT_LIMIT + 1))
        answer = send(server, *headers, length, body=[b""], path=f"{attempt.path}/checkpoints/best", method="PUT")
        answer.problem(413, "body-too-large")

    def test_a_call_without_a_body_needs_no_content_type(self, server: Server) -> None:
        run = server.create()["id"]
        assert send(server, body=[b""], path=f"{RUNS}/{run}/cancel").status == 202
        assert send(server, ("content-length", "0"), body=[b""], path=f"{RUNS}/{run}", method="DELETE").status == 204


class TestHeaders:
    """What every answer carries."""

    def carries_them(self, answer: Answer) -> None:
        assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
        assert "cache-control" in answer.headers

    @pytest.mark.parametrize("door", [door for door in DOORS if door.method != "WS"], ids=str)
    def test_every_route(self, shared: Server, door: Door) -> None:
        self.carries_them(knock(shared, door, HOST))

    def test_every_refusal(self, shared: Server, locked: Server) -> None:
        for server, door, headers in [
            (shared, Door("GET", "/nothing"), [HOST]),
            (shared, Door("PATCH", RUNS), [HOST]),
            (shared, Door("GET", RUNS), [("host", "evil")]),
            (shared, Door("WS", "/api/v1/events"), [("host", "evil")]),
            (shared, Door("POST", RUNS), [HOST, ("content-length", "5")]),
            (shared, Door("POST", RUNS), [HOST, JSON, ("content-length", "99999999")]),
            (locked, Door("GET", RUNS), [HOST]),
        ]:
            answer = knock(server, door, *headers)
            assert answer.status >= 400
            assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)

    def test_even_the_answer_to_a_defect(self, make_settings: MakeSettings, caplog: pytest.LogCaptureFixture) -> None:
        settings = make_settings()
        app: FastAPI = create_app(settings)

        @app.get("/defect")
        def defect() -> None:
            raise RuntimeError("a secret of the house")

        with serving(settings, app) as server:
            answer = server.http.get("/defect")
        body = problem(answer, 500, "internal")
        assert "secret" not in answer.text
        assert body["detail"] == "GET /defect met a defect. The log has the details."
        assert "a secret of the house" in caplog.text
        assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)

    def test_the_policy_lets_no_script_and_no_style_in_that_is_not_ours(self, shared: Server) -> None:
        policy = dict(part.strip().split(" ", 1) for part in HEADERS["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["style-src"] == policy["connect-src"] == "'self'"
        (inline,) = re.findall("<script>(.*?)</script>", shared.http.get("/").text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert policy["script-src"] == f"'self' 'sha256-{digest}'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in HEADERS["content-security-policy"]

    def test_what_the_api_says_is_kept_nowhere(self, shared: Server) -> None:
        assert shared.http.get(RUNS).headers["cache-control"] == "no-store"

    def test_an_address_takes_only_its_methods_and_says_which(self, shared: Server) -> None:
        answer = knock(shared, Door("PATCH", RUNS), HOST)
        assert "PATCH" in answer.problem(405, "method-not-allowed")["detail"]
        assert answer.headers["allow"] == "GET, POST"
        assert knock(shared, Door("PUT", f"{RUNS}/x"), HOST).headers["allow"] == "DELETE, GET"
