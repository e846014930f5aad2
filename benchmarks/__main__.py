"""``python -m benchmarks [server|worker|browser]``: measure and print the table; ``--write`` keeps it in docs."""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import browser, report, server, worker

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def main() -> int:
    """Measure what was asked for, all of it by default; 1 when a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("parts", nargs="*", metavar="PART", help="server, worker or browser; all by default")
    parser.add_argument("--write", action="store_true", help="replace the table in docs/benchmarks.md")
    arguments = parser.parse_args()
    parts = arguments.parts or ["server", "worker", "browser"]
    rows: list[report.Measured] = []
    with tempfile.TemporaryDirectory(prefix="fitboard-bench-") as name:
        folder = Path(name)
        for part in parts:
            print(f"measuring {part} …", file=sys.stderr, flush=True)
            rows += _measure(part, folder)
    text = f"{report.table(rows)}\n\n{report.machine()} Measured {datetime.now(UTC):%Y-%m-%d} by `make bench`."
    print(text)
    if arguments.write:
        before, _, rest = DOCUMENT.read_text().partition(BEGIN)
        DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}")
    return 0 if all(row.reached for row in rows) else 1


def _measure(part: str, folder: Path) -> list[report.Measured]:
    if part == "server":
        return server.measure(folder)
    if part == "browser":
        return browser.measure(folder)
    if part == "worker":
        running = worker.start(folder)
        try:
            return worker.measure(running)
        finally:
            running.stop()
    raise SystemExit(f"there is no part {part!r}; the parts are server, worker and browser")


sys.exit(main())
