"""The OpenAPI document tells the truth: whatever is sent, what comes back is as it says, and never a server error."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response

from app.main import create_app
from app.settings import Settings
from jobs.lessons.registry import LESSONS
from tests.app.answerer import answering
from tests.app.conftest import fill
from tests.app.knocking import NOWHERE
from tests.app.server import ORIGIN, RUNS, Server, serving

ALWAYS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.allow_header_conformance,
]
JUDGED = {GenerationMode.POSITIVE: ALWAYS, GenerationMode.NEGATIVE: [*ALWAYS, checks.negative_data_rejection]}
"""What must hold of the answers to what the document allows, and to what it doesn't."""

ONLY_THE_SERVER_KNOWS = {"too_large", "leaves_no_rows", "unknown_cursor", "wrong_order", "too_many_runs"}
ONLY_THE_SERVER_KNOWS |= {"unknown_ending", "unusable_name", "dataset_invalid", "not_for_this_dataset"}
"""Why a request that is as the document says may be refused all the same: it doesn't fit the data, or is too much."""

MORE_THAN_A_SCHEMA_SAYS = {"/params/expression", "/params/b", "/params/c"}
"""Where text is read by a grammar, and vectors must be of one length."""

EXAMPLES = 20


def read_document() -> dict[str, Any]:
    """The document as the application makes it."""
    return create_app(Settings(host="127.0.0.1", data_dir=NOWHERE, downloads=False, token=None)).openapi()


DOCUMENT = read_document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations() if isinstance(one, Ok)}


@pytest.fixture(scope="module")
def populated(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Iterator[tuple[Server, list[str]]]:
    """A server with runs in several statuses, and their ids."""
    folder = fill(tmp_path_factory.mktemp("openapi") / "data", blank)
    with serving(Settings(data_dir=folder, downloads=False)) as server:
        ids = [server.create(name=name, tags=["a"])["id"] for name in ("completed", "failed", "running", "queued")]
        worker = server.worker(slots=3)
        worker.sync()
        for attempt in worker.attempts:
            attempt.tell("stage", stage="fit", state="started")
            attempt.epoch(0, loss=0.5, accuracy=None)
            attempt.save(attempt.run.encode())
        worker.attempts[0].tell("result", accuracy=0.75)
        worker.attempts[0].end()
        worker.attempts[0].end("failed", reason="diverged", error={"title": "It diverged", "detail": "Use less."})
        with answering(server):
            yield server, ids


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_as_the_document_says(
    populated: tuple[Server, list[str]], label: str, mode: GenerationMode
) -> None:
    server, ids = populated
    operation = OPERATIONS[label]
    if mode is GenerationMode.NEGATIVE and not operation.body and not operation.query and not operation.headers:
        return  # there is nothing that could be wrong: any text is an id that may be unknown

    @given(case=operation.as_strategy(generation_mode=mode), known=st.sampled_from([None, *ids]))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def ask(case: Any, known: str | None) -> None:
        if known is not None and "run_id" in case.path_parameters:
            case.path_parameters["run_id"] = known
        if "Prefer" in case.headers:
            case.headers["Prefer"] = "wait=0"  # else it would wait, as it is told to
        sent = requests.Request(**case.as_transport_kwargs(base_url=ORIGIN)).prepare()
        answer = server.http.request(str(sent.method), str(sent.url), headers=dict(sent.headers), content=sent.body)
        case.validate_response(Response.from_httpx(answer, verify=False), checks=JUDGED[mode])
        if mode is GenerationMode.POSITIVE:
            assert answer.status_code not in (400, 413, 415)
            if answer.status_code == 422:
                assert all(map(_only_the_server_knows, answer.json()["errors"])), answer.text

    ask()


def _only_the_server_knows(error: dict[str, str]) -> bool:
    if error["code"] == "value_error":
        return error["pointer"] in MORE_THAN_A_SCHEMA_SAYS
    return error["code"] in ONLY_THE_SERVER_KNOWS


def test_the_document_itself_is_served_and_holds_every_route_of_the_api(shared: Server) -> None:
    assert shared.http.get("/openapi.json").json() == DOCUMENT
    assert set(DOCUMENT["paths"]) == {
        "/health", "/api/v1/lessons", "/api/v1/lessons/{slug}", "/api/v1/lessons/{slug}/script", RUNS,
        f"{RUNS}/{{run_id}}", f"{RUNS}/{{run_id}}/cancel", f"{RUNS}/{{run_id}}/pause", f"{RUNS}/{{run_id}}/resume",
        f"{RUNS}/{{run_id}}/script.py", f"{RUNS}/{{run_id}}/history", f"{RUNS}/{{run_id}}/history.csv",
        f"{RUNS}/{{run_id}}/exhibits", f"{RUNS}/{{run_id}}/checkpoints", f"{RUNS}/{{run_id}}/checkpoints/{{name}}",
        f"{RUNS}/{{run_id}}/predict", f"{RUNS}/{{run_id}}/samples", "/api/v1/previews/augmentation",
        "/api/v1/sweeps", "/api/v1/sweeps/{sweep_id}", "/api/v1/datasets", "/api/v1/datasets/{name}",
        f"{RUNS}/{{run_id}}/chart.svg", f"{RUNS}/{{run_id}}/report.html",
    }  # fmt: skip


def test_every_operation_says_what_it_is_for() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)


def test_every_error_is_a_problem() -> None:
    for operations in DOCUMENT["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status >= "400":
                    schema = response["content"]["application/problem+json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ProblemBody"}


def test_a_run_to_be_made_holds_the_lessons_parameters_with_title_help_and_default() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for lesson in LESSONS:
        properties = schemas[lesson.params.__name__]["properties"]
        assert set(properties) == set(lesson.params.model_fields)
        for name, schema in properties.items():
            assert {"title", "description"} <= set(schema), name
            optional = {"type": "null"} in schema.get("anyOf", [])  # its default is null, which the document leaves out
            assert optional or "default" in schema, name


def test_the_examples_of_the_document_work(server: Server) -> None:
    content = DOCUMENT["paths"][RUNS]["post"]["requestBody"]["content"]["application/json"]
    assert content["examples"]
    for example in content["examples"].values():
        assert server.http.post(RUNS, json=example["value"]).status_code == 201
