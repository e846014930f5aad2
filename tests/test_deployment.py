"""The container files, checked without a container engine: every name in them means something here."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import healthcheck
from app.settings import Settings
from tests.running import Running, environment

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = ("worker", "cpu-worker")
ENVIRONMENT = {f"FITBOARD_{name.upper()}" for name in Settings.model_fields} | {"FITBOARD_SERVER"}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions: the word and what follows, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def test_the_compose_file_has_a_server_and_workers_and_only_named_volumes() -> None:
    assert set(SERVICES) == {"server", *WORKERS}
    for service in SERVICES.values():
        for mount in service["volumes"]:
            assert mount.split(":")[0] in COMPOSE["volumes"]


def test_the_gpu_worker_reserves_gpus_and_takes_the_cuda_lock() -> None:
    device = SERVICES["worker"]["deploy"]["resources"]["reservations"]["devices"][0]
    assert device == {"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}
    lock = SERVICES["worker"]["build"]["args"]["LOCK"]
    assert "nvidia-cudnn" in (ROOT / lock).read_text()
    assert "deploy" not in SERVICES["cpu-worker"]
    assert "deploy" not in SERVICES["server"]


def test_without_naming_it_the_cpu_worker_stays_away() -> None:
    assert SERVICES["cpu-worker"]["profiles"] == ["cpu"]
    assert "profiles" not in SERVICES["worker"]


def test_a_server_on_all_addresses_asks_for_a_token_and_is_published_on_loopback_alone() -> None:
    server = SERVICES["server"]
    assert server["environment"]["FITBOARD_HOST"] == "0.0.0.0"
    assert server["environment"]["FITBOARD_TOKEN"].startswith("${FITBOARD_TOKEN:?")
    assert server["ports"] == ["${FITBOARD_PUBLISH:-127.0.0.1:8000}:8000"]


def test_the_workers_reach_the_server_by_a_name_it_allows() -> None:
    assert SERVICES["server"]["environment"]["FITBOARD_ALLOWED_HOSTS"].split(",")[0] == "server"
    for name in WORKERS:
        worker = SERVICES[name]
        assert worker["depends_on"]["server"]["condition"] == "service_healthy"
        assert worker["command"][worker["command"].index("--server") + 1] == worker["environment"]["FITBOARD_SERVER"]
        assert worker["environment"]["FITBOARD_SERVER"] == "http://server:8000"
        assert worker["environment"]["FITBOARD_WORKER_KEY"] == SERVICES["server"]["environment"]["FITBOARD_WORKER_KEY"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_variable_is_a_setting(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= ENVIRONMENT


@pytest.mark.parametrize("name", SERVICES)
def test_every_command_is_one_that_the_command_line_knows(name: str) -> None:
    program, command, *options = SERVICES[name]["command"]
    assert program == "fitboard"
    result = subprocess.run(
        [sys.executable, "-m", "app.cli", command, *options, "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_checked_restarted_and_without_privileges(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"][:4] == ["CMD", "python", "-m", "app.healthcheck"]
    assert service["restart"] == "unless-stopped"
    assert service["cap_drop"] == ["ALL"]
    if name != "server":
        assert service["healthcheck"]["test"][4] == service["command"][service["command"].index("--name") + 1]


def test_the_dockerfile_copies_what_exists_and_what_the_ignore_file_lets_through() -> None:
    allowed = {
        line[1:].replace("*", "") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    for word, rest in instructions():
        if word == "COPY" and not rest.startswith("--from"):
            *sources, _target = shlex.split(rest.replace("${LOCK}", "requirements.txt"))
            for source in sources:
                assert (ROOT / source).exists()
                assert source in allowed or source.startswith("requirements")


def test_the_image_runs_as_nobody_special_and_keeps_data_on_a_volume() -> None:
    words = instructions()
    assert ("USER", "fitboard") in words
    assert ("VOLUME", "/data") in words
    assert words.index(("USER", "fitboard")) < len(words) - 1
    assert any(word == "ENV" and "FITBOARD_DATA_DIR=/data" in rest for word, rest in words)
    assert all("--require-hashes" in rest for word, rest in words if word == "RUN" and "-r /tmp" in rest)
    assert SERVICES["server"]["volumes"] == ["data:/data"]


def test_the_health_check_tells_a_server_and_its_worker_from_absent_ones(fitboard: Running) -> None:
    name = fitboard.http.get("/health").json()["workers"][0]["name"]
    env = environment(FITBOARD_SERVER=fitboard.url)
    command = [sys.executable, "-m", "app.healthcheck"]
    assert subprocess.run(command, env=env, cwd=ROOT).returncode == 0
    assert subprocess.run([*command, name], env=env, cwd=ROOT).returncode == 0
    absent = subprocess.run([*command, "nobody"], env=env, cwd=ROOT, capture_output=True, text=True)
    assert absent.returncode == 1
    assert "has not heard from the worker 'nobody'" in absent.stderr
    wrong = healthcheck.check("http://127.0.0.1:9", None, None)
    assert wrong is not None
    assert "does not answer" in wrong
