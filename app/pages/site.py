"""What all pages share: templates, static files, and how a context becomes an answer.

A page is a frozen dataclass, made by a function from what the database holds, and one template that gets nothing
but it. Undefined names in a template are errors.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app import firstscript
from app.pages import course, terms, words
from app.pages.assets import Assets, Plotly

FOLDER = Path(__file__).resolve().parents[2] / "templates"


@dataclass(frozen=True, kw_only=True)
class Page:
    """What every page says of itself: its title, and which part of the site it belongs to."""

    title: str
    section: Literal["lessons", "runs", "lab", "data", "none"] = "none"


class Site:
    """Templates and static files.

    Args:
        cache: a folder for what is made once, such as the compressed Plotly.
    """

    def __init__(self, cache: Path) -> None:
        self.assets = Assets()
        self.plotly = Plotly(cache)
        self.templates = Environment(
            loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True, auto_reload=False,
        )  # fmt: skip
        self.templates.globals.update(
            asset=self.assets.url,
            modules=self.assets.modules,
            plotly=self.plotly,
            first_script=Markup(firstscript.TEXT),
            words=words,
            lesson_title=course.title,
        )
        self.templates.filters.update(
            duration=words.duration, size=words.size, metric=words.metric, moment=words.moment, clock=words.clock,
            status=words.status, json=as_json, linked=terms.linked,
        )  # fmt: skip

    def start(self) -> None:
        """Begin what takes a while, beside the start of the server."""
        self.plotly.prepare_beside()

    def answer(self, request: Request, template: str, page: Page, status: int = 200) -> HTMLResponse:
        """Render a page."""
        html = self.templates.get_template(template).render(page=page, path=request.url.path)
        return HTMLResponse(html, status, headers={"Cache-Control": "no-cache", "Vary": "Accept"})


def as_json(value: Any) -> Markup:
    """JSON that can stand in ``<script type="application/json">``: nothing in it can end the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
