"""``python -m benchmarks [PART …]``: measure and print the table; ``--write`` keeps it in docs.

``--growth`` measures instead how cost grows with size, and ``--write`` then keeps the tables and their picture.
``python -m benchmarks bands`` is another command: what lessons' presets come to over several seeds.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    bands,
    browser,
    growth,
    ingest,
    reading,
    report,
    reporting,
    server,
    training,
    watched,
    watchers,
    worker,
)

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
PARTS: dict[str, Callable[[Path], list[report.Measured]]] = {
    "server": server.measure,
    "ingest": ingest.measure,
    "reading": reading.measure,
    "watchers": watchers.measure,
    "watched": watched.measure,
    "worker": worker.measure,
    "browser": browser.measure,
    "training": training.measure,
    "reporting": reporting.measure,
}
"""What can be measured, each in a folder to work in."""

PICTURE = DOCUMENT.parent / "images" / "growth.svg"


def main() -> int:
    """Measure what was asked for, all of it by default; 1 when a goal was missed."""
    if sys.argv[1:2] == ["bands"]:
        return bands.main(sys.argv[2:])
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", epilog="Where lessons' results fall: python -m benchmarks bands --help"
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--write", action="store_true", help="replace the table in docs/benchmarks.md")
    parser.add_argument("--growth", action="store_true", help="measure how cost grows with epochs, runs and watchers")
    arguments = parser.parse_args()
    if arguments.growth:
        return _growth(arguments.write)
    parts = arguments.parts or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; the parts are {', '.join(PARTS)}")
    rows: list[report.Measured] = []
    with tempfile.TemporaryDirectory(prefix="fitboard-bench-") as name:
        folder = Path(name)
        for part in parts:
            print(f"measuring {part} …", file=sys.stderr, flush=True)
            rows += PARTS[part](folder)
    text = f"{report.table(rows)}\n\n{report.machine()} Measured {datetime.now(UTC):%Y-%m-%d} by `make bench`."
    print(text)
    if arguments.write:
        _keep("measured", text)
    return 0 if all(row.reached for row in rows) else 1


def _growth(write: bool) -> int:
    with tempfile.TemporaryDirectory(prefix="fitboard-bench-") as name:
        found = growth.measure(Path(name))
    text = f"{found.markdown()}\n\nMeasured {datetime.now(UTC):%Y-%m-%d} by `python -m benchmarks --growth`."
    print(text)
    if write:
        _keep("growth", text)
        PICTURE.write_text(found.svg())
    return 0


def _keep(what: str, text: str) -> None:
    """Put a text between its two marks in the document."""
    begin, end = f"<!-- {what}: begin -->", f"<!-- {what}: end -->"
    before, _, rest = DOCUMENT.read_text().partition(begin)
    DOCUMENT.write_text(f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}")


if __name__ == "__main__":  # the fork server's children import this module once more
    sys.exit(main())
