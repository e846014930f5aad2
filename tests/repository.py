"""The files of the repository, found without git, which a machine that only runs Fitboard may lack."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_GENERATED = {line.strip().strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()} | {".git"}


def files() -> list[Path]:
    """Everything that is ours: the working tree without what .gitignore names."""
    found: list[Path] = []
    waiting = [ROOT]
    while waiting:
        for path in waiting.pop().iterdir():
            if path.name in _GENERATED or path.name.endswith(".egg-info"):
                continue
            (waiting if path.is_dir() else found).append(path)
    return sorted(found)
