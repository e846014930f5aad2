"""Real sockets: what is live goes past ASGI, in the same order, once each, and with the same ends."""

import json
import random
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from app import sockets
from app.hub import QUEUE
from tests.app.server import Attempt, Server, beside
from tests.app.wire import Wire, read, wired
from tests.running import wait_until

BEGUN = 3
"""Events of a run that a worker has just taken."""


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    """A port of the server."""
    with wired(server) as wire:
        yield wire


def lines(attempt: Attempt, count: int, length: int = 1) -> None:
    """Report so many lines of a log."""
    for start in range(0, count, 500):
        batch = [attempt.entry("log", level="info", message="x" * length) for _ in range(min(500, count - start))]
        assert attempt.post(*batch).status_code == 200


class TestTheOutlet:
    """What is relied on in uvicorn and websockets: see the module :mod:`app.sockets`."""

    def test_live_events_go_past_asgi(self, server: Server, wire: Wire) -> None:
        attempt = server.running()
        with connect(wire.address(attempt.run)) as opened, connect(wire.address()) as everything:
            replayed = [opened.recv(timeout=10) for _ in range(BEGUN)]
            wire.arrived(2)
            for epoch in range(5):
                attempt.epoch(epoch, loss=0.5)
            live = [json.loads(opened.recv(timeout=10)) for _ in range(5)]
            assert [event["seq"] for event in live] == list(range(BEGUN + 1, BEGUN + 6))
            told = [json.loads(everything.recv(timeout=10)) for _ in range(5)]
            assert told == [{"run": attempt.run, **event} for event in live]
            assert wire.messages == replayed, "events go as messages: has uvicorn changed what app/sockets.py needs?"

    def test_without_an_outlet_events_go_as_messages(self, server: Server) -> None:
        attempt = server.running()
        with wired(server, ws="websockets-sansio") as wire, connect(wire.address(attempt.run)) as opened:
            wire.arrived(1)
            attempt.epoch(0, loss=0.5)
            attempt.end()
            assert read(opened) == ([1, 2, 3, 4, 5], 1000)
            assert len(wire.messages) == 5

    def test_a_watcher_that_takes_nothing_at_all_is_given_up(
        self, server: Server, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sockets, "GIVE_UP", 0.2)
        attempt = server.running()
        with wire.stuck(attempt.run):
            wire.arrived(1)
            lines(attempt, 1000, 500)
            wait_until(lambda: wire.watchers == 0, what="the watcher to be gone")


class TestOrder:
    """Each event once, in order, whoever comes when and reads how fast."""

    def test_two_hundred_watchers_that_come_while_it_happens_see_each_event_once(
        self, server: Server, wire: Wire
    ) -> None:
        attempt = server.running()
        chance = random.Random(11)
        afters = [chance.randint(0, 150) for _ in range(200)]
        watching = beside(lambda: wire.crowd(attempt.run, afters))
        wait_until(lambda: wire.watchers > 10, what="the first watchers")
        for _ in range(100):
            lines(attempt, 2)
        wire.arrived(len(afters))
        lines(attempt, 50)
        attempt.end()
        last = BEGUN + attempt.sent
        for after, (seen, code) in zip(afters, watching(), strict=True):
            assert (seen, code) == (list(range(after + 1, last + 1)), 1000)

    def test_who_stops_reading_for_a_while_is_told_all_of_it(self, server: Server, wire: Wire) -> None:
        attempt = server.running()
        with wire.stuck(attempt.run, BEGUN) as slow:
            wire.arrived(1)
            lines(attempt, 1500, 200)
            wait_until(lambda: len(wire.messages) > 0, what="events that had to wait")
            reading = beside(lambda: read(slow))
            wait_until(lambda: len(wire.messages) > 1000, what="what has waited")
            for _ in range(20):
                lines(attempt, 10)
            attempt.end()
            assert reading() == (list(range(BEGUN + 1, BEGUN + attempt.sent + 1)), 1000)


class TestEnds:
    """Codes and refusals are those of :mod:`app.api.stream`."""

    def test_a_slow_one_delays_nobody_and_is_closed_with_4008(self, server: Server, wire: Wire) -> None:
        attempt = server.running()
        quick = 40
        with wire.stuck(attempt.run, BEGUN) as slow:
            watching = beside(lambda: wire.crowd(attempt.run, [BEGUN] * quick))
            wire.arrived(quick + 1)
            lines(attempt, QUEUE + 2000, 100)
            wait_until(lambda: wire.watchers == quick, what="the slow one to be dropped")
            attempt.end()
            last = BEGUN + attempt.sent
            assert watching() == [(list(range(BEGUN + 1, last + 1)), 1000)] * quick
            seen, code = read(slow)
        assert code == 4008
        assert seen == list(range(BEGUN + 1, seen[-1] + 1))
        assert QUEUE < len(seen) < attempt.sent
        assert wire.crowd(attempt.run, [seen[-1]]) == [(list(range(seen[-1] + 1, last + 1)), 1000)]

    def test_the_end_comes_through_with_all_before_it(self, server: Server, wire: Wire) -> None:
        attempt = server.running()
        watching = beside(lambda: wire.crowd(attempt.run, [BEGUN] * 50))
        wire.arrived(50)
        lines(attempt, 5)
        attempt.end()
        assert watching() == [(list(range(BEGUN + 1, BEGUN + 7)), 1000)] * 50
        wait_until(lambda: wire.watchers == 0, what="nobody to be remembered")

    def test_an_unknown_run_and_a_bad_place_have_their_codes(self, server: Server, wire: Wire) -> None:
        run = server.create()["id"]
        assert wire.crowd("nothing", [0]) == [([], 4004)]
        assert wire.crowd(run, [-1]) == [([], 4000)]

    def test_without_access_the_handshake_is_refused(self, wire: Wire) -> None:
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(wire.address(), origin=Origin("http://elsewhere.example")),
        ):
            pass
        assert refused.value.response.status_code == 403
