"""A lesson's parameters as the fields of a form: JSON Schema in, plain data out.

Pure and light: nothing here knows templates, HTTP or Keras. The page draws the fields, the command line turns the
same fields into flags, and a test proves that both and the API accept the same names. The other direction lives
here too: how a value is written in a form or an address (:func:`shown`) and read back from there (:func:`parse`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jobs.lessons.base import Params

OTHER_GROUP = "Settings"
"""The heading of fields that name no group."""


class Kind(StrEnum):
    """How a field is filled in."""

    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    LIST = "list"
    TEXT = "text"


@dataclass(frozen=True)
class Field:
    """One input of a form.

    Attributes:
        minimum, maximum: the bounds; ``above`` and ``below`` say that the bound itself is not allowed.
        item: for a list, the kind of its items; then ``minimum`` and ``maximum`` bound each item.
        shortest, longest: for a list, how many items it may have.
        optional: whether the value may be left empty (``null``).
        several: whether a form offers to try several values.
    """

    name: str
    kind: Kind
    title: str
    help: str
    default: Any
    group: str = OTHER_GROUP
    unit: str | None = None
    step: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    above: bool = False
    below: bool = False
    options: tuple[Any, ...] = ()
    item: Kind | None = None
    shortest: int | None = None
    longest: int | None = None
    optional: bool = False
    several: bool = True

    @property
    def bounds(self) -> str:
        """What is possible, in words: ``1 to 10000``, ``above 0, at most 1``; empty where nothing is fixed."""
        low, high = self.minimum, self.maximum
        if low is not None and high is not None and not self.above and not self.below:
            words = f"{number(low)} to {number(high)}"
        else:
            parts = []
            if low is not None:
                parts.append(f"{'above' if self.above else 'at least'} {number(low)}")
            if high is not None:
                parts.append(f"{'below' if self.below else 'at most'} {number(high)}")
            words = ", ".join(parts)
        if self.kind is not Kind.LIST:
            return words
        count = ""
        if self.shortest is not None and self.shortest == self.longest:
            count = f"{self.longest} values"
        elif self.shortest is not None and self.longest is not None:
            count = f"{self.shortest} to {self.longest} values"
        elif self.longest is not None:
            count = f"up to {self.longest} values"
        elif self.shortest is not None:
            count = f"{self.shortest} or more values"
        return f"{count}, each {words}" if count and words else count or words


@dataclass(frozen=True)
class Group:
    """Fields that stand together under one heading."""

    title: str
    fields: tuple[Field, ...]


def number(value: float) -> str:
    """A number as people write it: ``150``, ``0.001``, ``1e-07``."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def fields(params: type[Params]) -> tuple[Field, ...]:
    """The fields of a lesson's parameters, in the order of the model.

    Raises:
        ValueError: for a schema that no form field can express; the message names the parameter.
    """
    schema = params.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})
    return tuple(_field(name, part, definitions) for name, part in schema.get("properties", {}).items())


def groups(known: Iterable[Field]) -> tuple[Group, ...]:
    """Fields by heading; headings in the order of their first field."""
    found: dict[str, list[Field]] = {}
    for field in known:
        found.setdefault(field.group, []).append(field)
    return tuple(Group(title, tuple(members)) for title, members in found.items())


def shown(value: Any) -> str:
    """A value as it stands in a form field or an address: ``12, 8`` for a list, ``true`` for a flag."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(shown(part) for part in value)
    return number(value) if isinstance(value, int | float) else str(value)


def parse(field: Field, text: str) -> Any:
    """The value that a text stands for; a text that stands for none is returned as it is, for the server to refuse.

    Args:
        field: says what is expected.
        text: what was typed, or stands in an address.
    """
    text = text.strip()
    if field.kind is Kind.LIST:
        if text == "" and field.optional:
            return None
        parts = [part.strip() for part in text.strip("[]()").split(",")]
        return [_scalar(field.item or Kind.TEXT, part) for part in parts if part]
    if text == "" and field.optional:
        return None
    if field.kind is Kind.CHOICE:
        return next((option for option in field.options if shown(option) == text), text)
    return _scalar(field.kind, text)


def from_query(known: Iterable[Field], query: Mapping[str, str]) -> dict[str, Any]:
    """The parameters that an address carries; other names in it are left alone."""
    return {field.name: parse(field, query[field.name]) for field in known if field.name in query}


def changed(known: Iterable[Field], params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that differ from their defaults: what an address or a command needs to say."""
    return {
        field.name: params[field.name]
        for field in known
        if field.name in params and json.dumps(params[field.name]) != json.dumps(field.default)
    }


def _scalar(kind: Kind, text: str) -> Any:
    if kind is Kind.FLAG:
        return {"true": True, "on": True, "false": False, "off": False}.get(text.lower(), text)
    if kind in (Kind.INTEGER, Kind.NUMBER):
        try:
            return int(text)
        except ValueError:
            pass
        try:
            value = float(text)
        except ValueError:
            return text
        return value if value - value == 0 else text
    return text


def _field(name: str, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Field:
    schema, optional = _resolve(schema, definitions)
    if "default" not in schema:
        raise ValueError(f"parameter {name!r} has no default: a form cannot start without one")
    kind = _kind(name, schema)
    item: Mapping[str, Any] = {}
    if kind is Kind.LIST:
        item, _ = _resolve(schema.get("items", {}), definitions)
    bounds = item or schema
    default = schema["default"]
    return Field(
        name=name,
        kind=kind,
        title=schema.get("title", name),
        help=schema.get("description", ""),
        default=list(default) if isinstance(default, tuple) else default,
        group=schema.get("group", OTHER_GROUP),
        unit=schema.get("unit"),
        step=schema.get("step"),
        minimum=bounds.get("exclusiveMinimum", bounds.get("minimum")),
        maximum=bounds.get("exclusiveMaximum", bounds.get("maximum")),
        above="exclusiveMinimum" in bounds,
        below="exclusiveMaximum" in bounds,
        options=_options(schema),
        item=_kind(name, item) if item else None,
        shortest=schema.get("minItems"),
        longest=schema.get("maxItems"),
        optional=optional,
        several=schema.get("several", True),
    )


def _resolve(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Follow ``$ref``, and take ``X | None`` apart. What stands beside a reference wins over what it points to."""
    merged = dict(schema)
    optional = False
    while "$ref" in merged or "anyOf" in merged or "allOf" in merged:
        if "$ref" in merged:
            target = definitions[merged.pop("$ref").rsplit("/", 1)[-1]]
        else:
            variants = merged.pop("anyOf", None) or merged.pop("allOf")
            optional = optional or any(variant.get("type") == "null" for variant in variants)
            concrete = [variant for variant in variants if variant.get("type") != "null"]
            if len(concrete) != 1:
                break
            target = concrete[0]
        merged = {**target, **merged}
    return merged, optional


def _kind(name: str, schema: Mapping[str, Any]) -> Kind:
    if "enum" in schema or "const" in schema:
        return Kind.CHOICE
    kinds = {
        "integer": Kind.INTEGER,
        "number": Kind.NUMBER,
        "boolean": Kind.FLAG,
        "array": Kind.LIST,
        "string": Kind.TEXT,
    }
    try:
        return kinds[schema["type"]]
    except KeyError:
        raise ValueError(f"parameter {name!r} has a schema that no form field can express: {dict(schema)}") from None


def _options(schema: Mapping[str, Any]) -> tuple[Any, ...]:
    if "const" in schema:
        return (schema["const"],)
    return tuple(schema.get("enum", ()))
