"""The doors: every route, asked without a token, from a foreign host, from a foreign origin, with a body too large.

The table of routes is taken from the application itself, so that a new route is tried without anybody thinking of it.
"""

import asyncio
import json
import logging
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import WebSocketRoute
from starlette.types import Message, Scope

from app.main import create_app
from app.security import CHECKPOINT_LIMIT, ENTRIES_LIMIT, HEADERS, JSON_LIMIT
from app.settings import Settings, SettingsError
from tests.app.conftest import MakeServer, MakeSettings, fill
from tests.app.server import ADDRESS, ORIGIN, RUNS, Server, problem, serving

TOKEN = "correct horse battery staple".replace(" ", "-")
JSON = ("content-type", "application/json")
OPEN = {"/health", "/login"}
"""What a stranger may ask in spite of a token: is the server there, and the sign-in itself."""


@dataclass(frozen=True)
class Door:
    """A route with a method; ``WS`` for a socket."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors() -> list[Door]:
    """Every route and method of the application, with something in place of each parameter."""
    app = create_app(Settings(data_dir=Path(tempfile.gettempdir()) / "never-made", token=None, downloads=False))
    found = []
    for context in iter_route_contexts(app.routes):
        route: Any = context.original_route
        path = re.sub(r"\{attempt\}", "1", context.path or "")
        path = re.sub(r"\{kind\}", "best", path)
        path = re.sub(r"\{[^}]+\}", "x", path)
        methods = ["WS"] if isinstance(route, WebSocketRoute) else sorted(context.methods or ())
        found += [Door(method, path) for method in methods]
    return found


DOORS = doors()
WORKERS = [door for door in DOORS if door.path.startswith("/api/worker/")]


def test_the_table_holds_what_is_known_to_be_there() -> None:
    known = {
        "GET /health", "GET /login", "POST /api/v1/runs", "DELETE /api/v1/runs/x", "WS /api/v1/events",
        "WS /api/v1/runs/x/events", "PUT /api/worker/runs/x/attempts/1/checkpoints/best", "GET /", "GET /docs",
        "GET /openapi.json", "GET /static/x/x",
    }  # fmt: skip
    assert known <= {str(door) for door in DOORS}
    assert len(DOORS) > 25


@dataclass
class Answer:
    """What came back from a raw call."""

    status: int
    headers: dict[str, str]
    body: bytes

    def problem(self, status: int, kind: str) -> dict[str, Any]:
        """The problem in it."""
        assert self.status == status, self.body
        assert self.headers["content-type"] == "application/problem+json"
        body: dict[str, Any] = json.loads(self.body)
        assert body["type"] == f"/errors/{kind}"
        return body


def knock(server: Server, door: Door, *headers: tuple[str, str], body: list[bytes] | None = None) -> Answer:
    """Ask with exactly these headers, as no client library would let us; a body comes in chunks."""
    path, _, query = door.path.partition("?")
    scope: Scope = {
        "type": "websocket" if door.method == "WS" else "http",
        "http_version": "1.1",
        "method": door.method,
        "scheme": "ws" if door.method == "WS" else "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "extensions": {"websocket.http.response": {}},
    }
    waiting: list[Message] = [{"type": "websocket.connect"}]
    if door.method != "WS":
        chunks = body or [b""]
        waiting = [
            {"type": "http.request", "body": chunk, "more_body": place < len(chunks) - 1}
            for place, chunk in enumerate(chunks)
        ]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "websocket.disconnect", "code": 1001}

    async def send(message: Message) -> None:
        sent.append(message)

    async def ask() -> None:
        await asyncio.wait_for(server.app(scope, receive, send), 30)

    server.call(ask)
    if sent[0]["type"] in ("websocket.accept", "websocket.close"):
        return Answer(101 if sent[0]["type"] == "websocket.accept" else 403, {}, b"")
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], told, b"".join(message.get("body", b"") for message in sent[1:]))


HOST = ("host", ADDRESS)


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Iterator[Server]:
    """A server with a token."""
    folder = fill(tmp_path_factory.mktemp("locked") / "data", blank)
    with serving(Settings(data_dir=folder, downloads=False, token=TOKEN)) as server:
        yield server


class TestHost:
    """The Host header, on every route and socket."""

    @pytest.mark.parametrize("door", DOORS, ids=str)
    def test_a_foreign_host_is_refused_everywhere(self, shared: Server, door: Door) -> None:
        body = knock(shared, door, ("host", "evil.example")).problem(421, "forbidden-host")
        assert "'evil.example'" in body["detail"]
        assert "FITBOARD_ALLOWED_HOSTS" in body["detail"]

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1.evil.example",
            "localhost.evil",
            "evil@localhost",
            "localhost@evil",
            "[::1]evil",
            "[::1",
            "::1",
            "127.0.0.1:8000:80",
            "127.0.0.1:port",
            "127.0.0.1:",
            "",
            " ",
            "localhost ",
            "local host",
            "localhost,evil",
            "localhost/evil",
            "0.0.0.0",
            "[::]",
            "10.0.0.1",
            "2130706433",
            "0x7f.1",
            "localhost.",
            "localhost\n",
            "\uff4cocalhost",
            "évil",
        ],
    )
    def test_look_alikes_are_refused(self, shared: Server, host: str) -> None:
        for path in ("/health", RUNS, "/"):
            header = ("host", host.encode("utf-8").decode("latin-1"))
            knock(shared, Door("GET", path), header).problem(421, "forbidden-host")
        knock(shared, Door("WS", "/api/v1/events"), header).problem(421, "forbidden-host")

    def test_no_host_and_two_hosts_are_refused(self, shared: Server) -> None:
        knock(shared, Door("GET", "/health")).problem(421, "forbidden-host")
        knock(shared, Door("GET", "/health"), HOST, HOST).problem(421, "forbidden-host")
        knock(shared, Door("GET", "/health"), HOST, ("host", "evil")).problem(421, "forbidden-host")

    @pytest.mark.parametrize(
        "host", ["127.0.0.1:8000", "localhost", "LOCALHOST:8000", "[::1]:8000", "[::1]", "127.0.0.2", "localhost:1"]
    )
    def test_loopback_by_any_name_is_fine(self, shared: Server, host: str) -> None:
        assert knock(shared, Door("GET", "/health"), ("host", host)).status == 200
        assert knock(shared, Door("WS", "/api/v1/events"), ("host", host)).status == 101

    def test_names_that_are_allowed_are_fine_with_any_port(self, make_server: MakeServer) -> None:
        server = make_server(allowed_hosts="lab.example, Other.Example", token=TOKEN, host="10.1.2.3")
        for host in ("lab.example", "LAB.example:8443", "other.example", "10.1.2.3:8000", "127.0.0.1"):
            assert knock(server, Door("GET", "/health"), ("host", host)).status == 200
        for host in ("lab.example.evil", "xlab.example", "10.1.2.4"):
            knock(server, Door("GET", "/health"), ("host", host)).problem(421, "forbidden-host")


class TestOrigin:
    """The Origin header, where one is sent."""

    @pytest.mark.parametrize("door", DOORS, ids=str)
    def test_a_foreign_origin_is_refused_everywhere(self, shared: Server, door: Door) -> None:
        answer = knock(shared, door, HOST, ("origin", "http://evil.example"))
        assert "'http://evil.example'" in answer.problem(403, "forbidden-origin")["detail"]

    @pytest.mark.parametrize(
        "origin",
        [
            "null",
            "",
            "http://127.0.0.1",
            "http://127.0.0.1:8001",
            "http://127.0.0.1:80000",
            "http://localhost:8000",
            "http://127.0.0.1:8000.evil.example",
            "http://127.0.0.1:8000@evil.example",
            "http://evil@127.0.0.1:8000",
            "http://127.0.0.1:8000/",
            "127.0.0.1:8000",
            "file://",
            "ftp://127.0.0.1:8000",
            "http://[::1]:8000",
            "http://127.0.0.1:8000, http://evil.example",
        ],
    )
    def test_look_alikes_are_refused(self, shared: Server, origin: str) -> None:
        for door in (Door("GET", "/"), Door("POST", RUNS), Door("WS", "/api/v1/events")):
            knock(shared, door, HOST, ("origin", origin)).problem(403, "forbidden-origin")

    def test_two_origins_are_refused(self, shared: Server) -> None:
        own = ("origin", ORIGIN)
        knock(shared, Door("GET", RUNS), HOST, own, own).problem(403, "forbidden-origin")

    def test_our_own_is_fine_and_so_is_none(self, shared: Server) -> None:
        for headers in ([HOST], [HOST, ("origin", ORIGIN)], [("host", "[::1]:8000"), ("origin", "http://[::1]:8000")]):
            assert knock(shared, Door("GET", RUNS), *headers).status == 200
            assert knock(shared, Door("WS", "/api/v1/events"), *headers).status == 101

    def test_our_own_by_https_is_fine_because_a_proxy_may_speak_it_for_us(self, make_server: MakeServer) -> None:
        server = make_server(allowed_hosts="lab.example")
        headers = [("host", "lab.example"), ("origin", "https://lab.example")]
        assert knock(server, Door("GET", RUNS), *headers).status == 200

    def test_an_allowed_host_is_no_allowed_origin_for_another(self, make_server: MakeServer) -> None:
        server = make_server(allowed_hosts="lab.example,other.example")
        headers = [("host", "lab.example"), ("origin", "https://other.example")]
        knock(server, Door("POST", RUNS), *headers).problem(403, "forbidden-origin")


class TestToken:
    """With a token set, every route asks for it."""

    @pytest.mark.parametrize("door", [door for door in DOORS if door not in WORKERS], ids=str)
    def test_without_it_and_with_a_wrong_one_every_route_refuses(self, locked: Server, door: Door) -> None:
        wrong = [
            [],
            [("authorization", "Bearer wrong")],
            [("authorization", f"Basic {TOKEN}")],
            [("authorization", TOKEN)],
            [("authorization", f"Bearer {TOKEN[:-1]}")],
            [("authorization", "Bearer ")],
            [("cookie", f"fitboard={TOKEN}")],
            [("cookie", "fitboard=")],
            [("authorization", f"Bearer {locked.settings.worker_secret}")],
        ]
        for headers in wrong:
            answer = knock(locked, door, HOST, *headers)
            assert TOKEN.encode() not in answer.body
            if door.path in OPEN:
                assert answer.status in (200, 401)
            else:
                answer.problem(401, "unauthorized")
                assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("door", [door for door in DOORS if door not in WORKERS and door.path != "/login"], ids=str)
    def test_with_it_every_route_answers(self, locked: Server, door: Door) -> None:
        answer = knock(locked, door, HOST, ("authorization", f"bearer {TOKEN}"))
        assert answer.status not in (401, 403, 421, 500)

    @pytest.mark.parametrize("door", WORKERS, ids=str)
    def test_the_workers_routes_ask_for_credentials_of_their_own(self, locked: Server, door: Door) -> None:
        body = {"worker": "w", "slots": 1, "free": 1, "hold": 0} if door.path.endswith("sync") else {"entries": []}
        sha = ("x-content-sha256", "0" * 64)
        for headers in ([], [("authorization", f"Bearer {TOKEN}")], [("authorization", "Bearer ")]):
            answer = knock(locked, door, HOST, JSON, sha, *headers, body=[json.dumps(body).encode()])
            assert answer.status in (401, 409), answer.body  # 409: of a run that isn't there any attempt is stale

    def test_of_health_a_stranger_learns_only_that_it_is_well(self, locked: Server) -> None:
        assert json.loads(knock(locked, Door("GET", "/health"), HOST).body) == {"status": "ok"}
        answer = knock(locked, Door("GET", "/health"), HOST, ("authorization", f"Bearer {TOKEN}"))
        assert "versions" in json.loads(answer.body)

    def test_an_unknown_address_is_not_told_to_strangers(self, locked: Server) -> None:
        for path in ("/nothing", "/api/v2", "//health", "/health/", "/HEALTH", "/login/x", "/api/worker"):
            knock(locked, Door("GET", path), HOST).problem(401, "unauthorized")


class TestSigningIn:
    """The printed link sets a cookie; the cookie opens everything else."""

    def test_the_link_sets_a_strict_cookie_that_does_not_hold_the_token(self, locked: Server) -> None:
        answer = knock(locked, Door("GET", f"/login?token={TOKEN}"), HOST)
        assert answer.status == 200
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert TOKEN not in cookie
        assert TOKEN.encode() not in answer.body
        assert answer.headers["cache-control"] == "no-store"
        value = cookie.partition(";")[0]
        for door in (Door("GET", RUNS), Door("GET", "/"), Door("WS", "/api/v1/events")):
            assert knock(locked, door, HOST, ("cookie", value)).status in (101, 200)
        assert knock(locked, Door("GET", RUNS), HOST, ("cookie", value[:-1])).status == 401

    def test_odd_cookies_of_other_programs_on_this_machine_do_not_sign_anybody_out(self, locked: Server) -> None:
        value = knock(locked, Door("GET", f"/login?token={TOKEN}"), HOST).headers["set-cookie"].partition(";")[0]
        for odd in ('a[b]={"c": 1}', "=", "novalue", 'x="unfinished', "é=1", "a,b=c"):
            assert knock(locked, Door("GET", RUNS), HOST, ("cookie", f"{odd}; {value}; {odd}")).status == 200, odd

    @pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", f"?token={TOKEN}x", f"?token={TOKEN}&token=x"])
    def test_a_wrong_link_is_refused_and_sets_nothing(self, locked: Server, query: str) -> None:
        answer = knock(locked, Door("GET", f"/login{query}"), HOST)
        answer.problem(401, "unauthorized")
        assert "set-cookie" not in answer.headers

    def test_the_cookie_of_another_token_opens_nothing(self, locked: Server, make_server: MakeServer) -> None:
        other = make_server(token="another token that is long enough".replace(" ", "-"))
        value = knock(locked, Door("GET", f"/login?token={TOKEN}"), HOST).headers["set-cookie"].partition(";")[0]
        knock(other, Door("GET", RUNS), HOST, ("cookie", value)).problem(401, "unauthorized")

    def test_without_a_token_there_is_nothing_to_sign_in_to(self, shared: Server) -> None:
        answer = knock(shared, Door("GET", "/login"), HOST)
        assert (answer.status, "set-cookie" in answer.headers) == (200, False)

    def test_the_token_is_never_logged(self, locked: Server, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        for path in (f"/login?token={TOKEN}", f"/login?token={TOKEN}x", f"/nothing?token={TOKEN}", RUNS):
            knock(locked, Door("GET", path), HOST, ("authorization", f"Bearer {TOKEN}"))
        assert TOKEN not in caplog.text
        assert TOKEN not in repr(locked.settings)


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

    def test_the_policy_lets_no_script_and_no_style_in_that_is_not_ours(self) -> None:
        policy = dict(part.strip().split(" ", 1) for part in HEADERS["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in HEADERS["content-security-policy"]

    def test_what_the_api_says_is_kept_nowhere(self, shared: Server) -> None:
        assert shared.http.get(RUNS).headers["cache-control"] == "no-store"

    def test_an_address_takes_only_its_methods_and_says_which(self, shared: Server) -> None:
        answer = knock(shared, Door("PATCH", RUNS), HOST)
        assert "PATCH" in answer.problem(405, "method-not-allowed")["detail"]
        assert answer.headers["allow"] == "GET, POST"
        assert knock(shared, Door("PUT", f"{RUNS}/x"), HOST).headers["allow"] == "DELETE, GET"


class TestSettings:
    """What must not start."""

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "lab.example", "[::]", "127.0.0.1.evil"])
    def test_a_bind_that_others_can_reach_needs_a_token(self, make_settings: MakeSettings, host: str) -> None:
        with pytest.raises(SettingsError, match=f"FITBOARD_HOST={re.escape(host)} can be reached from other machines"):
            create_app(make_settings(host=host))
        create_app(make_settings(host=host, token=TOKEN))

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.1.2.3"])
    def test_loopback_needs_none(self, make_settings: MakeSettings, host: str) -> None:
        create_app(make_settings(host=host))
