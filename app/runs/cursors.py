"""Where the next page of a list begins, as an opaque word: the last row's value and its number."""

import base64
import binascii
import json
from typing import Any

from app.errors import invalid_input
from app.sentences import FieldError, shown


def encode(value: Any, number: int) -> str:
    """The place after a row with this number, in a list sorted by a column in which it has this value."""
    return base64.urlsafe_b64encode(json.dumps([value, number]).encode()).decode().rstrip("=")


def decode(cursor: str, expected: type) -> tuple[Any, int]:
    """The value and the number of a place; the value must be of the ``expected`` type.

    Raises:
        Problem: ``invalid-input`` for a cursor that isn't ours.
    """
    try:
        value, number = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if type(value) is expected and type(number) is int and abs(number) < 2**63:
            str(value).encode()  # a lone surrogate can't be compared with anything
            return value, number
    except (ValueError, TypeError, RecursionError, binascii.Error):
        pass
    detail = f"{shown(cursor)} is not a cursor of this list. Take next_cursor from the answer before, or leave it out."
    raise invalid_input([FieldError(pointer="/query/cursor", code="unknown_cursor", detail=detail)])
