"""How a value that cannot be used is told: where it stands, what was received, and what is possible.

Pydantic finds what is wrong; here its findings get a JSON pointer and a sentence that people can act on. Nothing
here knows requests or responses; those are in :mod:`app.errors`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, Field

from jobs.datasets import names

LINE = r"^[^\x00-\x1f\x7f]*$"
WORD = r"^[^\x00-\x20\x7f,]+$"
KEY = r"^[\x21-\x7e]{1,200}$"
CHECKPOINT = r"^(best|last|[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.keras)$"
DATASET = names.PATTERN
PATTERNS: Mapping[str, str] = {
    DATASET: "must be a dataset's name: 1 to 80 characters on one line, no slashes or double quotes, no dot in front",
    LINE: "must be one line without control characters",
    WORD: "must be one word without spaces and commas",
    KEY: "must be 1 to 200 visible ASCII characters",
    CHECKPOINT: "must be best, last, or the name of an improvement such as weights-improvement-07-0.76.keras",
}
"""The patterns of text that the API takes, in words."""


class FieldError(BaseModel):
    """One value that cannot be used. ``pointer`` is a JSON pointer (RFC 6901) into the request."""

    pointer: str = Field(examples=["/params/batch_size"])
    code: str = Field(examples=["too_large"])
    detail: str = Field(examples=["Batch size 4096 is larger than the 614 training rows. Use 1 to 614."])


def shown(value: Any, limit: int = 80) -> str:
    """A received value as it can stand in a sentence: JSON, text in single quotes, cut, and safe to encode."""
    if isinstance(value, str):
        text = repr(value[:limit] + "…" if len(value) > limit else value)
        return text.encode("utf-8", "backslashreplace").decode()
    try:
        text = json.dumps(value, default=repr)
    except (RecursionError, ValueError):
        text = "a value nested too deeply to be shown"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def pointer(parts: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901) from a path of keys and indexes."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def located(path: tuple[str | int, ...], body: Any) -> tuple[str | int, ...]:
    """A path of pydantic's without the names that it puts in for the members of a union.

    Args:
        path: from the body's root.
        body: what was received; a key of the path that isn't in it, and isn't the last, is such a name.
    """
    found: list[str | int] = []
    for place, part in enumerate(path):
        inner = _inside(body, part)
        if inner is _ABSENT and place < len(path) - 1:
            continue
        found.append(part)
        body = inner
    return tuple(found)


_ABSENT = object()


def _inside(body: Any, part: str | int) -> Any:
    if isinstance(part, int):
        return body[part] if isinstance(body, list) and part < len(body) else _ABSENT
    return body.get(part, _ABSENT) if isinstance(body, dict) else _ABSENT


def field_errors(errors: Iterable[Mapping[str, Any]], base: tuple[str | int, ...] = ()) -> list[FieldError]:
    """Pydantic's errors as ours: a pointer, a code, and a sentence with the value received and what is possible.

    Args:
        errors: ``ValidationError.errors()``.
        base: where in the request the validated part stands.
    """
    told = [(error, (*base, *error["loc"])) for error in errors]
    return [_field_error(error, path) for error, path in told if not _follows(error["type"], path, told)]


def _follows(
    kind: str, path: tuple[str | int, ...], told: list[tuple[Mapping[str, Any], tuple[str | int, ...]]]
) -> bool:
    """Whether a list is only called too short because pydantic leaves out the entries that it told of already."""
    return kind == "too_short" and any(len(other) > len(path) and other[: len(path)] == path for _, other in told)


def _field_error(error: Mapping[str, Any], path: tuple[str | int, ...]) -> FieldError:
    kind, told = str(error["type"]), _sentence(error, path)
    if kind.startswith(
        "union_tag_"
    ):  # pydantic says only that none of the union fits; the field is what tells them apart
        path = (*path, error["ctx"]["discriminator"].strip("'"))
    return FieldError(pointer=pointer(path), code=kind, detail=told)


_RULES: Mapping[str, str] = {
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "finite_number": "must be a finite number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text in quotes",
    "string_unicode": "must be text without lone surrogates",
    "string_too_long": "must have at most {max_length} characters",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
}


def _sentence(error: Mapping[str, Any], path: tuple[str | int, ...]) -> str:
    kind, context, name = str(error["type"]), error.get("ctx", {}), _name(path)
    if kind == "missing":
        return "The body is missing. Send a JSON object." if not path else f"{name} is missing. Add it."
    if kind == "extra_forbidden":
        return f"There is no field {shown(path[-1], 40)} here. Remove it or correct its name."
    if kind == "value_error":
        return f"{name.rstrip(',')}: {str(error['msg']).removeprefix('Value error, ').rstrip('.')}."
    if kind == "union_tag_not_found":
        return f"{context['discriminator'].strip(chr(39))} is missing. Add it."
    if kind == "union_tag_invalid":
        told = context["discriminator"].strip("'")
        return _choice(told, error["input"][told], context["expected_tags"])  # the context has the tag as text alone
    if kind in ("literal_error", "enum"):
        return _choice(name, error["input"], context["expected"])
    return f"{name} is {shown(error['input'])}. It {_rule(kind, context, str(error['msg']))}."


def _name(path: tuple[str | int, ...]) -> str:
    named = [index for index, part in enumerate(path) if isinstance(part, str)]
    if not named:
        return "The body"
    name = shown(path[named[-1]], 40)[1:-1]
    entries = [str(int(part) + 1) for part in path[named[-1] + 1 :]]
    return f"{name}, entry {'.'.join(entries)}," if entries else name


def _choice(name: str, value: Any, expected: str) -> str:
    known = expected.replace("'", "")
    if name == "lesson":
        return f"There is no lesson {shown(value, 40)}. The lessons here: {known}."
    return f"{name} is {shown(value)}. It must be {known if ' ' not in known else f'one of {known}'}."


def _plain(bound: Any) -> Any:
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound


def _rule(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind in _RULES:
        return _RULES[kind].format(**{name: _plain(value) for name, value in context.items()})
    if kind == "string_pattern_mismatch" and context["pattern"] in PATTERNS:
        return PATTERNS[context["pattern"]]
    if kind in ("too_short", "too_long"):
        at, limit = ("least", "min_length") if kind == "too_short" else ("most", "max_length")
        return f"must have at {at} {context[limit]} {'entry' if context[limit] == 1 else 'entries'}"
    if kind == "string_too_short":
        least = context["min_length"]
        return f"must have at least {least} character{'' if least == 1 else 's'}"
    return message.rstrip(".").removeprefix("Input ").replace("String ", "", 1).replace("Value ", "", 1)
