"""The documentation is whole and true: everything that can be set, typed, called or met stands in it."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from app.cli import cli
from app.errors import KINDS
from app.main import create_app
from app.settings import Settings
from tests.faults.arming import VARIABLE
from tests.repository import ROOT, files
from tests.running import Running

DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"| `FITBOARD_{name.upper()}` |" in text("docs/settings.md")


def test_no_setting_is_documented_that_does_not_exist() -> None:
    known = {f"FITBOARD_{name.upper()}" for name in Settings.model_fields}
    known |= {"FITBOARD_BROWSER", "FITBOARD_PUBLISH", "FITBOARD_TEST_DATASETS", "FITBOARD_TEST_CHROMIUM"}
    known |= {VARIABLE}
    named = {name for path in DOCS for name in re.findall(r"\bFITBOARD_[A-Z_]+\b", path.read_text())}
    assert named <= known


def test_every_command_is_documented() -> None:
    commands = get_command(cli).commands  # type: ignore[attr-defined]
    assert set(commands) == set(re.findall(r"^\| `fitboard (\w+)[^|]*\|", text("docs/commands.md"), re.MULTILINE))


def test_every_make_target_is_documented() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", text("Makefile"), re.MULTILINE))
    assert targets == set(re.findall(r"^\| `make (\w+)` \|", text("docs/commands.md"), re.MULTILINE))
    assert targets == set(re.findall(r"\w+", text("Makefile").split(".PHONY:")[1].splitlines()[0]))


@pytest.mark.parametrize("slug", KINDS)
def test_every_problem_type_is_documented(slug: str) -> None:
    assert f"| `{slug}` | {KINDS[slug].status} | {KINDS[slug].title}. |" in text("docs/api.md")


def test_every_call_is_documented(tmp_path: Path) -> None:
    paths = create_app(Settings(data_dir=tmp_path)).openapi()["paths"]
    served = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    documented = set(re.findall(r"^\| `((?:GET|POST|PUT|DELETE) [^`]*)` \|", text("docs/api.md"), re.MULTILINE))
    assert documented == served


@pytest.mark.parametrize("path", DOCS, ids=[str(path.relative_to(ROOT)) for path in DOCS])
def test_every_link_within_the_repository_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if not re.match(r"[a-z]+:", target):
            assert (path.parent / target.split("#")[0]).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", DOCS, ids=[str(path.relative_to(ROOT)) for path in DOCS])
def test_every_path_in_a_document_exists(path: Path) -> None:
    """Names like ``app/runs/`` in backticks; what a running Fitboard makes (``data/…``) is not in the repository."""
    for name in re.findall(
        r"`((?:app|jobs|tests|static|templates|alembic|docs|benchmarks)/[\w./-]*)`", path.read_text()
    ):
        assert (ROOT / name).exists(), f"{path.name} speaks of {name}"


def test_every_test_that_a_document_names_exists() -> None:
    named = {
        (file, test) for path in DOCS for file, test in re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", path.read_text())
    }
    assert named
    assert [f"{file}::{test}" for file, test in sorted(named) if test not in _tests(ROOT / file)] == []


def _tests(file: Path) -> set[str]:
    """The tests in a file, as pytest names them."""
    if not file.exists():
        return set()
    found = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return found


def test_every_kill_point_is_documented() -> None:
    placed = {
        name
        for path in (ROOT / "jobs").rglob("*.py")
        for name in re.findall(r'kill_point\("(.+?)"\)', path.read_text())
    }
    assert placed == set(re.findall(r"^\| `(\w+\.\w+)` \|", text("docs/reliability.md"), re.MULTILINE))


def test_decisions_are_numbered_without_gaps_and_titled_alike() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        assert path.read_text().startswith(f"# {path.name[:4]} ")
        assert "\n## Decision\n" in path.read_text()


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    assert "\n## [Unreleased]\n" in text("CHANGELOG.md")


def test_nothing_in_the_repository_names_a_registry_or_a_machine() -> None:
    # Written apart, so that this file doesn't name them either.
    forbidden = ["pypi" + ".org", "files.python" + "hosted", "registry." + "npmjs", "--index" + "-url http"]
    forbidden += ["/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/", "/opt/" + "pypi", "find-links" + " /"]
    met = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in files()
        if path.suffix not in {".png", ".ico"}
        for word in forbidden
        if word in path.read_text(errors="replace")
    ]
    assert met == []


def test_the_shared_folder_is_named_by_ci_alone() -> None:
    word = "../sh" + "ared"
    naming = [str(path.relative_to(ROOT)) for path in files() if word in path.read_text(errors="replace")]
    assert naming == [".ci/run"]


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.txt")), ids=lambda path: path.name)
def test_every_locked_package_has_an_exact_version_and_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", lock.read_text(), flags=re.MULTILINE).strip())
    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==[\w.!+-]+( ;[^\n]*)? \\\n", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry


@pytest.mark.parametrize("name", ["tensorflow", "keras", "starlette", "fastapi"])
def test_the_locks_agree(name: str) -> None:
    found = {
        re.findall(rf"^{name}==(\S+)", path.read_text(), re.MULTILINE)[0] for path in ROOT.glob("requirements*.txt")
    }
    assert len(found) == 1


@pytest.mark.skipif(shutil.which("curl") is None, reason="the session in the README is one of curl")
def test_the_session_in_the_readme_works_as_it_stands(fitboard: Running, tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", text("README.md"), re.DOTALL)
    session = next(block for block in blocks if block.startswith("URL="))
    assert "URL=http://127.0.0.1:8000\n" in session
    fitboard.wait_for_a_free_worker()  # the session's minute is for the training, not for the worker to import Keras
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", session.replace("http://127.0.0.1:8000", fitboard.url)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    assert '"status":"completed"' in result.stdout
    assert '"val_loss"' in result.stdout
    assert (tmp_path / "best.keras").read_bytes()[:2] == b"PK"
    compile((tmp_path / "repeat.py").read_text(), "repeat.py", "exec")
