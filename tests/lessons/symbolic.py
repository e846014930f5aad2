"""What the tests of both lessons about symbolic graphs need: a run with its exhibits, and what a listing printed."""

import json
import re
from typing import Any

from tests.running import Running

NEURON = {
    "expression": "sigmoid(sum(a * b) + c) + a ** 2 * 1",
    "with_respect_to": "b",
    "a": [1.0, 0.5, -1.5],
    "b": [0.2, -0.4, 0.1],
    "c": [0.3],
    "longest": 10,
}


def carried_out(fitboard: Running, lesson: str, **params: Any) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The finished run, and its exhibits by name."""
    answer = fitboard.http.post("/api/v1/runs", json={"lesson": lesson, "params": params})
    assert answer.status_code == 201, answer.text
    run = fitboard.finished(answer.json()["id"])
    assert run["status"] == "completed", run["error"]
    items = fitboard.http.get(f"/api/v1/runs/{run['id']}/exhibits").json()["items"]
    return run, {item["name"]: item for item in items}


def labels(exhibit: dict[str, Any]) -> list[str]:
    """What stands in a graph's boxes."""
    return [node["label"] for node in exhibit["content"]["nodes"]]


def told(printed: str) -> dict[str, Any]:
    """A listing's lines, such as ``gradient a 0.5``, by their words; a line that comes twice says the same twice."""
    found: dict[str, Any] = {}
    for line in printed.splitlines():
        match = re.fullmatch(r"(result|session|function|numpy|gradient \w) (\S.*)", line)
        if match is not None:
            found[match[1]] = json.loads(match[2])
    return found
