"""The rules between the packages: one arrow, app to jobs; a server without Keras; no cycles; files of one concept."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import imports
from tests.repository import ROOT, files
from tests.running import environment

HEAVY = {"keras", "tensorflow", "jax", "torch", "sklearn", "scipy", "numpy", "pandas", "plotly", "pooch", "h5py"}
"""What a server process never loads: seconds to import, hundreds of megabytes to hold."""

LIMIT = 400
"""Lines, above which a file certainly holds more than one concept."""

APP = sorted(imports.modules("app").items())
JOBS = sorted(imports.modules("jobs").items())


@pytest.mark.parametrize("module", JOBS, ids=[name for name, _ in JOBS])
def test_jobs_knows_neither_the_server_nor_its_libraries(module: tuple[str, Path]) -> None:
    foreign = {"app", "fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic", "jinja2", "typer"}
    met = {name.split(".")[0] for name in imports.imported(module[1])} & foreign
    assert not met, f"{module[0]} imports {sorted(met)}; the one arrow goes from app to jobs"


@pytest.mark.parametrize("module", APP, ids=[name for name, _ in APP])
def test_app_never_imports_what_trains(module: tuple[str, Path]) -> None:
    met = {name.split(".")[0] for name in imports.imported(module[1])} & HEAVY
    assert not met, f"{module[0]} imports {sorted(met)}; numbers are the worker's business"


@pytest.mark.parametrize("package", ["app", "jobs"])
def test_modules_import_each_other_without_cycles(package: str) -> None:
    assert imports.cycles(imports.graph(package)) == []


def test_a_cycle_would_be_found() -> None:
    assert imports.cycles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == [["a", "b", "c", "a"]]


def test_what_runs_at_import_is_told_from_what_does_not(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text(
        "import a\nif TYPE_CHECKING:\n    import b\ntry:\n    import c\nfinally:\n    pass\n"
        "class K:\n    import d\n    def f(self):\n        import e\n"
    )
    assert set(imports.imported(source, top_level_only=True)) == {"a", "c", "d"}
    assert set(imports.imported(source)) == {"a", "b", "c", "d", "e"}


SERVE_AND_TELL = """
import asyncio, json, sys
import httpx
from app.main import create_app
from app.settings import load

async def tell():
    app = create_app(load())
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            for path in {paths}:
                answer = await client.get(path)
                assert answer.status_code == 200, (path, answer.status_code, answer.text)
    print(json.dumps(sorted(sys.modules)))

asyncio.run(tell())
"""


def test_a_server_that_has_served_holds_no_keras(tmp_path: Path) -> None:
    """Every kind of page and answer is asked for first, because an import may hide inside a function."""
    paths = ["/health", "/api/v1/lessons", "/api/v1/lessons/first-network", "/api/v1/runs", "/openapi.json", "/"]
    paths += ["/lessons/first-network", "/runs", "/lab"]
    result = subprocess.run(
        [sys.executable, "-c", SERVE_AND_TELL.format(paths=paths)],
        env=environment(FITBOARD_DATA_DIR=str(tmp_path), FITBOARD_DOWNLOADS="false"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    loaded = {name.split(".")[0] for name in json.loads(result.stdout.splitlines()[-1])}
    assert "app" in loaded
    assert not loaded & HEAVY


def test_importing_the_worker_does_not_load_keras() -> None:
    """The worker's own process stays light too: Keras lives in its fork server."""
    program = "import sys, jobs.worker; print(sorted({name.split('.')[0] for name in sys.modules}))"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert not {"keras", "tensorflow", "jax"} & set(json.loads(result.stdout.replace("'", '"')))


def sources() -> list[Path]:
    return [path for path in files() if path.suffix in (".py", ".js", ".css", ".html")]


def test_no_file_is_longer_than_one_concept_needs() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in sources() if (lines := _lines(path)) > LIMIT}
    assert not long, f"more than {LIMIT} lines; split by concept"


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.suffix == ".py" and path.stat().st_size and not path.read_text().lstrip().startswith(('"""', 'r"""'))
    ]
    assert not silent, "these modules lack a docstring"


def test_alembic_never_shadows_the_library() -> None:
    assert (ROOT / "alembic").is_dir()
    assert not (ROOT / "alembic" / "__init__.py").exists()


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())
