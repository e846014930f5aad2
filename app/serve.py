"""The server's process: ``python -m app.serve``. It is small: no command line library, no Keras, nothing to draw with.

``fitboard server`` becomes this process, ``fitboard up`` starts it as a child with ``--quiet``.
"""

import fcntl
import gc
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote

from app.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from starlette.types import ASGIApp
    from uvicorn import Config

Say = Callable[[str], None]


def listen(settings: Settings) -> socket.socket:
    """A socket bound to the address in the settings.

    Raises:
        SettingsError: the address can't be listened on; with the remedy.
    """
    host = settings.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, because asyncio turns off the delay of small packets only where it reads "TCP".
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, settings.port))
    except PermissionError:
        bound.close()
        raise SettingsError(
            f"This system doesn't let you listen on port {settings.port}. Choose one above 1023: "
            f"FITBOARD_PORT={8000 + settings.port % 1000}."
        ) from None
    except OSError as problem:
        bound.close()
        if isinstance(problem, socket.gaierror) or "assign" in str(problem):
            raise SettingsError(
                f"FITBOARD_HOST={settings.host} is no address of this machine. Use 127.0.0.1, or 0.0.0.0 for all."
            ) from None
        raise SettingsError(
            f"Port {settings.port} is in use, perhaps by another Fitboard. Stop that one, or choose another port: "
            f"FITBOARD_PORT={settings.port + 1}."
        ) from None
    return bound


def make_folder(settings: Settings) -> None:
    """Make the data folder and the worker key in it.

    Raises:
        SettingsError: that can't be done.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        _ = settings.worker_secret
    except OSError as problem:
        raise SettingsError(
            f"FITBOARD_DATA_DIR={settings.data_dir} cannot be used: {problem.strerror}. Name a folder that you may "
            "write to."
        ) from None


def lock(settings: Settings) -> TextIO:
    """Take the data folder for this process alone, until the returned file is closed.

    Two servers on one folder would write one SQLite database from two connections.

    Raises:
        SettingsError: another server has it.
    """
    file = open(settings.data_dir / "server.lock", "a+")  # noqa: SIM115 (held as long as the process lives)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        raise SettingsError(
            f"Another Fitboard ({file.read().strip() or 'just starting'}) works with {settings.data_dir.absolute()}. "
            "Use that one, stop it, or choose another folder: FITBOARD_DATA_DIR=…"
        ) from None
    file.truncate(0)
    file.write(settings.origin)
    file.flush()
    return file


def configuration(app: "ASGIApp") -> "Config":
    """How uvicorn is to serve the application."""
    from uvicorn import Config

    from app.sockets import SocketProtocol

    return Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=4,
        ws=SocketProtocol,
        ws_max_size=1 << 16,  # nobody sends us anything over a socket
        # It would cost each watcher 300 kB and the time to compress the same frame anew, which then isn't everyone's.
        ws_per_message_deflate=False,
    )


def serve(settings: Settings, say: Say | None = None) -> int:
    """Run the server in this process until SIGINT or SIGTERM; returns the exit code.

    Args:
        say: told the address once the server answers there.

    Raises:
        SettingsError: the address can't be listened on, or there is no place or database to work with.
    """
    import uvicorn

    from app.main import create_app
    from app.migrate import migrate

    bound = listen(settings)
    make_folder(settings)
    held = lock(settings)
    migrate(settings.url)  # the application would do it too, but could not say in a sentence what is wrong
    app = create_app(settings)
    config = configuration(app)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            # What is there now stays. Left out of every later collection, which else would stop the server for 100 ms.
            gc.collect()
            gc.freeze()
            if self.started and say is not None:
                say(f"Fitboard is at {link(settings)}")

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Answer the calls that are held, so that the shutdown needn't wait for them."""
            if self.should_exit:  # a second Ctrl-C: the shutdown is bounded, tearing it apart would help nobody
                return
            board = getattr(app.state, "board", None)
            if board is not None:
                board.stop_waiting()
            super().handle_exit(sig, frame)

    server = Server(config)
    # uvicorn raises the signal that ended it once more after its shutdown; to us that is a normal end.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda _number, _frame: None)
    with held:
        server.run(sockets=[bound])
    return 0 if server.started else 1


def link(settings: Settings) -> str:
    """The address to open: with a token set, the link that signs the browser in."""
    if settings.token is None:
        return settings.origin
    return f"{settings.origin}/login?token={quote(settings.token.get_secret_value(), safe='')}"


def main() -> int:
    """Serve with the settings from the environment; ``--quiet`` leaves the address unsaid. Returns the exit code."""
    try:
        return serve(load(), None if "--quiet" in sys.argv else lambda line: print(line, flush=True))
    except SettingsError as problem:
        print(problem, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
