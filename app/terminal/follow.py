"""``fitboard run … --follow``: a run's events as lines and a live bar in the terminal."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text


def follow(events: Iterable[dict[str, Any]], epochs: int | None, console: Console) -> str:
    """Show the events as they come; returns the status in which the run ended.

    In a terminal one bar moves; elsewhere (a pipe, a log file) each tenth of the epochs is a line.
    """
    status = "queued"
    every = max(1, (epochs or 10) // 10)
    bar = Progress(
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(20),
        TextColumn("{task.fields[metrics]}"),
        TextColumn("{task.fields[eta]}"),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=epochs, epoch=f"0/{epochs or '?'}", metrics="", eta="waiting for a worker")
        for event in events:
            data = event["data"]
            if event["type"] == "epoch":
                done = data["epoch"] + 1
                losses = "  ".join(metric(name, data) for name in ("loss", "val_loss") if name in data["metrics"])
                bar.update(task, completed=done, epoch=f"{done}/{epochs or '?'}", metrics=losses, eta=eta(data))
                if not console.is_terminal and (done % every == 0 or done == epochs):
                    every_metric = "  ".join(metric(name, data) for name in data["metrics"])
                    console.print(Text(f"epoch {done}/{epochs or '?'}  {every_metric}"), soft_wrap=True)
            elif event["type"] == "status":
                status = data["status"]
                bar.update(task, eta="" if status == "running" else status)
            if line := spoken(event):
                console.print(line, soft_wrap=True)
    return status


def metric(name: str, data: dict[str, Any]) -> str:
    """``loss 0.6931``; what isn't finite by its name."""
    value = data["metrics"][name]
    return f"{name} {data.get('non_finite', {}).get(name, 'nan') if value is None else format(value, '.4g')}"


def eta(data: dict[str, Any]) -> str:
    """How much longer, in words; empty when nobody knows."""
    seconds = data.get("eta_seconds")
    if seconds is None:
        return ""
    return f"{seconds:.0f} s left" if seconds < 100 else f"{seconds / 60:.0f} min left"


def spoken(event: dict[str, Any]) -> Text | None:
    """The line that an event is worth, if it is worth one."""
    data = event["data"]
    if event["type"] == "stage" and data["state"] == "done":
        return Text(f"{data['stage']}: {data.get('summary') or 'done'}", style="dim")
    if event["type"] == "log":
        style = {"warning": "yellow", "error": "red"}.get(data["level"], "")
        return Text(data["message"], style=style)
    if event["type"] == "status" and data["status"] == "paused" and not data.get("error"):
        return Text("The run is paused.", style="yellow")
    if event["type"] == "status" and data.get("error"):
        return Text(f"{data['error']['title']}. {data['error']['detail']}", style="red")
    return None
