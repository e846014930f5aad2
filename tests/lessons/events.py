"""What a finished run has told, in order."""

import json
from typing import Any

from websockets.sync.client import connect

from tests.running import Running


def events_of(fitboard: Running, run: str) -> list[dict[str, Any]]:
    """Every event of a run that has ended."""
    with connect(f"{fitboard.url.replace('http', 'ws', 1)}/api/v1/runs/{run}/events", proxy=None) as socket:
        return [json.loads(frame) for frame in socket]
