"""Sweeps: one run for each combination, all or none, each as good as one that was queued by itself."""

from typing import Any

import httpx
import pytest

from tests.app.server import RUNS, Server, problem

SWEEPS = "/api/v1/sweeps"


def post(server: Server, key: str | None = None, **fields: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = server.http.post(SWEEPS, json={"lesson": "first-network", **fields}, headers=headers)
    assert isinstance(answer, httpx.Response)
    return answer


def sweep(server: Server, **fields: Any) -> dict[str, Any]:
    answer = post(server, **fields)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def runs_of(server: Server) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = server.http.get(RUNS).json()["items"]
    return items


def errors(answer: httpx.Response, kind: str = "invalid-input", status: int = 422) -> dict[str, str]:
    return {one["pointer"]: one["detail"] for one in problem(answer, status, kind)["errors"]}


class TestMaking:
    """``POST /sweeps``."""

    def test_there_is_a_run_for_each_combination_and_the_last_field_changes_fastest(self, server: Server) -> None:
        grid = {"hidden_layers": [[4], [12, 8]], "epochs": [2, 3], "scale_features": [True, False]}
        answer = post(server, params={"batch_size": 20, "seed": 3}, grid=grid, name="Small or large", tags=["try"])
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert answer.headers["Location"] == f"{SWEEPS}/{made['id']}" == made["links"]["self"]
        assert (made["name"], made["lesson"], made["grid"]) == ("Small or large", "first-network", grid)
        tried = [tuple(run["params"][name] for name in grid) for run in made["runs"]]
        assert tried == [
            ([4], 2, True), ([4], 2, False), ([4], 3, True), ([4], 3, False),
            ([12, 8], 2, True), ([12, 8], 2, False), ([12, 8], 3, True), ([12, 8], 3, False),
        ]  # fmt: skip
        for place, run in enumerate(made["runs"], 1):
            assert run["sweep"] == made["id"]
            assert (run["status"], run["queue_position"], run["tags"]) == ("queued", place, ["try"])
            assert run["params"]["batch_size"] == 20
            assert run["params"]["dataset"] == "breast-cancer", "auto was resolved"
            assert run == server.read(run["id"])
        assert made["runs"][1]["name"] == "Small or large: hidden_layers 4 · epochs 2 · scale_features false"
        assert made["statuses"] == {"queued": 8}
        assert made["params"] == {name: value for name, value in run["params"].items() if name not in grid}

    def test_the_order_is_that_of_the_request(self, server: Server) -> None:
        made = sweep(server, grid={"seed": [1, 2], "epochs": [5, 6]})
        assert [(run["params"]["seed"], run["params"]["epochs"]) for run in made["runs"]] == [
            (1, 5), (1, 6), (2, 5), (2, 6)
        ]  # fmt: skip
        assert list(made["grid"]) == ["seed", "epochs"]
        assert list(server.http.get(f"{SWEEPS}/{made['id']}").json()["grid"]) == ["seed", "epochs"]

    def test_a_field_in_params_and_grid_is_taken_from_the_grid(self, server: Server) -> None:
        made = sweep(server, params={"epochs": 9}, grid={"epochs": [1, 2]})
        assert [run["params"]["epochs"] for run in made["runs"]] == [1, 2]
        assert "epochs" not in made["params"]

    def test_without_a_name_it_is_called_as_the_lesson(self, server: Server) -> None:
        made = sweep(server, grid={"epochs": [1]})
        assert made["name"] == "Your first neural network"
        assert made["runs"][0]["name"] == "Your first neural network: epochs 1"

    def test_a_long_name_is_cut_for_the_runs(self, server: Server) -> None:
        made = sweep(server, name="x" * 199, grid={"epochs": [1]})
        assert len(made["runs"][0]["name"]) == 200

    def test_its_runs_are_trained_one_after_another(self, server: Server) -> None:
        made = sweep(server, grid={"epochs": [1, 2]})
        first = server.worker().claim()
        assert first.run == made["runs"][0]["id"]
        first.epoch(0, loss=0.5)
        first.end()
        assert server.http.get(f"{SWEEPS}/{made['id']}").json()["statuses"] == {"completed": 1, "queued": 1}


class TestRefusing:
    """What is wrong with one combination refuses them all."""

    @pytest.mark.parametrize(
        ("fields", "pointer", "words"),
        [
            ({"grid": {"epochs": [5, 0, 7]}}, "/grid/epochs/1", "epochs, entry 2, is 0. It must be 1 or more."),
            ({"grid": {"epochs": [5, "many"]}}, "/grid/epochs/1", '"many" is not a number'),
            ({"grid": {"epochs": []}}, "/grid/epochs", "must have at least 1 entry"),
            ({"grid": {"epochs": 5}}, "/grid/epochs", "must be a list"),
            ({"grid": {"momentum": [0.9]}}, "/grid/momentum", "There is no field 'momentum' here"),
            ({"grid": {"optimizer": ["adam", "magic"]}}, "/grid/optimizer/1", "must be one of adam, sgd"),
            ({"grid": {"hidden_layers": [[4], [4, 0]]}}, "/grid/hidden_layers/1/1", "must be 1 or more"),
            ({"grid": [1]}, "/grid", "must be a JSON object"),
            ({}, "/grid", "grid is missing"),
            ({"params": {"epochs": 0}, "grid": {"seed": [1]}}, "/params/epochs", "must be 1 or more"),
            ({"grid": {"seed": [1]}, "colour": "red"}, "/colour", "There is no field 'colour' here"),
            ({"grid": {"seed": list(range(13)), "epochs": [1, 2, 3, 4, 5]}}, "/grid", "has 65 combinations"),
            ({"lesson": "none", "grid": {}}, "/lesson", "There is no lesson 'none'"),
        ],
    )
    def test_a_value_that_cannot_be_used(
        self, shared: Server, fields: dict[str, Any], pointer: str, words: str
    ) -> None:
        found = errors(post(shared, **fields))
        assert list(found) == [pointer]
        assert words in found[pointer]
        assert runs_of(shared) == []
        assert shared.http.get(SWEEPS).json()["items"] == []

    def test_a_value_that_is_no_finite_number(self, shared: Server) -> None:
        body = '{"lesson": "first-network", "grid": {"learning_rate": [0.1, NaN]}}'
        answer = shared.http.post(SWEEPS, content=body, headers={"Content-Type": "application/json"})
        assert "must be a finite number" in errors(answer)["/grid/learning_rate/1"]

    def test_what_does_not_fit_the_data_is_told_once_and_where_it_stands(self, shared: Server) -> None:
        grid = {"batch_size": [10, 4096], "seed": [1, 2], "validation_split": [0.2]}
        found = errors(post(shared, grid=grid))
        assert list(found) == ["/grid/batch_size/1"]
        assert "4096 is larger than" in found["/grid/batch_size/1"]
        assert list(errors(post(shared, params={"batch_size": 4096}, grid={"seed": [1, 2]}))) == ["/params/batch_size"]
        assert runs_of(shared) == []

    def test_a_dataset_that_is_not_here(self, shared: Server) -> None:
        answer = post(shared, grid={"dataset": ["breast-cancer", "pima-indians-diabetes"]})
        assert list(errors(answer, "dataset-unavailable", 409)) == ["/grid/dataset/1"]


class TestSendingAgain:
    """``Idempotency-Key``: the same request makes one sweep, however often it is sent."""

    def test_the_same_request_makes_one_sweep(self, server: Server) -> None:
        first, again = (post(server, "one", grid={"epochs": [1, 2]}) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert first.headers["Location"] == again.headers["Location"]
        assert len(runs_of(server)) == 2

    def test_another_request_with_the_same_key_is_refused(self, server: Server) -> None:
        made = post(server, "one", grid={"seed": [1], "epochs": [1, 2]}).json()
        answer = post(server, "one", grid={"epochs": [1, 2], "seed": [1]})
        assert made["id"] in problem(answer, 409, "idempotency-conflict")["detail"]
        assert len(runs_of(server)) == 2


class TestReading:
    """Lists and single sweeps."""

    def test_the_list_is_paged_newest_first_and_says_how_the_runs_stand(self, server: Server) -> None:
        made = [sweep(server, name=f"number {number}", grid={"epochs": [1, 2]}) for number in range(5)]
        server.http.post(f"{RUNS}/{made[4]['runs'][0]['id']}/cancel")
        pages = [server.http.get(f"{SWEEPS}?limit=2").json()]
        while cursor := pages[-1]["next_cursor"]:
            pages.append(server.http.get(f"{SWEEPS}?limit=2&cursor={cursor}").json())
        assert [len(page["items"]) for page in pages] == [2, 2, 1]
        listed = [item for page in pages for item in page["items"]]
        assert [item["id"] for item in listed] == [one["id"] for one in reversed(made)]
        assert [item["statuses"] for item in listed] == [{"canceled": 1, "queued": 1}] + [{"queued": 2}] * 4
        assert all("runs" not in item for item in listed)

    def test_a_strange_cursor_and_an_unknown_sweep_are_said_so(self, shared: Server) -> None:
        assert list(errors(shared.http.get(f"{SWEEPS}?cursor=x"))) == ["/query/cursor"]
        assert "'none'" in problem(shared.http.get(f"{SWEEPS}/none"), 404, "unknown-sweep")["detail"]

    def test_runs_are_listed_by_sweep(self, server: Server) -> None:
        alone = server.create()
        first, second = (sweep(server, grid={"epochs": [1, 2]}) for _ in range(2))
        listed = server.http.get(RUNS, params={"sweep": first["id"]}).json()["items"]
        assert listed == list(reversed(first["runs"]))
        oldest = server.http.get(RUNS, params={"sweep": second["id"], "sort": "created_at"}).json()["items"][0]
        assert oldest["sweep"] == second["id"]
        assert server.http.get(RUNS, params={"sweep": "none"}).json()["items"] == []
        assert alone["sweep"] is None


class TestDeleting:
    """Runs of a sweep are deleted like any other; the last takes the sweep with it."""

    def test_a_sweep_goes_with_its_last_run(self, server: Server) -> None:
        made = post(server, "one", grid={"epochs": [1, 2]}).json()
        first, last = (run["id"] for run in made["runs"])
        assert server.http.delete(f"{RUNS}/{first}").status_code == 204
        assert [run["id"] for run in server.http.get(made["links"]["self"]).json()["runs"]] == [last]
        assert server.http.delete(f"{RUNS}/{last}").status_code == 204
        problem(server.http.get(made["links"]["self"]), 404, "unknown-sweep")
        assert post(server, "one", grid={"epochs": [1, 2]}).json()["id"] != made["id"], "the key is free again"


def test_a_sweep_over_own_tables_shares_only_what_is_alike(server: Server) -> None:
    for name, target in (("north", "kind"), ("south", "sort")):
        content = f"a,{target}\n" + "".join(f"{number},{'xy'[number % 2]}\n" for number in range(30))
        assert server.http.post("/api/v1/datasets", files={"file": (f"{name}.csv", content)}).status_code == 201
    made = sweep(server, params={"epochs": 2}, grid={"dataset": ["north", "south", "breast-cancer"]})
    assert [run["params"]["target"] for run in made["runs"]] == ["kind", "sort", ""]
    assert made["params"]["epochs"] == 2
    assert not {"dataset", "target", "header", "separator"} & set(made["params"])
    alike = sweep(server, params={"epochs": 2}, grid={"dataset": ["north"]})
    assert alike["params"]["target"] == "kind"


def test_the_examples_of_the_document_work(server: Server) -> None:
    content = server.app.openapi()["paths"][SWEEPS]["post"]["requestBody"]["content"]["application/json"]
    assert content["examples"]
    for example in content["examples"].values():
        assert server.http.post(SWEEPS, json=example["value"]).status_code == 201
