"""A process that reports epochs of one attempt as fast as the server takes them: ``python -m benchmarks.sender``.

Each sender is a process of its own with one kept connection, so that several of them load the server and not one
another. The next request is sent when the last one is answered, so a rate and a delay are of the same moment.
:func:`load` starts some and gathers what they saw.
"""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.played import PlayedWorker, epoch_data
from tests.running import Running

SECONDS = 5.0


@dataclass(frozen=True)
class Load:
    """What some senders reached together: requests in so many ``seconds``, each answered after its milliseconds."""

    seconds: float
    milliseconds: list[float]

    @property
    def per_second(self) -> float:
        """Answered requests per second."""
        return len(self.milliseconds) / self.seconds


def load(running: Running, senders: int, epochs: int, metrics: int) -> Load:
    """Have ``senders`` processes report new runs at the same time, ``epochs`` of ``metrics`` values per request."""
    with ExitStack() as stack:
        children = []
        for _ in range(senders):
            worker = PlayedWorker(running, running.run(epochs=epochs)["id"])
            command = [sys.executable, "-m", "benchmarks.sender", str(running.port), worker.path, worker.token]
            child = subprocess.Popen(
                [*command, str(epochs), str(metrics)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            children.append(stack.enter_context(child))
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        begun = time.perf_counter()
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        answers = [json.loads(child.communicate()[0]) for child in children]
        seconds = max(answer["ended"] for answer in answers) - begun
    return Load(seconds, [one for answer in answers for one in answer["milliseconds"]])


def send(port: int, path: str, token: str, epochs: int, metrics: int) -> dict[str, object]:
    """Send until the time is over; the delay of each request, and when the last was answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    milliseconds: list[float] = []
    epoch = 0
    until = time.perf_counter() + SECONDS
    while (now := time.perf_counter()) < until:
        body = _body(range(epoch, epoch + epochs), metrics)
        begun = time.perf_counter()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        now = time.perf_counter()
        epoch += epochs
        assert answer.status == 200, content
        assert json.loads(content) == {"n": epoch}, content
        milliseconds.append(round((now - begun) * 1e3, 3))
    return {"ended": now, "milliseconds": milliseconds}


def _body(epochs: range, metrics: int) -> bytes:
    time_ = f"2026-01-01T00:00:{epochs.start % 60:02d}.123456Z"
    entries = []
    for epoch in epochs:
        data = epoch_data(epoch)
        if metrics == 1:
            data = {"epoch": epoch, "metrics": {"loss": data["metrics"]["loss"]}, "seconds": 0.1}
        entries.append({"n": epoch + 1, "type": "epoch", "time": time_, "data": data})
    return json.dumps({"entries": entries}).encode()


def main(arguments: Sequence[str]) -> None:
    """Say that we are ready, wait for the word, send, and print what was seen."""
    port, path, token, epochs, metrics = arguments
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(send(int(port), path, token, int(epochs), int(metrics))))


if __name__ == "__main__":
    main(sys.argv[1:])
