"""What bad input gets: a problem with a pointer, the value received and the remedy; and nothing is queued."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import func, select

from app.models import Event, Run
from app.schemas import new_run_model, union
from app.sentences import field_errors, located
from jobs.lessons.base import Integer, Params
from jobs.lessons.registry import LESSONS
from tests.app.conftest import MakeServer
from tests.app.server import RUNS, Server, problem

SLUGS = ", ".join(lesson.slug for lesson in LESSONS)


@pytest.fixture(autouse=True)
def _nothing_is_stored(shared: Server) -> Iterator[None]:
    yield
    with shared.board.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Run)) == 0
        assert session.scalar(select(func.count()).select_from(Event)) == 0


def post(server: Server, body: str | bytes, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else body.encode()
    answer = server.http.post(RUNS, content=content, headers={"Content-Type": "application/json", **headers})
    assert isinstance(answer, httpx.Response)
    return answer


def refused(server: Server, body: str, pointer: str, *words: str) -> None:
    """The body is refused with exactly this pointer, in a sentence that holds these words."""
    told = problem(post(server, body), 422, "invalid-input")
    assert [error["pointer"] for error in told["errors"]] == [pointer], told
    sentence = told["errors"][0]["detail"]
    for word in words:
        assert word in sentence, sentence
    assert sentence.endswith(".")
    assert ":," not in sentence
    assert len(sentence) < 400
    assert told["detail"] == sentence


def run(**fields: Any) -> str:
    return json.dumps({"lesson": "first-network", **fields})


PARAMS = [
    ("epochs", "true", "epochs: true is not a number"),
    ("epochs", '"20"', 'epochs: "20" is not a number. Write a number such as 1 or 0.5, without quotes.'),
    ("epochs", "null", "epochs: null is not a number"),
    ("epochs", "[20]", "epochs: [20] is not a number"),
    ("epochs", '{"n": 20}', 'epochs: {"n": 20} is not a number'),
    ("epochs", "0", "epochs is 0. It must be 1 or more."),
    ("epochs", "-1", "epochs is -1. It must be 1 or more."),
    ("epochs", "10001", "epochs is 10001. It must be 10000 or less."),
    ("epochs", "20.5", "epochs is 20.5. It must be a whole number."),
    ("epochs", "NaN", "epochs is NaN. It must be a finite number."),
    ("epochs", "1e309", "epochs is Infinity. It must be a finite number."),
    ("epochs", "1e300", "It must be"),
    ("epochs", "9" * 4000, "It must be 10000 or less."),
    ("learning_rate", "NaN", "learning_rate is NaN. It must be a finite number."),
    ("learning_rate", "Infinity", "learning_rate is Infinity. It must be a finite number."),
    ("learning_rate", "-Infinity", "learning_rate is -Infinity. It must be a finite number."),
    ("learning_rate", "-1e309", "learning_rate is -Infinity. It must be a finite number."),
    ("learning_rate", "0", "learning_rate is 0. It must be greater than 0."),
    ("learning_rate", "10.5", "learning_rate is 10.5. It must be 10 or less."),
    ("learning_rate", "9" * 400, "It must be"),
    ("validation_split", "1", "validation_split is 1. It must be 0.9 or less."),
    ("validation_split", "-0.1", "validation_split is -0.1. It must be 0 or more."),
    ("batch_size", "0", "batch_size is 0. It must be 1 or more."),
    ("batch_size", "4096", "Batch size 4096 is larger than the 455 training rows. Use 1 to 455."),
    ("batch_size", "9" * 30, "is larger than the 455 training rows. Use 1 to 455."),
    ("hidden_layers", "[]", "hidden_layers is []. It must have at least 1 entry."),
    ("hidden_layers", "12", "hidden_layers is 12. It must be a list."),
    ("hidden_layers", '"12, 8"', "hidden_layers is '12, 8'. It must be a list."),
    ("hidden_layers", json.dumps([1] * 9), "It must have at most 8 entries."),
    ("hidden_layers/0", "[0]", "hidden_layers, entry 1, is 0. It must be 1 or more."),
    ("hidden_layers/1", "[12, 513]", "hidden_layers, entry 2, is 513. It must be 512 or less."),
    ("hidden_layers/1", "[12, true]", "hidden_layers, entry 2: true is not a number."),
    ("scale_features", "1", "scale_features: 1 is neither true nor false."),
    ("scale_features", '"yes"', 'scale_features: "yes" is neither true nor false.'),
    ("optimizer", '"adamm"', "optimizer is 'adamm'. It must be one of adam, sgd, rmsprop, adagrad or nadam."),
    ("optimizer", "NaN", "optimizer is NaN. It must be one of adam"),
    ("activation", "7", "activation is 7. It must be one of relu"),
    ("dataset", '"../../etc/passwd"', "dataset is '../../etc/passwd'. It must be a dataset's name: 1 to 80 characters"),
    ("dataset", '".hidden"', "dataset is '.hidden'. It must be a dataset's name"),
    ("dataset", '"a\\\\b"', "It must be a dataset's name"),
    ("dataset", '"a\\u0000b"', "It must be a dataset's name"),
    ("dataset", '" iris"', "It must be a dataset's name"),
    ("dataset", '""', "dataset is ''. It must be a dataset's name"),
    ("dataset", '"' + "x" * 81 + '"', "It must be a dataset's name: 1 to 80 characters"),
    ("seed", "4294967296", "seed is 4294967296. It must be 4294967295 or less."),
    ("epoch", "20", "There is no field 'epoch' here. Remove it or correct its name."),
    ("x~1y", "1", "There is no field 'x/y' here."),
    ("", "1", "There is no field '' here."),
]


@pytest.mark.parametrize(("field", "value", "words"), PARAMS, ids=[f"{name}={value[:20]}" for name, value, _ in PARAMS])
def test_a_parameter_that_cannot_be_used_is_named_with_its_value_and_the_remedy(
    shared: Server, field: str, value: str, words: str
) -> None:
    name = json.dumps(field.partition("/")[0].replace("~1", "/"))
    refused(shared, f'{{"lesson": "first-network", "params": {{{name}: {value}}}}}', f"/params/{field}", words)


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ("{}", "/lesson", "lesson is missing. Add it."),
        ('{"params": {}}', "/lesson", "lesson is missing. Add it."),
        ('{"lesson": "cooking"}', "/lesson", f"There is no lesson 'cooking'. The lessons here: {SLUGS}."),
        ('{"lesson": 5}', "/lesson", "There is no lesson 5."),
        ('{"lesson": null}', "/lesson", "There is no lesson null."),
        (run(parms={}), "/parms", "There is no field 'parms' here."),
        (run(params=[]), "/params", "params is []. It must be a JSON object."),
        (run(params="{}"), "/params", "params is '{}'. It must be a JSON object."),
        (run(params=None), "/params", "params is null. It must be a JSON object."),
        (run(name=""), "/name", "name is ''. It must have at least 1 character."),
        (run(name="   "), "/name", "It must have at least 1 character."),
        (run(name="x" * 201), "/name", "It must have at most 200 characters."),
        (run(name="a\nb"), "/name", "name is 'a\\nb'. It must be one line without control characters."),
        (run(name="a\x00b"), "/name", "It must be one line without control characters."),
        (run(name=7), "/name", "name is 7. It must be text in quotes."),
        (run(name="\ud800"), "/name", "name is '\\ud800'. It must be text without lone surrogates."),
        (run(tags="try"), "/tags", "tags is 'try'. It must be a list."),
        (run(tags=["two words"]), "/tags/0", "tags, entry 1, is 'two words'. It must be one word without spaces"),
        (run(tags=["a", ""]), "/tags/1", "tags, entry 2, is ''. It must have at least 1 character."),
        (run(tags=["a", "b,c"]), "/tags/1", "It must be one word without spaces and commas."),
        (run(tags=["x" * 65]), "/tags/0", "It must have at most 64 characters."),
        (run(tags=["a"] * 21), "/tags", "It must have at most 20 entries."),
        ("[]", "", "The body is []. It must be a JSON object."),
        ('[{"lesson": "first-network"}]', "", "It must be a JSON object."),
        ('"first-network"', "", "The body is 'first-network'. It must be a JSON object."),
        ("null", "", "The body is null. It must be a JSON object."),
        ("NaN", "", "The body is NaN. It must be a JSON object."),
        ("", "", "The body is missing. Send a JSON object."),
    ],
)
def test_a_body_that_cannot_be_used_says_where(shared: Server, body: str, pointer: str, words: str) -> None:
    refused(shared, body, pointer, words)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "Expecting property name"),
        (b"{'lesson': 1}", "Expecting property name"),
        (b'{"lesson": "first-network",}', "The body is not JSON: "),
        (b"\xff\xfe", "byte 0xff is not UTF-8, at character 0."),
        ('{"lesson": "é"}'.encode("latin-1"), "byte 0xe9 is not UTF-8, at character 12."),
        (run().encode("utf-16"), "is not UTF-8"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"a":' * 100_000, "it is nested too deeply"),
        (b'{"lesson": "first-network", "params": {"epochs": ' + b"9" * 5000 + b"}}", "a number has too many digits"),
        (b'{"lesson": "first-network"} {}', "Extra data"),
        (b'{"name": "a\nb"}', "Invalid control character"),
        (b"\x00", "Expecting value"),
    ],
)
def test_a_body_that_is_no_json_is_malformed(shared: Server, body: bytes, words: str) -> None:
    assert words in problem(post(shared, body), 400, "malformed-body")["detail"]


@pytest.mark.parametrize("depth", [10, 500, 900, 940, 960, 975, 985, 995])
@pytest.mark.parametrize("where", ["params", "unknown", "name"])
def test_deep_nesting_is_refused_at_any_depth(shared: Server, depth: int, where: str) -> None:
    body = f'{{"lesson": "first-network", "{where}": {"[" * depth}{"]" * depth}}}'
    answer = post(shared, body)
    assert answer.status_code in (400, 422)
    problem(answer, answer.status_code, "invalid-input" if answer.status_code == 422 else "malformed-body")


@pytest.mark.parametrize("text", ["\\ud800", "\\udfff\\ud800", "a\\u0000b", "\\ufffe", "\\u202e"])
def test_names_of_fields_may_hold_anything_and_are_refused_all_the_same(shared: Server, text: str) -> None:
    for body in (
        f'{{"lesson": "first-network", "{text}": 1}}',
        f'{{"lesson": "first-network", "params": {{"{text}": 1}}}}',
    ):
        problem(post(shared, body), 422, "invalid-input")


def test_every_wrong_value_is_told_at_once_and_the_first_three_in_the_sentence(shared: Server) -> None:
    body = run(params={"epochs": 0, "seed": -1, "learning_rate": 11, "nonsense": 1}, tags=[""])
    told = problem(post(shared, body), 422, "invalid-input")
    pointers = {error["pointer"] for error in told["errors"]}
    assert pointers == {"/params/epochs", "/params/seed", "/params/learning_rate", "/params/nonsense", "/tags/0"}
    assert told["detail"] == " ".join(error["detail"] for error in told["errors"][:3])


def test_a_value_too_long_to_be_repeated_is_cut(shared: Server) -> None:
    told = problem(post(shared, run(params={"optimizer": "x" * 100_000})), 422, "invalid-input")
    assert len(told["detail"]) < 300
    told = problem(post(shared, run(params={"epochs": "x" * 100_000})), 422, "invalid-input")
    assert len(told["detail"]) < 300


def test_the_script_of_wrong_parameters_is_refused_in_the_same_words(shared: Server) -> None:
    path = "/api/v1/lessons/first-network/script"
    told = problem(shared.http.post(path, json={"epochs": 0}), 422, "invalid-input")
    assert told["errors"][0]["pointer"] == "/params/epochs"
    headers = {"Content-Type": "application/json"}
    told = problem(shared.http.post(path, content=b'{"learning_rate": NaN}', headers=headers), 422, "invalid-input")
    assert told["errors"][0]["detail"] == "learning_rate is NaN. It must be a finite number."
    problem(shared.http.post(path, json=[]), 422, "invalid-input")
    problem(shared.http.post("/api/v1/lessons/cooking/script", json={}), 404, "unknown-lesson")


class TestDatasets:
    """A dataset that isn't here, or isn't what it should be."""

    def test_an_absent_one_is_refused_with_what_to_put_where_and_what_works_now(self, shared: Server) -> None:
        told = problem(post(shared, run(params={"dataset": "ionosphere"})), 409, "dataset-unavailable")
        assert [error["pointer"] for error in told["errors"]] == ["/params/dataset"]
        for word in ("ionosphere.csv", "FITBOARD_DATASETS_DIR", "breast-cancer is bundled and works now"):
            assert word in told["detail"]

    def test_a_file_with_ragged_rows_is_refused_by_file_and_line(self, make_server: MakeServer, tmp_path: Path) -> None:
        folder = tmp_path / "datasets"
        folder.mkdir()
        good = "1,85,66,29,0,26.6,0.351,31,0\n"
        (folder / "pima-indians-diabetes.csv").write_text(good * 11 + "1,2,3\n" + good)
        server = make_server(datasets_dir=folder)
        for dataset in ("pima-indians-diabetes", "auto"):
            told = problem(post(server, run(params={"dataset": dataset})), 409, "dataset-invalid")
            assert [error["pointer"] for error in told["errors"]] == ["/params/dataset"]
            assert "pima-indians-diabetes.csv, line 12" in told["detail"]
        assert server.http.get(RUNS).json()["items"] == []
        listed = server.http.get("/api/v1/lessons/first-network").json()["datasets"][0]
        assert listed["source"] == "absent"
        assert "line 12" in listed["detail"]

    def test_a_batch_larger_than_the_files_rows_is_refused(
        self, make_server: MakeServer, datasets_folder: Path
    ) -> None:
        server = make_server(datasets_dir=datasets_folder)
        body = run(params={"dataset": "pima-indians-diabetes", "batch_size": 97, "validation_split": 0.2})
        told = problem(post(server, body), 422, "invalid-input")
        assert told["detail"] == "Batch size 97 is larger than the 96 training rows. Use 1 to 96."
        assert post(server, body.replace("97", "96")).status_code == 201


class TestOwnTables:
    """A table of one's own that is read as the params say, or can't be."""

    @pytest.fixture
    def with_table(self, make_server: MakeServer, tmp_path: Path) -> Server:
        """A server with a table whose header could be a row."""
        (tmp_path / "datasets").mkdir()
        rows = "".join(f"{number},{number % 7},{'ab'[number % 2]}\n" for number in range(40))
        (tmp_path / "datasets" / "years.csv").write_text(f"2019,2020,kind\n{rows}")
        return make_server(datasets_dir=tmp_path / "datasets")

    @pytest.mark.parametrize(
        ("params", "field", "said"),
        [
            ({}, "header", "years.csv: whether its first line ('2019', '2020' and 'kind') is a header cannot be told."),
            ({"header": "yes", "target": "sort"}, "target", "years.csv has no column 'sort'. The target is a name of"),
            ({"header": "yes", "target": "2020"}, "batch_size", "Batch size 41 is larger than the 32 training rows."),
            (
                {"header": "yes", "separator": ";"},
                "separator",
                "years.csv has one cell in line 1: it has no",
            ),
        ],
    )
    def test_a_reading_that_does_not_fit_is_refused_at_its_field(
        self, with_table: Server, params: dict[str, str], field: str, said: str
    ) -> None:
        for path in (RUNS, "/api/v1/lessons/first-network/script"):
            sent: dict[str, Any] = {"dataset": "years", "batch_size": 41, **params}
            body = sent if path != RUNS else {"lesson": "first-network", "params": sent}
            told = problem(with_table.http.post(path, json=body), 422, "invalid-input")
            assert [error["pointer"] for error in told["errors"]] == [f"/params/{field}"]
            assert told["detail"].startswith(said), told["detail"]

    def test_what_was_found_out_stands_in_the_run(self, with_table: Server) -> None:
        made = with_table.create(params={"dataset": "years", "header": "yes", "target": "3"})
        found = {name: made["params"][name] for name in ("dataset", "target", "header", "separator")}
        assert found == {"dataset": "years", "target": "kind", "header": "yes", "separator": ","}
        assert with_table.http.delete(f"{RUNS}/{made['id']}").status_code == 204

    @pytest.mark.parametrize(("field", "value"), [("target", "age"), ("header", "no"), ("separator", "tab")])
    def test_a_table_that_is_always_read_alike_takes_no_reading(self, shared: Server, field: str, value: str) -> None:
        for dataset in ("auto", "breast-cancer"):
            refused(
                shared,
                run(params={"dataset": dataset, field: value}),
                f"/params/{field}",
                f"{field} is '{value}', but breast-cancer is always read alike. Leave {field} at",
            )

    def test_a_name_that_is_not_there_is_told_with_those_that_are(self, with_table: Server) -> None:
        body = {"lesson": "first-network", "params": {"dataset": "iris"}}
        told = problem(with_table.http.post(RUNS, json=body), 409, "dataset-unavailable")
        assert told["errors"][0]["pointer"] == "/params/dataset"
        assert told["detail"].startswith("The dataset 'iris' is not here. There are: ")
        assert "breast-cancer, years" in told["detail"]


class OneParams(Params):
    """A lesson's parameters."""

    epochs: Integer = Field(default=1, ge=1)


class OtherParams(Params):
    """Another's."""

    size: Integer = Field(default=1, ge=1)


class TestSeveralLessons:
    """With more lessons the body is a union; pointers must not tell of it."""

    def errors(self, body: Any) -> list[tuple[str, str]]:
        models = new_run_model("one", OneParams, "One"), new_run_model("other", OtherParams, "Other")
        adapter: TypeAdapter[Any] = TypeAdapter(union(models))
        with pytest.raises(ValidationError) as caught:
            adapter.validate_python(body)
        found = [{**error, "loc": located(error["loc"], body)} for error in caught.value.errors()]
        return [(error.pointer, error.detail) for error in field_errors(found)]

    def test_pointers_lead_into_the_body(self) -> None:
        assert self.errors({"lesson": "other", "params": {"size": 0}}) == [
            ("/params/size", "size is 0. It must be 1 or more.")
        ]
        assert self.errors({"lesson": "one", "params": {"size": 1}})[0][0] == "/params/size"
        assert self.errors({"lesson": "one", "tags": ["a", ""]})[0][0] == "/tags/1"

    def test_an_unknown_lesson_is_told_with_those_there_are(self) -> None:
        assert self.errors({"lesson": "x"}) == [("/lesson", "There is no lesson 'x'. The lessons here: one, other.")]
        assert self.errors({"params": {}}) == [("/lesson", "lesson is missing. Add it.")]
