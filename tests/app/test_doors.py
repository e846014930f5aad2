"""The doors: every route and socket, asked from a foreign host and from a foreign origin."""

import re

import pytest

from app.main import create_app
from app.settings import SettingsError
from tests.app.conftest import MakeServer, MakeSettings
from tests.app.knocking import DOORS, HOST, TOKEN, Door, knock
from tests.app.server import ORIGIN, RUNS, Server


def test_the_table_holds_what_is_known_to_be_there() -> None:
    known = {
        "GET /health", "GET /login", "POST /api/v1/runs", "DELETE /api/v1/runs/x", "WS /api/v1/events",
        "WS /api/v1/runs/x/events", "PUT /api/worker/runs/x/attempts/1/checkpoints/best", "GET /", "GET /docs",
        "GET /openapi.json", "GET /static/x/x",
    }  # fmt: skip
    assert known <= {str(door) for door in DOORS}
    assert len(DOORS) > 25


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
