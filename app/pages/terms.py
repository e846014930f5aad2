"""Links in running text: to the glossary, each word the first time it stands there, and to lessons by their number."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from app.glossary import ENTRIES
from jobs.lessons.registry import LESSONS

_ANCHORS = {form: entry.anchor for entry in ENTRIES for form in (entry.term.lower(), *entry.forms)}

_SLUGS = {str(lesson.number): lesson.slug for lesson in LESSONS}

_WORDS = re.compile(
    r"(?<![\w-])(?:lesson (?P<number>\d+)|"
    + "|".join(map(re.escape, sorted(_ANCHORS, key=len, reverse=True)))
    + r")(?![\w-])",
    re.IGNORECASE,
)


def linked(paragraphs: Iterable[str]) -> list[Markup]:
    """Paragraphs of plain text as HTML, with lessons linked, and the glossary's words where each is met first."""
    met: set[str] = set()
    return [_linked(paragraph, met) for paragraph in paragraphs]


def _linked(paragraph: str, met: set[str]) -> Markup:
    parts, end = [], 0
    for found in _WORDS.finditer(paragraph):
        link = _link(found, met)
        if link is not None:
            parts += [escape(paragraph[end : found.start()]), link]
            end = found.end()
    return Markup("").join([*parts, escape(paragraph[end:])])


def _link(found: re.Match[str], met: set[str]) -> Markup | None:
    """What stands in a word's place; None where it stays as it is."""
    if found["number"] is not None:
        slug = _SLUGS.get(found["number"])
        return None if slug is None else Markup('<a href="/lessons/{}">{}</a>').format(slug, found[0])
    anchor = _ANCHORS[found[0].lower()]
    if anchor in met:
        return None
    met.add(anchor)
    return Markup('<a class="term" href="/glossary#{}">{}</a>').format(anchor, found[0])
