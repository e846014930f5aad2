"""With a token set every route asks for it; a printed link lets a browser in."""

import json
import logging

import pytest

from tests.app.conftest import MakeServer
from tests.app.knocking import DOORS, HOST, JSON, TOKEN, WORKERS, Door, knock
from tests.app.server import RUNS, Server

OPEN = {"/health", "/login"}
"""What a stranger may ask in spite of a token: is the server there, and the sign-in itself."""


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

    def test_a_person_without_it_gets_a_page_that_says_what_to_do(self, locked: Server) -> None:
        answer = locked.http.get("/runs", headers={"Accept": "text/html,application/xhtml+xml"})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-security-policy"]
        assert "open the link that the server printed" in answer.text

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
