"""The same run, started from elsewhere: as a curl call, as Python, as a command.

``static/js/snippets.js`` writes the same texts as the form changes; a browser test holds the two together.
"""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from app.forms import number


def curl(origin: str, lesson: str, params: Mapping[str, Any], *, token: bool = False) -> str:
    """A curl call that starts the run."""
    body = json.dumps(_body(lesson, params)).replace("'", "'\\''")
    sign_in = '  -H "Authorization: Bearer $FITBOARD_TOKEN" \\\n' if token else ""
    return f"curl {origin}/api/v1/runs \\\n{sign_in}  -H 'Content-Type: application/json' \\\n  -d '{body}'\n"


def python(origin: str, lesson: str, params: Mapping[str, Any], *, token: bool = False) -> str:
    """A few lines of Python, standard library only, that start the run."""
    body = _python(_body(lesson, params))
    headers = '{"Content-Type": "application/json"'
    headers += ', "Authorization": "Bearer " + os.environ["FITBOARD_TOKEN"]}' if token else "}"
    return (
        f"import json\n{'import os' + chr(10) if token else ''}from urllib.request import Request, urlopen\n\n"
        f"body = {body}\n"
        "request = Request(\n"
        f'    "{origin}/api/v1/runs",\n'
        "    data=json.dumps(body).encode(),\n"
        f"    headers={headers},\n"
        ")\n"
        "run = json.load(urlopen(request))\n"
        'print(run["id"], run["status"])\n'
    )


def command(lesson: str, params: Mapping[str, Any]) -> str:
    """A ``fitboard run`` command line that starts the run and follows it."""
    flags = []
    for name, value in params.items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            flags.append(flag if value else f"--no-{name.replace('_', '-')}")
        else:
            text = ",".join(_text(part) for part in value) if isinstance(value, list | tuple) else _text(value)
            flags.append(f"{flag} {shlex.quote(text)}")
    return " \\\n  ".join([f"fitboard run {lesson}", *flags, "--follow"]) + "\n"


def _body(lesson: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"lesson": lesson, "params": dict(params)} if params else {"lesson": lesson}


def _text(value: Any) -> str:
    return number(value) if isinstance(value, int | float) else str(value)


def _python(value: Any) -> str:
    """A JSON value as Python writes it, with double quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_python(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_python(part) for part in value) + "]"
    return (
        {True: "True", False: "False"}[value]
        if isinstance(value, bool)
        else "None"
        if value is None
        else json.dumps(value)
    )
