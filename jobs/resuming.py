"""Where a later attempt goes on: the newest sound generation that the server has of the run."""

import hashlib
from collections.abc import Callable

from jobs.client import AttemptClient, Unreachable
from jobs.generations import Generation, Unusable
from jobs.protocol import Assignment, CheckpointData

PAUSE = 1.0
"""Seconds between two tries while the server is away."""


def fetch(
    server: str, assignment: Assignment, *, stopped: Callable[[float], bool], say: Callable[[str], None]
) -> Generation | None:
    """The newest generation that the assignment offers and that is whole and can be read.

    None if there is none, or if the attempt shall stop.

    Args:
        server: asked for their bytes, as often as it takes.
        assignment: offers generations, the newest first.
        stopped: waits so many seconds and says whether the attempt shall stop.
        say: takes a sentence for the run's log.

    Raises:
        Refused: the server doesn't want this attempt.
    """
    if not assignment.generations:
        return None
    client = AttemptClient(server, assignment)
    try:
        for data in assignment.generations:
            content = _download(client, data, stopped)
            if content is None:
                return None
            try:
                if hashlib.sha256(content).hexdigest() != data.sha256:
                    raise Unusable("its bytes are not those that were saved")
                return Generation.decode(content)
            except Unusable as error:
                say(f"The state saved before epoch {data.epoch + 1} is of no use: {error}.")
    finally:
        client.close()
    say("There is no saved state to go on from; the training begins anew.")
    return None


def _download(client: AttemptClient, data: CheckpointData, stopped: Callable[[float], bool]) -> bytes | None:
    while True:
        try:
            return client.generation(data)
        except Unreachable:
            if stopped(PAUSE):
                return None
