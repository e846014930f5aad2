"""Runs by the public API: create, read, wait, cancel, delete."""

from pathlib import Path
from typing import Any

import pytest

from app.schemas import RunShape
from jobs.lessons.registry import LESSONS
from tests.app.conftest import MakeServer
from tests.app.server import ORIGIN, RUNS, Server, beside, problem
from tests.datafiles import write_csv_files

DEFAULTS = {
    "dataset": "breast-cancer",
    "target": "",
    "header": "auto",
    "separator": "auto",
    "scale_features": True,
    "validation_split": 0.2,
    "hidden_layers": [12, 8],
    "activation": "relu",
    "kernel_initializer": "glorot_uniform",
    "optimizer": "adam",
    "learning_rate": 0.001,
    "epochs": 150,
    "batch_size": 10,
    "seed": 7,
}


def test_a_run_of_nothing_but_its_lesson_takes_the_defaults_and_the_dataset_that_is_here(server: Server) -> None:
    answer = server.http.post(RUNS, json={"lesson": "first-network"})
    run = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{RUNS}/{run['id']}"
    assert run["params"] == DEFAULTS
    assert (run["status"], run["reason"], run["attempt"], run["queue_position"]) == ("queued", None, 0, 1)
    assert run["name"] == "Your first neural network"
    assert run["tags"] == []
    assert run["epochs"] == 150
    assert run["created_at"].endswith("Z")
    unknown_yet = ("stage", "epoch", "eta_seconds", "best", "last", "result", "error", "backend", "route", "device")
    assert all(run[name] is None for name in (*unknown_yet, "started_at", "finished_at", "sweep"))
    assert server.http.get(answer.headers["location"]).json() == run


def test_what_is_given_is_kept_and_the_rest_takes_its_default(server: Server) -> None:
    run = server.create(params={"epochs": 20, "hidden_layers": [3]}, name="  small  ", tags=["try", "a", "try"])
    assert run["params"] == {**DEFAULTS, "epochs": 20, "hidden_layers": [3]}
    assert run["name"] == "small"
    assert run["tags"] == ["a", "try"]


def test_a_whole_number_may_be_written_as_a_float(server: Server) -> None:
    assert server.create(params={"epochs": 20.0})["params"]["epochs"] == 20


def test_the_choice_of_dataset_is_told_in_the_log(server: Server) -> None:
    run = server.create()
    server.http.post(f"{RUNS}/{run['id']}/cancel")
    logs = [event["data"]["message"] for event in server.events(run["id"]) if event["type"] == "log"]
    assert len(logs) == 1
    assert logs[0].startswith("dataset auto took breast-cancer: 569 rows")


def test_every_link_of_a_run_leads_somewhere(server: Server) -> None:
    run = server.create()
    for name, address in run["links"].items():
        if name == "events":
            with server.watch(address) as socket:
                assert socket.receive_json()["seq"] == 1
        else:
            assert server.http.get(address).status_code == 200, name


def test_a_run_is_answered_in_its_documented_shape_field_by_field_wherever_it_is_answered(server: Server) -> None:
    attempt = server.running(tags=["a"])
    best = {"epoch": 0, "monitor": "val_loss", "value": 0.5}
    attempt.tell("epoch", epoch=0, metrics={"loss": 0.5, "val_loss": None}, seconds=1, best=best)
    attempt.end("failed", reason="diverged", error={"title": "It diverged", "detail": "Use less."})
    run = server.read(attempt.run)
    assert run["best"] == best
    shape = RunShape.model_validate(run).model_dump(mode="json")
    assert (run, list(run), list(run["links"])) == (shape, list(shape), list(shape["links"]))
    assert server.http.get(RUNS).json()["items"] == [run]


def test_ids_tell_nothing_of_the_order(server: Server) -> None:
    ids = [server.create()["id"] for _ in range(4)]
    assert all(len(one) == 12 and one.isalnum() for one in ids)
    assert len(set(ids)) == 4


def test_unknown_runs_are_said_to_be_unknown(shared: Server) -> None:
    parts = ["", "/history", "/history.csv", "/checkpoints", "/checkpoints/best", "/script.py"]
    for part in parts:
        body = problem(shared.http.get(f"{RUNS}/nothing{part}"), 404, "unknown-run")
        assert "'nothing'" in body["detail"]
    problem(shared.http.post(f"{RUNS}/nothing/cancel"), 404, "unknown-run")
    problem(shared.http.delete(f"{RUNS}/nothing"), 404, "unknown-run")


class TestIdempotency:
    """``Idempotency-Key``: the same request makes one run, however often it is sent."""

    def send(self, server: Server, key: str, **fields: Any) -> Any:
        return server.http.post(RUNS, json={"lesson": "first-network", **fields}, headers={"Idempotency-Key": key})

    def test_the_same_key_and_body_answer_the_same_run(self, server: Server) -> None:
        first, second = self.send(server, "k1", name="one"), self.send(server, "k1", name="one")
        assert second.status_code == 201
        assert second.json() == first.json()
        assert second.headers["location"] == first.headers["location"]
        assert len(server.http.get(RUNS).json()["items"]) == 1

    def test_a_default_written_out_is_the_same_body(self, server: Server) -> None:
        assert self.send(server, "k1").json() == self.send(server, "k1", params={"epochs": 150}).json()

    def test_another_body_is_a_conflict_that_names_the_run(self, server: Server) -> None:
        run = self.send(server, "k1", name="one").json()
        body = problem(self.send(server, "k1", name="two"), 409, "idempotency-conflict")
        assert run["id"] in body["detail"]
        assert "'k1'" in body["detail"]

    def test_a_repeated_request_gets_its_run_even_if_the_dataset_has_gone(
        self, make_server: MakeServer, tmp_path: Path
    ) -> None:
        folder = write_csv_files(tmp_path / "course")
        server = make_server(datasets_dir=folder)
        first = self.send(server, "k1", params={"dataset": "ionosphere"})
        (folder / "ionosphere.csv").unlink()
        problem(self.send(server, "k2", params={"dataset": "ionosphere"}), 409, "dataset-unavailable")
        assert self.send(server, "k1", params={"dataset": "ionosphere"}).json() == first.json()

    def test_two_at_once_make_one_run(self, server: Server) -> None:
        waiting = [beside(lambda: self.send(server, "k1").json()["id"]) for _ in range(8)]
        assert len({wait() for wait in waiting}) == 1

    def test_after_the_run_is_deleted_the_key_is_free(self, server: Server) -> None:
        run = self.send(server, "k1", name="one").json()
        server.http.delete(f"{RUNS}/{run['id']}")
        assert self.send(server, "k1", name="two").status_code == 201

    def test_a_key_that_is_no_word_is_refused(self, server: Server) -> None:
        body = problem(self.send(server, "two words"), 422, "invalid-input")
        assert body["errors"][0]["pointer"] == "/header/idempotency-key"


class TestWaiting:
    """``Prefer: wait=N``."""

    def test_the_answer_comes_with_the_end_of_the_run(self, server: Server) -> None:
        answer = beside(lambda: server.http.post(RUNS, json={"lesson": "first-network"}, headers={"Prefer": "wait=30"}))
        worker = server.worker()
        worker.sync(hold=10)
        attempt = worker.attempts[0]
        attempt.epoch(0, loss=0.5)
        attempt.end()
        done = answer()
        assert done.json()["status"] == "completed"
        assert done.json()["last"] == {"loss": 0.5}
        assert done.headers["preference-applied"] == "wait=30"

    def test_when_the_time_is_over_the_run_is_answered_as_it_stands(self, server: Server) -> None:
        server.http.headers["Prefer"] = "respond-async, wait=1"
        run = server.create()
        assert run["status"] == "queued"

    def test_a_run_deleted_meanwhile_is_unknown(self, server: Server) -> None:
        answer = beside(lambda: server.http.post(RUNS, json={"lesson": "first-network"}, headers={"Prefer": "wait=30"}))
        worker = server.worker()
        worker.sync(hold=10)
        attempt = worker.attempts[0]
        attempt.end("released")
        server.http.delete(f"{RUNS}/{attempt.run}")
        problem(answer(), 404, "unknown-run")

    def test_the_end_of_the_server_ends_the_waiting(self, server: Server) -> None:
        answer = beside(
            lambda: server.http.post(RUNS, json={"lesson": "first-network"}, headers={"Prefer": "wait=600"})
        )
        server.worker().sync(hold=10)
        server.board.hub.close()
        assert answer().json()["status"] == "running"

    @pytest.mark.parametrize("prefer", ["wait=0", "wait", "wait=x", "handling=lenient", "wait=-5"])
    def test_other_preferences_do_not_wait(self, server: Server, prefer: str) -> None:
        server.http.headers["Prefer"] = prefer
        assert server.create()["status"] == "queued"


class TestQueue:
    """The place in the queue, in the order of arrival."""

    def test_runs_stand_in_the_order_in_which_they_came(self, server: Server) -> None:
        ids = [server.create()["id"] for _ in range(3)]
        assert [server.read(one)["queue_position"] for one in ids] == [1, 2, 3]
        server.worker().claim()
        assert [server.read(one)["queue_position"] for one in ids] == [None, 1, 2]
        assert server.http.get("/health").json()["queue_length"] == 2

    def test_a_canceled_run_leaves_its_place(self, server: Server) -> None:
        first, second = server.create()["id"], server.create()["id"]
        server.http.post(f"{RUNS}/{first}/cancel")
        assert server.read(second)["queue_position"] == 1


class TestCancel:
    """``POST /runs/{id}/cancel``."""

    def test_a_queued_run_is_canceled_at_once(self, server: Server) -> None:
        run = server.create()["id"]
        answer = server.http.post(f"{RUNS}/{run}/cancel")
        assert answer.status_code == 202
        assert (answer.json()["status"], answer.json()["reason"]) == ("canceled", "canceled")
        assert answer.json()["finished_at"]
        assert server.worker().sync().start == []

    def test_a_running_run_is_asked_to_stop_and_goes_on_until_its_worker_says_so(self, server: Server) -> None:
        attempt = server.running()
        for _ in range(2):
            answer = server.http.post(f"{RUNS}/{attempt.run}/cancel")
            assert answer.status_code == 202
            assert (answer.json()["status"], answer.json()["reason"]) == ("running", "cancel-requested")
        attempt.end("canceled")
        assert server.read(attempt.run)["status"] == "canceled"
        kinds = [event["data"].get("reason") for event in server.events(attempt.run) if event["type"] == "status"]
        assert kinds == [None, None, "cancel-requested", "canceled"]

    def test_an_ended_run_cannot_be_canceled(self, server: Server) -> None:
        attempt = server.running()
        attempt.end()
        body = problem(server.http.post(f"{RUNS}/{attempt.run}/cancel"), 409, "wrong-status")
        assert "completed" in body["detail"]


class TestDelete:
    """``DELETE /runs/{id}``."""

    def test_an_ended_run_goes_with_all_that_belongs_to_it(self, server: Server) -> None:
        attempt = server.running(tags=["a"])
        attempt.epoch(0, loss=1.0)
        attempt.save(b"model")
        attempt.end()
        answer = server.http.delete(f"{RUNS}/{attempt.run}")
        assert (answer.status_code, answer.content) == (204, b"")
        problem(server.http.get(f"{RUNS}/{attempt.run}"), 404, "unknown-run")
        assert server.http.get(RUNS).json()["items"] == []
        assert server.http.get(f"{RUNS}?tag=a").json()["items"] == []
        assert list((server.settings.data_dir / "runs").iterdir()) == []

    def test_a_queued_run_can_be_deleted(self, server: Server) -> None:
        run = server.create()["id"]
        assert server.http.delete(f"{RUNS}/{run}").status_code == 204
        assert server.worker().sync().start == []

    def test_a_running_run_cannot(self, server: Server) -> None:
        attempt = server.running()
        body = problem(server.http.delete(f"{RUNS}/{attempt.run}"), 409, "wrong-status")
        assert "Cancel it first" in body["detail"]
        assert server.read(attempt.run)["status"] == "running"


def test_everything_is_there_after_the_server_has_ended_and_started_again(make_server: MakeServer) -> None:
    server = make_server()
    attempt = server.running(name="kept", tags=["a"])
    attempt.epoch(0, loss=0.25)
    attempt.save(b"model")
    attempt.end(outcome="failed", reason="diverged", error={"title": "It diverged", "detail": "Use less."})
    queued = server.create()
    before = {name: server.http.get(f"{RUNS}{name}").json() for name in ["", f"/{attempt.run}/history"]}
    events = server.events(attempt.run)
    again = make_server()
    after = {name: again.http.get(f"{RUNS}{name}").json() for name in before}
    # The worker is the first server's: what waits is told so until one comes.
    assert [items["items"][0].pop("waits_for") for items in (before[""], after[""])] == [None, "a worker"]
    assert after == before
    assert again.events(attempt.run) == events
    assert again.http.get(f"{RUNS}/{attempt.run}/checkpoints/best").content == b"model"
    assert again.worker("other").claim().run == queued["id"]


def test_the_catalogue_holds_the_lesson_with_all_that_is_needed_to_run_it(shared: Server) -> None:
    items = shared.http.get("/api/v1/lessons").json()["items"]
    assert [item["slug"] for item in items] == [lesson.slug for lesson in LESSONS]
    lesson = shared.http.get("/api/v1/lessons/first-network").json()
    assert set(lesson["parameters"]["properties"]) == set(DEFAULTS)
    assert [one["name"] for one in lesson["datasets"]] == ["pima-indians-diabetes", "ionosphere", "breast-cancer"]
    assert [one["source"] for one in lesson["datasets"]] == ["absent", "absent", "bundled"]
    for preset in lesson["presets"]:
        answer = shared.http.post(f"/api/v1/lessons/{lesson['slug']}/script", json=preset["values"])
        needs_pima = preset["values"].get("dataset") == "pima-indians-diabetes"
        assert answer.status_code == (409 if needs_pima else 200)
    problem(shared.http.get("/api/v1/lessons/cooking"), 404, "unknown-lesson")


def test_the_script_for_parameters_is_the_script_of_a_run_with_them(server: Server) -> None:
    params = {"epochs": 3, "seed": 1}
    run = server.create(params=params)
    written = server.http.post("/api/v1/lessons/first-network/script", json=params).json()
    answer = server.http.get(run["links"]["script"])
    assert answer.headers["content-type"].startswith("text/x-python")
    assert written["filename"] == "first-network.py"
    assert answer.text.count("\n") >= 20
    compile(answer.text, "script.py", "exec")
    assert answer.text == written["script"]


@pytest.mark.parametrize("jit_compile", [True, False])
def test_the_script_compiles_as_the_run_did(server: Server, jit_compile: bool) -> None:
    attempt = server.running()
    attempt.tell("environment", backend="tensorflow", device="CPU", route="plain", jit_compile=jit_compile, versions={})
    text = server.http.get(f"/api/v1/runs/{attempt.run}/script.py").text
    assert f"jit_compile={jit_compile}," in text


def test_the_script_names_a_backend_that_is_not_the_usual_one(server: Server) -> None:
    attempt = server.running()
    attempt.tell("environment", backend="jax", device="CPU", route="compiled", jit_compile=True, versions={})
    text = server.http.get(f"/api/v1/runs/{attempt.run}/script.py").text
    assert text.index('os.environ["KERAS_BACKEND"] = "jax"') < text.index("import keras")
    assert "Needs keras, jax, numpy" in text
    assert "KERAS_BACKEND" not in server.http.get(f"{server.create()['links']['script']}").text


def test_health_tells_versions_database_workers_and_queue(server: Server) -> None:
    server.create()
    server.create()
    server.worker("one", slots=1).sync(devices=["GPU 0"])
    health = server.http.get("/health").json()
    assert health["status"] == "ok"
    assert set(health["versions"]) == {"fitboard", "keras", "tensorflow"}
    assert health["database"] == "sqlite"
    assert health["workers"] == [{"name": "one", "slots": 1, "free": 1, "devices": ["GPU 0"]}]
    assert health["queue_length"] == 1
    assert server.http.get("/health", headers={"Origin": ORIGIN}).status_code == 200
