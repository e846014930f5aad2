"""The reference of the API, read from the OpenAPI document: ``/docs``. No script, and nothing from elsewhere."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from app.pages.shared import site
from app.pages.site import Page

router = APIRouter(include_in_schema=False)

SUCCESS = ("200", "201", "202", "204")


@dataclass(frozen=True)
class Parameter:
    """Something that goes into a call besides its body. ``place`` is path, query or header."""

    name: str
    place: str
    required: bool
    type: str
    description: str


@dataclass(frozen=True)
class Example:
    """A body that can be sent as it is, and the command that sends it."""

    summary: str
    body: str


@dataclass(frozen=True)
class Operation:
    """One call of the API. ``anchor`` is its address within the page."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: str | None
    examples: tuple[Example, ...]
    status: str
    answer: str | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """An object that goes over the wire: its name, what it is, and its fields as parameters of the body."""

    name: str
    description: str
    fields: tuple[Parameter, ...]


@dataclass(frozen=True, kw_only=True)
class ReferencePage(Page):
    """All calls by room, and all shapes."""

    version: str
    rooms: tuple[tuple[str, tuple[Operation, ...]], ...]
    shapes: tuple[Shape, ...]


@router.get("/docs")
def reference(request: Request) -> Response:
    """Show the reference."""
    return site(request).answer(request, "reference.html", _page(request.app))


def _page(app: FastAPI) -> ReferencePage:
    document = app.openapi()
    rooms: dict[str, list[Operation]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            rooms.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    return ReferencePage(
        title="The API",
        version=app.version,
        rooms=tuple((name, tuple(found)) for name, found in rooms.items()),
        shapes=tuple(_shapes(document["components"]["schemas"])),
    )


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    responses = operation["responses"]
    status = next((code for code in SUCCESS if code in responses), "200")
    answers = responses[status].get("content", {})
    answer = next((_type(one.get("schema", {})) for one in answers.values()), None)
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        parameters=tuple(
            Parameter(
                one.get("schema", {}).get("title", one["name"]) if one["in"] == "header" else one["name"],
                one["in"],
                one.get("required", False),
                _type(one["schema"]),
                one.get("description", ""),
            )
            for one in operation.get("parameters", ())
        ),
        body=_type(content["schema"]) if content else None,
        examples=tuple(
            Example(one["summary"], json.dumps(one["value"], indent=2, ensure_ascii=False))
            for one in content.get("examples", {}).values()
        ),
        status=status,
        answer=answer,
        problems=tuple(sorted(code for code in responses if code >= "400")),
    )


def _shapes(schemas: Mapping[str, Mapping[str, Any]]) -> Iterator[Shape]:
    for name, schema in sorted(schemas.items()):
        required = set(schema.get("required", ()))
        fields = tuple(
            Parameter(field, "body", field in required, _type(one), one.get("description", ""))
            for field, one in schema.get("properties", {}).items()
        )
        choices = ", ".join(map(str, schema.get("enum", ())))
        description = schema.get("description", "") + (f" One of {choices}." if choices else "")
        yield Shape(name, description, fields)


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a few words: ``integer, 1 to 200``, ``list of RunShape``, ``text or null``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return " or ".join(dict.fromkeys(_type(one) for one in choices))
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " or ".join(json.dumps(one) for one in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        item: Any = schema.get("items") or next(iter(schema.get("prefixItems", ())), {})
        return f"list of {_type(item)}"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"object of {_type(inner)}" if isinstance(inner, Mapping) and inner else "object"
    if kind == "string":
        return "time" if schema.get("format") == "date-time" else "text"
    return f"{kind or 'anything'}{_bounds(schema)}"


def _bounds(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above = schema.get("exclusiveMinimum")
    if low is not None and high is not None:
        return f", {low:g} to {high:g}"
    if low is not None:
        return f", {low:g} or more"
    if above is not None:
        return f", above {above:g}" + (f", at most {high:g}" if high is not None else "")
    return f", at most {high:g}" if high is not None else ""
