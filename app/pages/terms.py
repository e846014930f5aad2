"""Links to the glossary in running text: each word the first time it stands there."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from app.glossary import ENTRIES

_ANCHORS = {form: entry.anchor for entry in ENTRIES for form in (entry.term.lower(), *entry.forms)}

_WORDS = re.compile(
    r"(?<![\w-])(" + "|".join(map(re.escape, sorted(_ANCHORS, key=len, reverse=True))) + r")(?![\w-])", re.IGNORECASE
)


def linked(paragraphs: Iterable[str]) -> list[Markup]:
    """Paragraphs of plain text as HTML, with the glossary's words linked where each is met first."""
    met: set[str] = set()
    return [_linked(paragraph, met) for paragraph in paragraphs]


def _linked(paragraph: str, met: set[str]) -> Markup:
    parts, end = [], 0
    for found in _WORDS.finditer(paragraph):
        anchor = _ANCHORS[found[0].lower()]
        if anchor not in met:
            met.add(anchor)
            parts.append(escape(paragraph[end : found.start()]))
            parts.append(Markup('<a class="term" href="/glossary#{}">{}</a>').format(anchor, found[0]))
            end = found.end()
    return Markup("").join([*parts, escape(paragraph[end:])])
