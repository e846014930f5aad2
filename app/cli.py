"""The command line: ``fitboard up | server | worker | lessons | datasets | run | sweep | cancel | pause | resume``.

Each command parses, calls one function and says what came of it. Everything heavy is imported inside the command that
needs it; Keras never is. Exit codes: 0 done, 1 failed, 2 refused before anything began, 130 left with Ctrl-C.
"""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from app.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from app.terminal.client import Client
    from jobs.lessons.base import Lesson, Preset

FAILED, REFUSED, LEFT = 1, 2, 130

cli = typer.Typer(
    name="fitboard",
    help="Train Keras models and watch the curves move. Start with: fitboard up",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
runs = typer.Typer(help="Queue a run of a lesson on a running Fitboard.", no_args_is_help=True)
cli.add_typer(runs, name="run")
sweeps = typer.Typer(help="Queue runs of a lesson over several values of its parameters.", no_args_is_help=True)
cli.add_typer(sweeps, name="sweep")

Host = Annotated[str | None, typer.Option(help="Address to listen on (FITBOARD_HOST).", show_default=False)]
Port = Annotated[int | None, typer.Option(help="Port to listen on (FITBOARD_PORT).", show_default=False)]
DataDir = Annotated[Path | None, typer.Option(help="Folder for runs and data (FITBOARD_DATA_DIR).", show_default=False)]
Server = Annotated[
    str | None, typer.Option(help="Address of the running Fitboard; by default this machine's.", show_default=False)
]


def say(message: str) -> None:
    """A line for people, beside the children's own output."""
    print(message, flush=True)


@cli.callback(invoke_without_command=True)
def start(version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False) -> None:
    """Train Keras models and watch the curves move. Start with: fitboard up"""
    if version:
        from app import __version__

        say(f"fitboard {__version__}")
        raise typer.Exit


@cli.command()
def up(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    browser: Annotated[bool, typer.Option(help="Open the page (FITBOARD_BROWSER=0 for never).")] = True,
) -> None:
    """Start server and worker, open the page; Ctrl-C stops everything."""
    from app import launch
    from app.serve import listen

    settings = settings_with(host, port, data_dir)
    if settings.port == 0:
        with listen(settings) as bound:
            settings = settings_with(None, bound.getsockname()[1], None)
    shown = launch.browser_for(os.environ) if browser else None
    raise typer.Exit(launch.Launch(settings, say, shown).run())


@cli.command()
def server(host: Host = None, port: Port = None, data_dir: DataDir = None) -> None:
    """Run the server alone, in this process."""
    settings_with(host, port, data_dir)
    become([sys.executable, "-m", "app.serve"], os.environ)


@cli.command()
def worker(
    server: Server = None,
    data_dir: DataDir = None,
    name: Annotated[str | None, typer.Option(help="How the server shall call it.", show_default=False)] = None,
) -> None:
    """Run a worker alone; on another machine it needs --server and FITBOARD_WORKER_KEY."""
    from app import launch

    settings = settings_with(None, None, data_dir)
    become(
        launch.worker_command(settings, server_of(server, settings), name),
        launch.worker_environment(settings),
    )


@cli.command()
def lessons(slug: Annotated[str | None, typer.Argument(help="One lesson, with its parameters.")] = None) -> None:
    """List the lessons, or one lesson's parameters and presets."""
    from app.terminal import listing

    if slug is None:
        listing.lessons()
    else:
        listing.lesson(lesson_called(slug))


@cli.command()
def datasets(
    add: Annotated[Path | None, typer.Option(help="Upload this .csv or .npz.", show_default=False)] = None,
    delete: Annotated[str | None, typer.Option(help="Delete this uploaded dataset.", show_default=False)] = None,
    server: Server = None,
) -> None:
    """List the datasets of a running Fitboard; upload one of your own, or delete it."""
    from app.terminal import listing

    connection = client(server)
    if add is not None:
        try:
            found = connection.add_dataset(add)
        except OSError as problem:
            raise SettingsError(f"{add} cannot be read: {problem.strerror}. Name a file.") from None
        say(f"{found['name']}: {found['detail']}")
    if delete is not None:
        connection.delete_dataset(delete)
        say(f"{delete} is deleted.")
    if add is None and delete is None:
        listing.datasets(connection.datasets())


@cli.command()
def cancel(run: Annotated[str, typer.Argument(help="The run's id.")], server: Server = None) -> None:
    """Stop a queued or running run."""
    found = client(server).cancel(run)
    say(f"Run {found['id']} is {found['status']}{', stopping' if found['status'] == 'running' else ''}.")


@cli.command()
def pause(run: Annotated[str, typer.Argument(help="The run's id.")], server: Server = None) -> None:
    """Pause a queued or running run; its state is saved."""
    found = client(server).pause(run)
    say(f"Run {found['id']} is {found['status']}{', pausing' if found['status'] == 'running' else ''}.")


@cli.command()
def resume(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    epochs: Annotated[int | None, typer.Option(help="Epochs in all, more than before.", show_default=False)] = None,
    server: Server = None,
) -> None:
    """Go on with a paused, canceled or failed run, or train a completed one further."""
    found = client(server).resume(run, epochs)
    in_all = f", with {found['epochs']} epochs in all" if found["epochs"] else ""
    say(f"Run {found['id']} is {found['status']}{in_all}.")


def train(
    lesson: "Lesson[Any]",
    params: dict[str, Any],
    preset: Annotated[str | None, typer.Option(help="Start from this preset's values.", show_default=False)] = None,
    name: Annotated[str | None, typer.Option(help="A name to find the run by.", show_default=False)] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A word to find it by; may be repeated.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Stay and show the progress until the end.")] = False,
    server: Server = None,
) -> None:
    """Queue a run of ``lesson`` and, with ``follow``, show it until its end."""
    if preset is not None:
        params = {**preset_called(lesson, preset).values, **params}
    connection = client(server)
    run = connection.create(lesson.slug, params, name, tag or [])
    say(f"{connection.server}{run['links']['page']}")
    if follow:
        raise typer.Exit(watch(connection, run))


def train_several(
    lesson: "Lesson[Any]",
    params: dict[str, Any],
    tries: Annotated[
        list[str] | None,
        typer.Option(
            "--try",
            metavar="NAME=V,V",
            help="A parameter and its values, with commas between; of lists with semicolons. May be repeated.",
        ),
    ] = None,
    preset: Annotated[str | None, typer.Option(help="Start from this preset's values.", show_default=False)] = None,
    name: Annotated[str | None, typer.Option(help="A name to find the sweep by.", show_default=False)] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A word to find its runs by; may be repeated.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Stay and show each run until its end.")] = False,
    server: Server = None,
) -> None:
    """Queue a run of ``lesson`` for each combination of values and, with ``follow``, show them one after another."""
    from app.terminal import grids

    grid = grids.parse(lesson, tries or [])
    if preset is not None:
        chosen = preset_called(lesson, preset)
        params = {**chosen.values, **params}
        grid = {**{name: list(values) for name, values in chosen.grid.items()}, **grid}
    if not grid:
        raise SettingsError(
            "There is nothing to try. Write --try NAME=VALUE,VALUE, or take a preset that tries several."
        )
    connection = client(server)
    sweep = connection.create_sweep(lesson.slug, params, grid, name, tag or [])
    say(f"{connection.server}{sweep['links']['page']}")
    for run in sweep["runs"]:
        say(f"{run['id']}  {run['name']}")
    if follow:
        codes = []
        for run in sweep["runs"]:
            say(f"\n{run['name']}")
            codes.append(watch(connection, run))
            if codes[-1] == LEFT:
                break
        raise typer.Exit(max(codes))


def watch(connection: "Client", run: dict[str, Any]) -> int:
    """Show a run until its end; returns the exit code."""
    from rich.console import Console

    from app.terminal import follow

    console = Console(highlight=False)
    events = connection.events(run["id"], lost=lambda why: console.print(f"Connection lost ({why}); trying again."))
    try:
        status = follow.follow(events, run["epochs"] or run["params"].get("epochs"), console)
    except KeyboardInterrupt:
        say(f"The run goes on. To stop it: fitboard cancel {run['id']}")
        return LEFT
    best = connection.run(run["id"])["best"]
    where = f" Best {best['monitor']} {best['value']:.4g} in epoch {best['epoch'] + 1}." if best else ""
    say(f"Run {run['id']} is {status}.{where}")
    return 0 if status == "completed" else FAILED


def become(command: list[str], environment: Mapping[str, str]) -> NoReturn:
    """Go on as another program, in this very process: what only the command line needs leaves the memory."""
    sys.stdout.flush()
    os.execve(command[0], command, environment)


def settings_with(host: str | None, port: int | None, data_dir: Path | None) -> Settings:
    """The settings, with flags put in as the variables they stand for, so that children see them too."""
    for name, value in (("HOST", host), ("PORT", port), ("DATA_DIR", data_dir)):
        if value is not None:
            os.environ[f"FITBOARD_{name}"] = str(value)
    return load()


def server_of(given: str | None, settings: Settings) -> str:
    """The server's address: as given, or where this machine's settings put it."""
    address = (given or settings.origin).rstrip("/")
    return address if "://" in address else f"http://{address}"


def client(server: str | None) -> "Client":
    """Calls to the running server."""
    from app.terminal.client import Client

    settings = load()
    token = settings.token.get_secret_value() if settings.token else None
    return Client(server_of(server, settings), token)


def lesson_called(slug: str) -> "Lesson[Any]":
    """The lesson of that name; an unknown one ends the command with the names there are."""
    from jobs.lessons import registry

    try:
        return registry.get(slug)
    except KeyError:
        known = ", ".join(one.slug for one in registry.LESSONS)
        raise SettingsError(f"There is no lesson {slug!r}. Lessons: {known}.") from None


def preset_called(lesson: "Lesson[Any]", slug: str) -> "Preset":
    """The lesson's preset of that name."""
    for preset in lesson.presets:
        if preset.slug == slug:
            return preset
    known = ", ".join(one.slug for one in lesson.presets)
    raise SettingsError(f"{lesson.slug} has no preset {slug!r}. Presets: {known}.")


def add_lessons() -> None:
    """One ``fitboard run LESSON`` and ``fitboard sweep LESSON`` per lesson, with its parameters as flags."""
    from app.terminal import flags
    from jobs.lessons.registry import LESSONS

    for lesson in LESSONS:
        runs.command(lesson.slug)(flags.command(lesson, train))
        sweeps.command(lesson.slug)(flags.command(lesson, train_several))


def report(command: Callable[[], Any]) -> int:
    """Run a command and turn what went wrong into a sentence and an exit code."""
    from app.terminal.client import NoServer, ServerProblem

    try:
        command()
    except SettingsError as problem:
        print(problem, file=sys.stderr)
        return REFUSED
    except ServerProblem as problem:
        from app.terminal.flags import flag

        print(f"{problem.title}." if problem.errors else f"{problem.title}. {problem.detail}", file=sys.stderr)
        for pointer, detail in problem.errors:
            parts = pointer.split("/")
            name = pointer
            if len(parts) > 2 and parts[1] in ("params", "grid"):
                name = flag(parts[2]) if parts[1] == "params" else f"--try {parts[2]}"
            print(f"  {name}: {detail}", file=sys.stderr)
        return REFUSED
    except NoServer as problem:
        print(
            f"No Fitboard answers ({problem}). Start one with: fitboard up. Or name another: --server http://HOST:PORT",
            file=sys.stderr,
        )
        return FAILED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED
    return 0


def main() -> None:
    """The entry point of ``fitboard``."""
    if sys.argv[1:2] in (["run"], ["sweep"]):
        add_lessons()
    sys.exit(report(cli))


if __name__ == "__main__":
    main()
