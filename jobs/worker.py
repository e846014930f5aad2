"""``python -m jobs.worker``: the command line of a worker. What it does is in :mod:`jobs.pool`.

Light at import, because every child process of the fork server imports the main module once more.
"""

import argparse
import logging
import os
import re
import socket
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker until a signal comes; returns the exit code."""
    options = _parser().parse_args(arguments)
    key = os.environ.get("FITBOARD_WORKER_KEY", "")
    if not key:
        print("FITBOARD_WORKER_KEY is not set. Set it to the key in the server's data/worker.key.", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.INFO, format="worker: %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)

    from jobs.child import DataPlaces
    from jobs.pool import Pool, PoolSettings
    from jobs.workfolder import FolderInUse, WorkFolder

    try:
        folder = WorkFolder(options.work_dir, options.name)
    except (FolderInUse, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    data = DataPlaces(options.datasets_dir, options.cache_dir, options.downloads, uploads=options.cache_dir)
    settings = PoolSettings(options.server, key, options.name, options.slots, data, options.programs_dir)
    return Pool(settings, folder).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m jobs.worker",
        description="Trains what a Fitboard server has queued. The key comes from FITBOARD_WORKER_KEY.",
    )
    own = os.environ.get("FITBOARD_DATASETS_DIR")
    no = os.environ.get("FITBOARD_DOWNLOADS", "").strip().lower() in {"0", "false", "no", "off", "f", "n"}
    add = parser.add_argument
    add("--server", required=True, metavar="URL", help="the server's address, like http://127.0.0.1:8000")
    add("--work-dir", type=Path, default=Path("data/worker"), metavar="DIR", help="journals lie here (%(default)s)")
    add("--cache-dir", type=Path, default=Path("data/datasets"), metavar="DIR", help="downloads, uploads (%(default)s)")
    add("--programs-dir", type=Path, default=Path("data/cache/programs"), metavar="DIR", help="what XLA compiled")
    add("--datasets-dir", type=Path, default=Path(own) if own else None, metavar="DIR", help="your own data files")
    add("--downloads", action=argparse.BooleanOptionalAction, default=not no, help="may missing data be downloaded?")
    add("--slots", type=_slots, default=None, metavar="N", help="runs at a time (one, or one per GPU)")
    add("--name", type=_name, default=_default_name(), help="what the server calls this worker (%(default)s)")
    return parser


def _slots(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 64")
    return int(text)


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 to 64 letters, digits, dots, dashes or underscores")
    return text


def _default_name() -> str:
    host = re.sub(r"[^A-Za-z0-9_-]+", "-", socket.gethostname())[:40] or "worker"
    return f"{host}-{os.getpid()}"


if __name__ == "__main__":
    sys.exit(main())
