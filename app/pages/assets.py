"""Static files: addresses that change with their content, cached for ever, compressed once.

Our own files live under ``/static/<version>/…`` where the version is a hash over all of them: a page that names the
version gets exactly the files it was written for, ES modules find each other by relative addresses, and there is no
build step. Plotly comes from the installed package and is never copied into the repository; its compressed form is
made once per version, in a thread beside the start, and kept in the data folder.
"""

import gzip
import hashlib
import importlib.metadata
import importlib.util
import mimetypes
import mmap
import os
import re
import shutil
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import FileResponse, Response

FOLDER = Path(__file__).resolve().parents[2] / "static"

FOREVER = "public, max-age=31536000, immutable"

TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

SHEETS = ("tokens", "base", "components", "pages", "exhibits", "asking", "sweeps", "datasets", "plots")
"""The style sheets that every page has, in order. They are sent as one, ``css/site.css``: one answer to wait for."""

_STYLE_ID = re.compile(rb'if\(!document\.getElementById\("([0-9a-f]{64})"\)\)')

_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^"']*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: its bytes, the same compressed, its type."""

    body: bytes
    zipped: bytes
    media_type: str


class Assets:
    """Our own static files, read once.

    Args:
        folder: where they lie.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        digest = hashlib.sha256()
        self._files: dict[str, Asset] = {}
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
            name = path.relative_to(folder).as_posix()
            body = path.read_bytes()
            digest.update(f"{name}\0{len(body)}\0".encode() + body)
            self._files[name] = _asset(name, body)
        sheets = [self._files[f"css/{name}.css"].body for name in SHEETS if f"css/{name}.css" in self._files]
        self._files["css/site.css"] = _asset("css/site.css", b"\n".join(sheets))
        self.version = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file.

        Raises:
            KeyError: when there is no such file, so that a page can't name one that is missing.
        """
        if name not in self._files:
            raise KeyError(f"static/{name} does not exist")
        return f"/static/{self.version}/{name}"

    def modules(self, name: str) -> list[str]:
        """The addresses of all modules that a module imports, near or far, so that a page can preload them."""
        found: list[str] = []
        waiting = [name]
        while waiting:
            current = PurePosixPath(waiting.pop())
            for target in _IMPORT.findall(self._files[str(current)].body.decode()):
                path = os.path.normpath(current.parent / target)
                if path not in found:
                    found.append(path)
                    waiting.append(path)
        return [self.url(path) for path in found]

    def response(self, request: Request, version: str, name: str) -> Response | None:
        """The file as an answer, or None when there is none of this version and name."""
        asset = self._files.get(name)
        if asset is None or version != self.version:
            return None
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if accepts_gzip(request):
            return Response(asset.zipped, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(asset.body, media_type=asset.media_type, headers=headers)

    def sizes(self, suffix: str) -> dict[str, int]:
        """How many bytes each file with this suffix costs over the wire."""
        return {name: len(asset.zipped) for name, asset in self._files.items() if name.endswith(suffix)}


def _asset(name: str, body: bytes) -> Asset:
    kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(body, gzip.compress(body, 9, mtime=0), kind)


class Plotly:
    """The browser's half of the installed ``plotly`` package, found without importing it.

    Args:
        cache: the folder that keeps the compressed file.
    """

    def __init__(self, cache: Path) -> None:
        spec = importlib.util.find_spec("plotly")
        if spec is None or spec.origin is None:
            raise RuntimeError("The package plotly is not installed. Install Fitboard's dependencies again.")
        self.source = Path(spec.origin).parent / "package_data" / "plotly.min.js"
        self.version = importlib.metadata.version("plotly")
        self.zipped = cache / f"plotly-{self.version}-{self.source.stat().st_size}.min.js.gz"
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The address under which this version is served."""
        return f"/static/vendor/plotly-{self.version}.min.js"

    @cached_property
    def style_ids(self) -> tuple[str, ...]:
        """Ids of ``<style>`` elements that the script would add for kinds of charts we don't draw.

        The security policy forbids adding styles; where an element with such an id is on the page already, the script
        doesn't try.
        """
        with self.source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            return tuple(dict.fromkeys(found.decode() for found in _STYLE_ID.findall(text)))

    def prepare(self) -> None:
        """Compress the file if that was not done before. Calls from other threads wait for the first one."""
        with self._lock:
            if self.zipped.exists():
                return
            self.zipped.parent.mkdir(parents=True, exist_ok=True)
            partial = self.zipped.with_suffix(f".{os.getpid()}.partial")
            try:
                with (
                    self.source.open("rb") as plain,
                    partial.open("wb") as file,
                    gzip.GzipFile("", "wb", 9, file, mtime=0) as packed,
                ):
                    shutil.copyfileobj(plain, packed, 1 << 18)
                partial.replace(self.zipped)
            finally:
                partial.unlink(missing_ok=True)

    def prepare_beside(self) -> None:
        """Compress in a thread of its own, so that the start does not wait."""
        threading.Thread(target=self.prepare, name="plotly-gzip", daemon=True).start()

    def response(self, request: Request, version: str) -> Response | None:
        """The file as an answer, or None for another version. May wait for the compression: call it in a thread."""
        if version != self.version:
            return None
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if not accepts_gzip(request):
            return FileResponse(self.source, media_type=TYPES[".js"], headers=headers)
        self.prepare()
        # In one piece: chunk by chunk through threads, as files usually go, it takes a multiple of the time.
        body = self.zipped.read_bytes()
        return Response(body, media_type=TYPES[".js"], headers={**headers, "Content-Encoding": "gzip"})


def accepts_gzip(request: Request) -> bool:
    """Whether the client takes gzip (a quality of zero is a refusal)."""
    for part in request.headers.get("accept-encoding", "").split(","):
        name, _, quality = part.strip().lower().partition(";")
        if name.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
