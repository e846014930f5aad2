"""``fitboard up`` and ``fitboard server``: they start, say where, stop without a trace, and refuse with a sentence."""

import os
import signal
import socket
import sqlite3
import sys
import webbrowser
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from app import launch, serve
from app.settings import Settings, SettingsError
from tests.cli.terminal import Command, fitboard
from tests.conftest import MakeFitboard
from tests.running import free_port, wait_until

TOKEN = "a-token-for-the-tests"


def test_up_serves_trains_and_ends_with_ctrl_c_leaving_nothing(tmp_path: Path) -> None:
    port = str(free_port())
    with Command(tmp_path, "up", FITBOARD_PORT=port, FITBOARD_DATA_DIR=str(tmp_path / "data")) as up:
        up.says(f"Fitboard is at http://127.0.0.1:{port}\n")
        up.child("jobs.worker")
        family = up.family()
        up.interrupt()
        assert up.ends() == 0
        assert "Traceback" not in up.output
        assert up.output.count("Stopping.") == 1
        assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_a_second_start_finds_everything_as_it_was(tmp_path: Path) -> None:
    settings = {"FITBOARD_DATA_DIR": str(tmp_path / "data"), "FITBOARD_PORT": str(free_port())}
    for attempt in ("first", "second"):
        (tmp_path / attempt).mkdir()
        with Command(tmp_path / attempt, "up", **settings) as up:
            up.says("Fitboard is at ")
            up.interrupt(signal.SIGTERM)
            assert up.ends() == 0, up.output
        key = (tmp_path / "data" / "worker.key").read_text()
        if attempt == "first":
            first_key = key
    assert key == first_key
    assert (tmp_path / "data" / "fitboard.sqlite3").exists()


def test_a_dead_worker_is_started_again_and_a_dead_server_ends_it_all(tmp_path: Path) -> None:
    with Command(tmp_path, "up", FITBOARD_PORT=str(free_port()), FITBOARD_DATA_DIR=str(tmp_path / "data")) as up:
        up.says("Fitboard is at ")
        worker = up.child("jobs.worker")
        worker.kill()
        up.says("The worker ended unexpectedly (exit code -9)")
        wait_until(lambda: up.child("jobs.worker").pid != worker.pid, what="another worker")
        up.child("app.serve").kill()
        up.says("The server ended unexpectedly (exit code -9)")
        assert up.ends() == 1
        assert "Traceback" not in up.output


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    with Command(tmp_path, "up", FITBOARD_PORT=str(free_port()), FITBOARD_DATA_DIR=str(tmp_path / "data")) as up:
        up.says("Fitboard is at ")
        server = up.child("app.serve")
        worker = up.child("jobs.worker")
        up.interrupt(signal.SIGKILL)
        for orphan in (server, worker):
            orphan.wait(timeout=20)


def test_a_port_in_use_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in ("up", "server"):
            result = fitboard(command, FITBOARD_PORT=str(port), FITBOARD_DATA_DIR=str(tmp_path))
            assert result.returncode == 2
            assert result.stderr == (
                f"Port {port} is in use, perhaps by another Fitboard. Stop that one, or choose another port: "
                f"FITBOARD_PORT={port + 1}.\n"
            )


@pytest.mark.parametrize("command", ["up", "server"])
def test_two_servers_never_share_a_data_folder(make_fitboard: MakeFitboard, command: str) -> None:
    first = make_fitboard(worker=False)
    second = fitboard(command, FITBOARD_PORT=str(free_port()), FITBOARD_DATA_DIR=str(first.data))
    assert second.returncode == 2
    assert second.stderr.startswith(f"Another Fitboard ({first.url}) works with {first.data}.")
    assert len(second.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["up", "server"])
def test_a_database_of_a_newer_version_is_refused_in_a_sentence(make_fitboard: MakeFitboard, command: str) -> None:
    first = make_fitboard(worker=False)
    first.stop()
    with closing(sqlite3.connect(first.data / "fitboard.sqlite3")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    second = fitboard(command, FITBOARD_PORT=str(free_port()), FITBOARD_DATA_DIR=str(first.data))
    assert second.returncode == 2
    assert second.stderr.startswith("The database was written by a newer Fitboard")
    assert len(second.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["up", "server"])
def test_a_data_folder_that_cannot_be_is_named(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("")
    result = fitboard(command, FITBOARD_PORT=str(free_port()), FITBOARD_DATA_DIR=str(tmp_path / "file" / "data"))
    assert result.returncode == 2
    assert result.stderr.startswith(f"FITBOARD_DATA_DIR={tmp_path / 'file' / 'data'} cannot be used: Not a directory.")


def test_an_impatient_ctrl_c_ends_the_server_just_as_cleanly(tmp_path: Path) -> None:
    settings = {"FITBOARD_DATA_DIR": str(tmp_path / "data"), "FITBOARD_PORT": str(free_port())}
    with Command(tmp_path, "server", **settings) as server:
        server.says("Fitboard is at ")
        server.interrupt()
        server.interrupt()
        assert server.ends() == 0
        assert "Traceback" not in server.output


@pytest.mark.parametrize("command", ["up", "server"])
def test_an_open_address_without_a_token_does_not_start(tmp_path: Path, command: str) -> None:
    result = fitboard(command, FITBOARD_HOST="0.0.0.0", FITBOARD_DATA_DIR=str(tmp_path))
    assert result.returncode == 2
    assert "FITBOARD_HOST=0.0.0.0" in result.stderr
    assert "FITBOARD_TOKEN" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"FITBOARD_PORT": "eighty"}, "FITBOARD_PORT=eighty"),
        ({"FITBOARD_TOKEN": "short", "FITBOARD_HOST": "0.0.0.0"}, "FITBOARD_TOKEN has 5 characters"),
        ({"FITBOARD_HOST": "203.0.113.7", "FITBOARD_TOKEN": TOKEN}, "no address of this machine"),
    ],
)
def test_a_setting_that_cannot_be_is_named(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    result = fitboard("up", FITBOARD_DATA_DIR=str(tmp_path), **settings)
    assert result.returncode == 2
    assert words.split()[0] in result.stderr
    assert words.split()[-1] in result.stderr
    assert "short" not in result.stderr
    assert "Traceback" not in result.stderr


def test_with_a_token_the_printed_link_signs_in(tmp_path: Path) -> None:
    settings = {"FITBOARD_TOKEN": TOKEN, "FITBOARD_DATA_DIR": str(tmp_path)}
    port = free_port()
    with Command(tmp_path, "server", "--port", str(port), **settings) as server:
        server.says(f"Fitboard is at http://127.0.0.1:{port}/login?token={TOKEN}")
        server.interrupt()
        assert server.ends() == 0


def test_flags_stand_for_the_settings_of_server_and_worker(tmp_path: Path) -> None:
    with Command(tmp_path, "up", "--port", "0", "--data-dir", str(tmp_path / "elsewhere"), "--no-browser") as up:
        up.says(f"Runs and data lie in {tmp_path / 'elsewhere'}.")
        worker = up.child("jobs.worker").cmdline()
        assert worker[worker.index("--server") + 1] in up.output
        assert str(tmp_path / "elsewhere" / "worker") in worker
        up.interrupt()
        assert up.ends() == 0


def test_the_worker_is_given_its_key_and_not_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FITBOARD_TOKEN", TOKEN)
    settings = Settings(data_dir=tmp_path)
    passed = launch.worker_environment(settings)
    assert passed["FITBOARD_WORKER_KEY"] == (tmp_path / "worker.key").read_text()
    assert "FITBOARD_TOKEN" not in passed


@pytest.mark.parametrize("name", ["FITBOARD_BROWSER", "CI"])
def test_no_browser_is_opened_where_none_is_wanted(name: str) -> None:
    variables = {"DISPLAY": ":0", name: {"FITBOARD_BROWSER": "0", "CI": "true"}[name]}
    assert launch.browser_for(variables) is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_no_browser_is_opened_where_nobody_would_see_it() -> None:
    assert launch.browser_for({}) is None


def test_a_text_browser_does_not_take_over_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("lynx"))
    assert launch.browser_for({"DISPLAY": ":0"}) is None
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.BackgroundBrowser("firefox"))
    assert launch.browser_for({"DISPLAY": ":0"}) is not None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may listen on any port")
def test_a_port_for_root_alone_is_said_to_be_one() -> None:
    with pytest.raises(SettingsError, match="above 1023"):
        serve.listen(Settings(port=1))
