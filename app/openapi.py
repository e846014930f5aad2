"""The OpenAPI document: FastAPI's own, with every error described as the problem it is."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.errors import MEDIA_TYPE, ProblemBody

ALWAYS = ("401", "403", "421")
"""What any call may be answered at the doors."""

DECLARED = ("409", "503", "507")
"""What a route says by itself that it may be answered."""

WITH_ID = ("404",)
WITH_BODY = ("400", "409", "413", "415")


def install(app: FastAPI) -> None:
    """Make ``app.openapi()`` answer our document, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def document(app: FastAPI) -> dict[str, Any]:
    """The document for the application's routes."""
    schema = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    components.pop("HTTPValidationError", None)
    components.pop("ValidationError", None)
    problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    components.update(problem.pop("$defs", {}))
    components["ProblemBody"] = problem
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            statuses = set(ALWAYS)
            if "422" in responses:
                statuses.add("422")
            if "{" in path:
                statuses.update(WITH_ID)
            statuses.update(status for status in DECLARED if status in responses)
            if "206" in responses:
                statuses.add("416")
            if method in ("post", "put", "patch", "delete"):
                statuses.update(WITH_BODY)
                statuses.add("503")
            for status in sorted(statuses):
                responses[status] = {"description": "A problem", "content": content}
    return schema
