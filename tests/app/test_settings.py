"""Settings: read from the environment, checked at start, and secrets that stay secret."""

import stat
from pathlib import Path

import pytest

from app.settings import Settings, SettingsError, load
from tests.app.conftest import MakeServer, MakeSettings
from tests.app.server import beside, problem

TOKEN = "a-token-that-is-long-enough"


def test_without_anything_set_the_server_listens_on_loopback() -> None:
    settings = load()
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8000, Path("data"))
    assert settings.origin == "http://127.0.0.1:8000"
    assert settings.url.startswith("sqlite:////")
    assert settings.url.endswith("/data/fitboard.sqlite3")
    assert settings.loopback
    assert settings.token is None


def test_every_setting_has_a_description() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_variables_are_read_and_empty_ones_are_as_if_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HOST": "::1", "PORT": "9000", "TOKEN": "", "ALLOWED_HOSTS": "Lab.example, other.example,", "DOWNLOADS": "0",
        "SLOTS": "2", "DATABASE_URL": "sqlite:///x",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"FITBOARD_{name}", value)
    settings = load()
    assert settings.origin == "http://[::1]:9000"
    assert settings.allowed_hosts == ("lab.example", "other.example")
    assert (settings.token, settings.downloads, settings.slots, settings.url) == (None, False, 2, "sqlite:///x")


@pytest.mark.parametrize(("host", "origin"), [("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("10.0.0.1", "10.0.0.1")])
def test_the_address_to_open_is_one_that_a_browser_here_can_reach(host: str, origin: str) -> None:
    assert Settings(host=host, port=80).origin == f"http://{origin}:80"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "eighty", "FITBOARD_PORT=eighty"),
        ("PORT", "65536", "FITBOARD_PORT=65536"),
        ("SLOTS", "0", "FITBOARD_SLOTS=0"),
        ("DOWNLOADS", "perhaps", "FITBOARD_DOWNLOADS=perhaps"),
        ("TOKEN", "short", "FITBOARD_TOKEN: has 5 characters and could be guessed. Use 16 or more"),
        ("TOKEN", "long enough but with spaces", "FITBOARD_TOKEN: holds characters that no HTTP header can carry"),
        ("TOKEN", "långnogmenmedringar", "FITBOARD_TOKEN: holds characters"),
        ("WORKER_KEY", "short", "FITBOARD_WORKER_KEY: has 5 characters"),
        ("HOST", "0.0.0.0", "FITBOARD_HOST=0.0.0.0 can be reached from other machines, and no FITBOARD_TOKEN is set."),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"FITBOARD_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load()
    assert words in str(caught.value)
    assert name not in ("TOKEN", "WORKER_KEY") or value not in str(caught.value)


def test_secrets_do_not_show_in_what_is_printed() -> None:
    settings = Settings(token=TOKEN, worker_key="a-key-that-is-long-enough")
    assert TOKEN not in repr(settings) + str(settings.model_dump())
    assert "a-key-that-is-long-enough" not in repr(settings)


class TestWorkerKey:
    """The key by which workers sign in: given, or made once and kept."""

    def test_it_is_made_at_the_first_start_for_its_owner_alone(self, make_server: MakeServer) -> None:
        server = make_server()
        file = server.settings.worker_key_file
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert len(file.read_text()) >= 40
        assert [path.name for path in file.parent.glob(".worker-key-*")] == []
        assert make_server().settings.worker_secret == file.read_text()

    def test_a_given_one_is_taken_and_no_file_is_written(self, make_server: MakeServer) -> None:
        server = make_server(worker_key="a-key-that-is-long-enough")
        assert server.worker().sync().start == []
        problem(server.worker().ask(key="another-key-long-enough"), 401, "unauthorized")
        assert not server.settings.worker_key_file.exists()

    def test_all_that_start_at_once_find_the_same(self, make_settings: MakeSettings) -> None:
        settings = make_settings()
        waiting = [beside(lambda: settings.model_copy().worker_secret) for _ in range(8)]
        assert len({wait() for wait in waiting}) == 1

    @pytest.mark.parametrize("content", ["", "\n", "short"])
    def test_an_empty_file_is_no_key(self, make_settings: MakeSettings, content: str) -> None:
        settings = make_settings()
        settings.worker_key_file.write_text(content)
        with pytest.raises(SettingsError, match=r"worker\.key holds no key .*Remove that file and start again"):
            _ = settings.worker_secret
