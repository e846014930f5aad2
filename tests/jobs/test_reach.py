"""Asking whether an address answers never makes anybody wait for long."""

import threading

from jobs.datasets.reach import REMEMBERED, Reach


def test_an_answer_is_remembered_for_a_while() -> None:
    asked: list[str] = []
    time = [100.0]

    def ask(url: str) -> bool:
        asked.append(url)
        return True

    reach = Reach(ask=ask, clock=lambda: time[0])
    assert reach("http://a")
    assert reach("http://a")
    time[0] += REMEMBERED - 1
    assert reach("http://a")
    assert asked == ["http://a"]
    time[0] += 2
    assert reach("http://a")
    assert asked == ["http://a", "http://a"]


def test_an_answer_that_takes_too_long_counts_as_no_until_it_comes() -> None:
    come, answered = threading.Event(), threading.Event()

    def ask(_url: str) -> bool:
        come.wait(30)
        answered.set()
        return True

    reach = Reach(ask=ask, patience=0.05)
    assert not reach("http://slow")
    assert not reach("http://slow"), "the question is still out; nobody waits again"
    come.set()
    answered.wait(30)
    while not reach("http://slow"):
        pass


def test_a_question_that_fails_is_a_no() -> None:
    def ask(_url: str) -> bool:
        raise RuntimeError("no network at all")

    assert not Reach(ask=ask)("http://a")
