"""Attempts executed in the test's own process: real Keras, with the events in a list instead of a journal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobs.datasets import Datasets
from jobs.protocol import Assignment, CheckpointData, EndData, EventType, Route, Wire
from jobs.restoring import Fetch, nothing
from jobs.stopping import Stop


@dataclass
class Attempted:
    """What an attempt reported."""

    directory: Path
    events: list[tuple[EventType, dict[str, Any]]] = field(default_factory=list)
    offers: list[CheckpointData] = field(default_factory=list)
    end: EndData | None = None

    def of(self, kind: EventType) -> list[dict[str, Any]]:
        """The events of one type."""
        return [data for each, data in self.events if each is kind]

    @property
    def history(self) -> dict[str, list[float]]:
        """Keras's History, put together from the epochs."""
        rows = [row["metrics"] for row in self.of(EventType.EPOCH)]
        return {name: [row[name] for row in rows] for name in rows[0]}

    def latest(self, kind: str) -> CheckpointData:
        """The newest checkpoint of a kind."""
        return next(offer for offer in reversed(self.offers) if offer.kind == kind)


Watch = Callable[[EventType, dict[str, Any], Stop], None]


def attempt(
    directory: Path,
    params: dict[str, Any],
    *,
    datasets: Path | None = None,
    lesson: str = "first-network",
    watch: Watch = lambda kind, data, stop: None,
    route: Route | None = None,
    jit_compile: bool | None = None,
    resumed: Any = None,
    fetch: Fetch = nothing,
) -> Attempted:
    """Execute an attempt. ``watch`` sees each event as it happens, and may ask for a stop.

    ``route`` and ``jit_compile`` are those of an earlier attempt, ``resumed`` is the generation it has left, and
    ``fetch`` gets the models.
    """
    from jobs.execution import earlier_choice, execute
    from jobs.training import Session

    directory.mkdir(parents=True, exist_ok=True)
    done = Attempted(directory)
    stop = Stop()

    def report(kind: EventType, data: Wire | dict[str, Any]) -> None:
        content = data.model_dump(mode="json") if isinstance(data, Wire) else data
        done.events.append((kind, content))
        watch(kind, content, stop)

    assignment = Assignment(
        run="r1", attempt=1, token="t", lesson=lesson, params=params, route=route, jit_compile=jit_compile
    )
    session = Session(
        report=report,
        offer=done.offers.append,
        datasets=Datasets(datasets, directory / "cache", downloads=False),
        stop=stop,
        directory=directory,
        earlier=earlier_choice(assignment),
        resumed=resumed,
        fetch=fetch,
    )
    done.end = execute(assignment, session, stop)
    return done
