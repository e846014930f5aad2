"""What each kind of error means, as pages; and errors shown to people who open an address in a browser."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.errors import KINDS, MEDIA_TYPE, Kind, Problem
from app.pages.shared import site
from app.pages.site import Page

router = APIRouter(include_in_schema=False)

Handler = Callable[[Request, Exception], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class KindPage(Page):
    """The page that a problem's ``type`` points to."""

    slug: str
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class KindsPage(Page):
    """All kinds of problems."""

    kinds: Mapping[str, Kind]


@dataclass(frozen=True, kw_only=True)
class ProblemPage(Page):
    """An error that was met at an address opened in a browser."""

    slug: str
    status: int
    detail: str
    meaning: str


@router.get("/errors")
def kinds(request: Request) -> Response:
    """List the kinds of problems."""
    return site(request).answer(request, "kinds.html", KindsPage(title="Errors and their remedies", kinds=KINDS))


@router.get("/errors/{slug}")
def kind(request: Request, slug: str) -> Response:
    """Explain one kind of problem.

    Raises:
        Problem: ``not-found``.
    """
    found = KINDS.get(slug)
    if found is None:
        raise Problem("not-found", f"There is no kind of error called {slug[:60]!r}. /errors lists them all.")
    return site(request).answer(request, "kind.html", KindPage(title=found.title, slug=slug, kind=found))


def for_browsers(handler: Handler) -> Handler:
    """Make an error handler answer people with a page, and everybody else as it did before."""

    async def answer(request: Request, error: Exception) -> Response:
        response = await handler(request, error)
        if response.media_type != MEDIA_TYPE or not wants_page(request):
            return response
        problem = json.loads(bytes(response.body))
        slug = problem["type"].removeprefix("/errors/")
        page = ProblemPage(
            title=problem["title"],
            slug=slug,
            status=problem["status"],
            detail=problem["detail"],
            meaning=KINDS[slug].meaning,
        )
        html = site(request).answer(request, "problem.html", page, problem["status"])
        for name, value in response.headers.items():
            if name not in ("content-type", "content-length"):
                html.headers[name] = value
        return html

    return answer


def wants_page(request: Request) -> bool:
    """Whether a person is asking: the address is a page's, and HTML is preferred to JSON."""
    path = request.scope["path"]
    if path.startswith(("/api/", "/static/")) or path in ("/health", "/openapi.json"):
        return False
    accepted = request.headers.get("accept", "")
    html, other = accepted.find("text/html"), accepted.find("json")
    return html >= 0 and (other < 0 or html < other)
