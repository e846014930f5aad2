"""Uploads as scripts send them, and what they leave behind."""

import io
from typing import Any

import httpx
import numpy as np

from tests.app.server import Server
from tests.datafiles import own_pictures

DATASETS = "/api/v1/datasets"


def pictures(**what: Any) -> bytes:
    """An archive of pictures, see :func:`tests.datafiles.own_pictures`."""
    file = io.BytesIO()
    np.savez_compressed(file, **own_pictures(**what))
    return file.getvalue()


BARS = pictures(train=31, test=8, shape=(12, 16, 3), classes=3)


def send(server: Server, name: str, content: bytes, **options: Any) -> httpx.Response:
    """Upload a file by the API."""
    answer: httpx.Response = server.http.post(DATASETS, files={"file": (name, content)}, **options)
    return answer


def kept(server: Server) -> list[str]:
    """What lies in the folder of uploads."""
    folder = server.data / "datasets"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []
