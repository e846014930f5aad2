"""The words of the field, each in two or three plain sentences, with the lessons that treat it.

A lesson with new words adds them to the module of its part of the course. ``forms`` are the ways in which a word stands
in explanations, where pages link it.
"""

from app.glossary import judging, networks, pictures, steering, symbols
from app.glossary.entry import Entry

ENTRIES: tuple[Entry, ...] = tuple(
    sorted(
        (*symbols.WORDS, *networks.WORDS, *judging.WORDS, *steering.WORDS, *pictures.WORDS),
        key=lambda entry: entry.term.lower(),
    )
)
"""All words, in alphabetical order."""

__all__ = ["ENTRIES", "Entry"]
