"""What a dataset may be called.

A name comes from a client and from the names of files. It is only ever looked up in a listing of what is there, never
joined to a path; the rule keeps out what could not be shown in a sentence or sent in an address.
"""

import re

LONGEST = 80
"""Characters of a name."""

PATTERN = r"""^[^\x00-\x20"./\\\x7f-\x9f]([^\x00-\x1f"/\\\x7f-\x9f]{0,78}[^\x00-\x20"/\\\x7f-\x9f])?$"""
"""Without slashes, control characters and ``"``; no dot or space in front, no space at the end.

A script that repeats a run has the name between double quotes: nothing in it can end them.
"""

AUTO = "auto"
"""What stands for the first dataset of a lesson that can be had; no dataset is called so."""

_WHOLE = re.compile(PATTERN.removesuffix("$"))


def usable(name: str) -> bool:
    """Whether a dataset may be called so."""
    return _WHOLE.fullmatch(name) is not None and name != AUTO and name.isprintable()
