"""What the glossary knows of a word."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One word.

    Attributes:
        anchor: its place in the page's address, ``/glossary#anchor``; it never changes once it is in use.
        term: the word as a heading.
        meaning: two or three sentences.
        lessons: slugs of the lessons that treat it, in the course's order.
        forms: what else it is called in running text, in lower case; the term itself is one of them anyway.
        symbol: its sign in formulas; empty for none.
    """

    anchor: str
    term: str
    meaning: str
    lessons: tuple[str, ...]
    forms: tuple[str, ...] = ()
    symbol: str = ""
