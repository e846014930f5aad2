"""The glossary, ``/glossary``. What it says is in :mod:`app.glossary`."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.glossary import ENTRIES, Entry
from app.pages.shared import site
from app.pages.site import Page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class GlossaryPage(Page):
    """All words by their first letter."""

    letters: tuple[tuple[str, tuple[Entry, ...]], ...]


@router.get("/glossary")
def glossary(request: Request) -> Response:
    """Show it."""
    letters: dict[str, list[Entry]] = {}
    for entry in ENTRIES:
        letters.setdefault(entry.term[0].upper(), []).append(entry)
    page = GlossaryPage(title="Glossary", letters=tuple((letter, tuple(some)) for letter, some in letters.items()))
    return site(request).answer(request, "glossary.html", page)
