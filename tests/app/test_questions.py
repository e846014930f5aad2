"""Questions to workers: handed over with a sync call, answered by a call of their own, waited for and never stored."""

import base64
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app import questions
from tests.app.answerer import Answering
from tests.app.conftest import MakeServer
from tests.app.server import RUNS, Attempt, Server, beside, digest, problem

PREVIEW = "/api/v1/previews/augmentation"


@pytest.fixture
def listener(server: Server) -> Answering:
    """A worker that has just called."""
    return Answering(server)


def preview(server: Server, accept: str | None = None, **body: Any) -> Callable[[], httpx.Response]:
    """Ask for a preview; what is returned waits for the answer."""
    headers = {"Accept": accept} if accept else {}
    return beside(lambda: server.http.post(PREVIEW, json={"dataset": "digits", **body}, headers=headers))


@pytest.fixture
def trained(server: Server) -> Attempt:
    """A completed run with a saved model."""
    attempt = server.running(params={"dataset": "breast-cancer"})
    attempt.save(b"a model", "best", epoch=4)
    attempt.end()
    return attempt


def _part(name: str, filename: str | None = None, length: int = 3) -> bytes:
    """A part of a form with the boundary x."""
    file = "" if filename is None else f'; filename="{filename}"'
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{"a" * length}\r\n'.encode()


class TestPreviews:
    """``POST /api/v1/previews/augmentation``."""

    def test_is_answered_by_a_worker_that_listens(self, server: Server, listener: Answering) -> None:
        answer = preview(server, params={"rotation_range": 30, "zoom_range": [0.8, 1.2]}, seed=3, rows=2, index=5)
        asked = listener.next()
        assert asked.kind == "preview"
        wanted = {"dataset": "digits", "seed": 3, "rows": 2, "columns": 3, "index": 5, "grid": False}
        assert wanted.items() <= asked.payload.items()
        assert asked.payload["params"]["rotation_range"] == 30
        assert asked.payload["params"]["zoom_range"] == [0.8, 1.2]
        body = {"dataset": "digits", "original": ["AA=="], "images": ["AA=="] * 6, "notes": []}
        assert listener.say(asked.id, body=body).status_code == 204
        got = answer()
        assert (got.status_code, got.json()) == (200, body)

    def test_is_one_picture_for_who_accepts_a_png(self, server: Server, listener: Answering) -> None:
        answer = preview(server, accept="image/png")
        asked = listener.next()
        assert asked.payload["grid"] is True
        listener.say(asked.id, body={"grid": base64.b64encode(b"a picture").decode()})
        got = answer()
        assert (got.headers["content-type"], got.headers["vary"], got.content) == ("image/png", "Accept", b"a picture")

    def test_without_a_worker_says_how_to_start_one(self, server: Server) -> None:
        body = problem(server.http.post(PREVIEW, json={"dataset": "digits"}), 503, "no-worker")
        assert "fitboard worker" in body["detail"]

    def test_of_data_that_is_not_here_says_so_at_once(self, server: Server, listener: Answering) -> None:
        body = problem(server.http.post(PREVIEW, json={"dataset": "mnist"}), 409, "dataset-unavailable")
        assert "mnist.npz" in body["detail"]

    def test_of_auto_takes_what_is_here(self, server: Server, listener: Answering) -> None:
        answer = preview(server, dataset="auto")
        asked = listener.next()
        assert asked.payload["dataset"] == "digits"
        listener.say(asked.id, body={})
        answer()

    @pytest.mark.parametrize(
        ("params", "pointer", "words"),
        [
            ({"rotation_range": -1}, "/params/rotation_range", "rotation_range is -1. It must be 0 or more."),
            ({"rotation_range": True}, "/params/rotation_range", "true is not a number"),
            ({"zoom_range": 1}, "/params/zoom_range", "zoom_range is 1. It must be 0 or more and less than 1"),
            ({"zoom_range": [1.2, 0.8]}, "/params/zoom_range", "from the smaller factor to the larger"),
            ({"zoom_range": "0.2"}, "/params/zoom_range", "a number below 1, or a list of two factors"),
            ({"brightness_range": [0.5]}, "/params/brightness_range", "at least 2 entries"),
            ({"brightness_range": [2, 1]}, "/params/brightness_range", "from the smaller factor to the larger"),
            ({"fill_mode": "white"}, "/params/fill_mode", "one of nearest, constant, reflect or wrap"),
            ({"rotation": 3}, "/params/rotation", "There is no field 'rotation' here"),
        ],
    )
    def test_tells_which_parameter_cannot_be_used(
        self, shared: Server, params: dict[str, Any], pointer: str, words: str
    ) -> None:
        body = problem(shared.http.post(PREVIEW, json={"params": params}), 422, "invalid-input")
        assert [error["pointer"] for error in body["errors"]] == [pointer]
        assert words in body["errors"][0]["detail"]


class TestPredictions:
    """``POST /api/v1/runs/{id}/predict`` and the samples beside it."""

    def test_a_row_goes_with_the_recorded_model(self, server: Server, trained: Attempt) -> None:
        listener = Answering(server)
        answer = beside(lambda: server.http.post(f"{RUNS}/{trained.run}/predict", json={"row": [1, 2.5]}))
        asked = listener.next()
        assert (asked.kind, asked.payload["row"], asked.payload["image"]) == ("predict", [1.0, 2.5], None)
        assert asked.payload["params"]["dataset"] == "breast-cancer"
        checkpoint = asked.payload["checkpoint"]
        assert (checkpoint["kind"], checkpoint["epoch"], checkpoint["sha256"]) == ("best", 4, digest(b"a model"))
        listener.say(asked.id, body={"class": "benign"})
        assert answer().json() == {"class": "benign"}

    @pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n--\r\n\r\n\x00\xff", b"\xff\xd8\r\n"])
    def test_a_file_of_a_form_arrives_byte_for_byte(self, server: Server, trained: Attempt, content: bytes) -> None:
        listener = Answering(server)
        path = f"{RUNS}/{trained.run}/predict"
        send = {"files": {"image": ("digit.png", content)}, "data": {"checkpoint": "best"}}
        answer = beside(lambda: server.http.post(path, **send))
        asked = listener.next()
        assert base64.b64decode(asked.payload["image"]) == content
        listener.say(asked.id, body={})
        assert answer().status_code == 200
        problem(server.http.post(path, **{**send, "data": {"checkpoint": "last"}}), 404, "no-checkpoint")

    def test_the_models_bytes_are_for_workers_alone_and_by_their_recorded_digest(
        self, server: Server, trained: Attempt
    ) -> None:
        path = f"/api/worker/models/{trained.run}"
        headers = {"Authorization": f"Bearer {server.settings.worker_secret}"}
        assert server.http.get(f"{path}/{digest(b'a model')}", headers=headers).content == b"a model"
        (server.settings.data_dir / f"runs/{trained.run}/checkpoints/{digest(b'another')}.keras").write_bytes(
            b"another"
        )
        problem(server.http.get(f"{path}/{digest(b'another')}", headers=headers), 404, "no-checkpoint")
        problem(server.http.get(f"{path}/{digest(b'a model')}"), 401, "unauthorized")
        problem(server.http.post("/api/worker/answers/any", json={}), 401, "unauthorized")

    def test_samples_are_asked_for_by_lesson_and_params(self, server: Server, trained: Attempt) -> None:
        listener = Answering(server)
        answer = beside(lambda: server.http.get(f"{RUNS}/{trained.run}/samples"))
        asked = listener.next()
        assert (asked.kind, asked.payload["lesson"]) == ("samples", "first-network")
        listener.say(asked.id, body={"takes": "row", "columns": [], "samples": []})
        assert answer().json()["takes"] == "row"

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/row"), ({"row": [1], "image": "AA=="}, "/row"), ({"row": []}, "/row"), ({"row": ["1"]}, "/row/0"),
            ({"row": [1], "checkpoint": "worst"}, "/checkpoint"), ({"row": [1], "rows": 2}, "/rows"), ([], ""),
        ],
    )  # fmt: skip
    def test_what_is_no_question_is_told_before_any_worker_hears_of_it(
        self, shared: Server, body: Any, pointer: str
    ) -> None:
        answer = problem(shared.http.post(f"{RUNS}/any/predict", json=body), 422, "invalid-input")
        assert answer["errors"][0]["pointer"] == pointer

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"--y\r\n", "Invalid multipart data"),
            (b"--x\r\n\r\nno name\r\n--x--\r\n", "name"),
            (_part("image", "a") + _part("image", "b") + b"--x--\r\n", "Too many files"),
            (_part("a") + _part("b") + _part("image", "c") + b"--x--\r\n", "Too many fields"),
            (_part("a", length=2000) + b"--x--\r\n", "exceeded"),
        ],
    )
    def test_a_broken_form_is_told(self, shared: Server, content: bytes, words: str) -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(len(content))}
        sent = shared.http.post(f"{RUNS}/any/predict", content=content, headers=headers)
        assert words in problem(sent, 400, "malformed-body")["detail"]

    @pytest.mark.parametrize(
        ("content", "pointer"),
        [
            (b"--x--\r\n", "/image"),
            (_part("image", "a", length=0) + b"--x--\r\n", "/image"),
            (_part("image", "a", length=6_000_001) + b"--x--\r\n", "/image"),
            (_part("image", "a") + _part("path") + b"--x--\r\n", "/path"),
        ],
    )
    def test_a_form_without_one_fitting_file_is_told(self, shared: Server, content: bytes, pointer: str) -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(len(content))}
        sent = shared.http.post(f"{RUNS}/any/predict", content=content, headers=headers)
        assert problem(sent, 422, "invalid-input")["errors"][0]["pointer"] == pointer

    def test_a_form_is_taken_nowhere_else(self, shared: Server) -> None:
        problem(shared.http.post(PREVIEW, files={"image": b"x"}), 415, "unsupported-media-type")

    def test_a_run_without_a_model_has_nothing_to_ask(self, server: Server) -> None:
        run = server.create()["id"]
        answer = server.http.post(f"{RUNS}/{run}/predict", json={"row": [1]})
        assert "has no best checkpoint yet" in problem(answer, 404, "no-checkpoint")["detail"]


class TestWaiting:
    """What becomes of a question on its way."""

    def test_what_the_worker_objects_to_comes_back_as_its_problem(self, server: Server, listener: Answering) -> None:
        answer = preview(server, index=9_999_999)
        objection = {"pointer": "/index", "code": "too_large", "detail": "index is 9999999."}
        refusal = {"kind": "invalid-input", "detail": "index is 9999999.", "objections": [objection]}
        listener.say(listener.next().id, refusal=refusal)
        assert problem(answer(), 422, "invalid-input")["errors"] == [objection]

    def test_an_answer_that_is_on_its_way_says_when_to_ask_again(self, server: Server, listener: Answering) -> None:
        answer = preview(server)
        listener.say(listener.next().id, refusal={"kind": "no-answer", "detail": "It is measured.", "later": True})
        assert answer().headers["retry-after"] == "2"
        problem(answer(), 503, "no-answer")

    def test_a_worker_that_does_not_listen_is_asked_nothing(self, server: Server, listener: Answering) -> None:
        answer = preview(server)
        assert listener.worker.sync(free=0, listens=False, hold=0.2).questions == []
        listener.say(listener.next().id, body={})
        assert answer().status_code == 200

    def test_a_question_that_got_lost_on_its_way_is_handed_over_again(
        self, server: Server, listener: Answering
    ) -> None:
        answer = preview(server)
        lost = listener.next()
        assert listener.worker.sync(free=0, listens=True, questions=[lost.id]).questions == [], "it has it"
        assert listener.next(hold=0) == lost
        listener.say(lost.id, body={})
        assert answer().status_code == 200

    def test_a_worker_gets_two_at_a_time_and_the_next_as_soon_as_one_is_answered(
        self, server: Server, listener: Answering
    ) -> None:
        answers = [preview(server, seed=seed) for seed in range(3)]
        held: list[str] = []
        while len(held) < 2:
            more = listener.worker.sync(free=0, listens=True, hold=5, questions=held)
            held += [one.id for one in more.questions]
        third = beside(lambda: listener.worker.sync(free=0, listens=True, hold=10, questions=held))
        listener.say(held[0], body={})
        [last] = third().questions
        assert last.id not in held
        for one in (held[1], last.id):
            listener.say(one, body={})
        assert [answer().status_code for answer in answers] == [200, 200, 200]

    def test_nobody_waits_for_ever(self, server: Server, listener: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(questions.Questions.ask, "__defaults__", (0.05,))
        answer = preview(server)()
        assert "Ask again" in problem(answer, 503, "no-answer")["detail"]
        assert answer.headers["retry-after"] == "2"
        assert listener.worker.sync(free=0, listens=True).questions == [], "it is taken back"

    def test_an_answer_that_comes_too_late_is_taken_and_forgotten(self, listener: Answering) -> None:
        assert listener.say("longgone", body={}).status_code == 204

    def test_too_many_questions_are_refused(
        self, server: Server, listener: Answering, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(questions, "MOST", 1)
        first = preview(server)
        asked = listener.next()
        assert problem(preview(server)(), 503, "busy")["detail"].startswith("1 questions wait")
        listener.say(asked.id, body={})
        assert first().status_code == 200

    def test_whoever_waits_is_answered_when_the_server_stops(self, make_server: MakeServer) -> None:
        server = make_server()
        listener = Answering(server)
        answer = preview(server)
        listener.next()
        began = time.monotonic()
        server.board.stop_waiting()
        problem(answer(), 503, "no-answer")
        assert time.monotonic() - began < 5
