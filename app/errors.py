"""Domain errors, and the one shape in which every error leaves the server (RFC 9457, application/problem+json).

A :class:`Problem` is raised where the rule lives; the handlers at the end of this file turn it, FastAPI's own
validation errors and everything unforeseen into a response. Each registered type has a page under ``/errors/``. The
sentences about single values are made in :mod:`app.sentences`.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from app.sentences import FieldError, field_errors, located, shown

log = logging.getLogger("fitboard")

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """A registered type of problem: its status, its title, and for its page what it means and what to do."""

    status: int
    title: str
    meaning: str


KINDS: Mapping[str, Kind] = {
    "invalid-input": Kind(
        422,
        "Some values cannot be used",
        "One or more values do not fit. `errors` names each by a JSON pointer, with what was received and what is "
        "possible. Nothing was stored or queued. Correct the values and send the request again.",
    ),
    "malformed-body": Kind(
        400,
        "The request body cannot be read",
        "The body is not JSON, or not in UTF-8, or nested too deeply. The detail says what was met and where.",
    ),
    "unsupported-media-type": Kind(
        415, "This content type is not accepted", "Send JSON with the header Content-Type: application/json."
    ),
    "body-too-large": Kind(
        413, "The request body is too large", "The detail names the limit. Send less in one request."
    ),
    "unknown-run": Kind(
        404, "There is no such run", "The run was deleted, or its id is mistyped. GET /api/v1/runs lists the runs."
    ),
    "unknown-sweep": Kind(
        404,
        "There is no such sweep",
        "Its runs were deleted, or its id is mistyped. GET /api/v1/sweeps lists the sweeps.",
    ),
    "unknown-lesson": Kind(404, "There is no such lesson", "GET /api/v1/lessons lists the lessons that can be run."),
    "no-checkpoint": Kind(
        404,
        "There is no checkpoint yet",
        "A checkpoint is saved when the first epoch has ended. Wait for it, or look at the run's status.",
    ),
    "unknown-fold": Kind(
        404,
        "The run has no such fold",
        "Folds count from 0, and only a cross-validation has some; the detail says which. Without `fold` its history "
        "is the mean over them.",
    ),
    "unknown-metric": Kind(
        404,
        "The run has no such metric",
        "The detail names the metrics that it has. They come with its first epoch.",
    ),
    "not-found": Kind(404, "There is nothing at this address", "/docs lists every address of the API."),
    "method-not-allowed": Kind(405, "This method is not possible here", "The Allow header names the methods that are."),
    "wrong-status": Kind(
        409,
        "The run's status forbids this",
        "Only a run that hasn't ended can be canceled, only a queued or running one paused, only one at rest deleted. "
        "A completed run is resumed with more epochs only, and a diverged one not at all.",
    ),
    "range-not-satisfiable": Kind(
        416,
        "This part of the file does not exist",
        "The Range header asks for bytes past the end or is malformed. Content-Range says how long the file is.",
    ),
    "dataset-unavailable": Kind(
        409,
        "The dataset is not here",
        "The dataset asked for by name is neither in the datasets folder nor can it be downloaded. The detail says "
        "which file to put where, and which bundled dataset works now.",
    ),
    "dataset-invalid": Kind(
        409,
        "The dataset file cannot be used",
        "The file in the datasets folder is not what the lesson needs. The detail names file, line and remedy.",
    ),
    "unknown-dataset": Kind(
        404,
        "There is no such dataset",
        "Its file was removed, or its name is mistyped. GET /api/v1/datasets lists the datasets.",
    ),
    "dataset-exists": Kind(
        409,
        "There is a dataset of this name already",
        "An uploaded file never takes another's place. Rename the file, or delete the dataset that has its name.",
    ),
    "dataset-in-use": Kind(
        409,
        "A run still needs this dataset",
        "A queued, paused or running run trains on it; the detail names one. Wait for its end, or cancel it.",
    ),
    "dataset-not-uploaded": Kind(
        409,
        "This dataset was not uploaded",
        "Only an uploaded dataset can be deleted here. A file in the datasets folder is deleted there.",
    ),
    "idempotency-conflict": Kind(
        409,
        "This Idempotency-Key was used for another request",
        "Use a new key for a new run. The same key with the same body answers the run that it made.",
    ),
    "stale-attempt": Kind(
        409, "This attempt is no longer the run's own", "Another attempt took over or the run has ended. Stop this one."
    ),
    "unauthorized": Kind(
        401,
        "A token is needed",
        "Send the server's token as Authorization: Bearer …, or open the link that the server printed at start.",
    ),
    "forbidden-host": Kind(
        421,
        "This host name is not served",
        "The Host header names neither loopback nor a host in FITBOARD_ALLOWED_HOSTS. Add it there to allow it.",
    ),
    "forbidden-origin": Kind(
        403, "This origin may not ask", "A page of another site sent this request. Fitboard answers only its own pages."
    ),
    "incompatible-worker": Kind(
        409, "This worker speaks another protocol", "Server and worker come from different versions. Update both."
    ),
    "busy": Kind(
        503,
        "The server is busy",
        "Too much is waiting to be stored or answered. Try again after the Retry-After seconds.",
    ),
    "no-worker": Kind(
        503,
        "No worker is there to answer",
        "Previews and predictions are computed by a worker, and none is connected. Start one with fitboard worker, or "
        "start everything with fitboard up; then ask again.",
    ),
    "no-answer": Kind(
        503,
        "The worker has not answered",
        "The worker took too long, or could not answer. The detail says what is known. Ask again, or ask for less.",
    ),
    "storage-failed": Kind(
        507,
        "A file could not be stored",
        "The server's data folder took no more: its disk is full, or may not be written. Free some space there. What "
        "a worker could not hand over it keeps and sends again.",
    ),
    "internal": Kind(
        500,
        "Something went wrong in the server",
        "A defect. The server's log holds the traceback; the run is untouched.",
    ),
}


class ProblemBody(BaseModel):
    """An error as RFC 9457 describes it."""

    type: str = Field(examples=["/errors/invalid-input"])
    title: str = Field(examples=["Some values cannot be used"])
    status: int = Field(examples=[422])
    detail: str
    errors: list[FieldError] | None = None


class Problem(Exception):
    """An error with a registered kind. ``detail`` names the value received and the remedy."""

    def __init__(
        self, kind: str, detail: str, errors: Iterable[FieldError] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        """The HTTP status of this kind."""
        return KINDS[self.kind].status

    def body(self) -> dict[str, Any]:
        """The problem as JSON."""
        body = ProblemBody(
            type=f"/errors/{self.kind}",
            title=KINDS[self.kind].title,
            status=self.status,
            detail=self.detail,
            errors=self.errors or None,
        )
        return body.model_dump(exclude_none=True)

    def response(self) -> JSONResponse:
        """The problem as a response."""
        return JSONResponse(self.body(), self.status, self.headers, media_type=MEDIA_TYPE)


def invalid_input(errors: list[FieldError]) -> Problem:
    """The problem for one or more values that cannot be used."""
    return Problem("invalid-input", " ".join(error.detail for error in errors[:3]), errors)


async def handle_problem(_request: Request, problem: Exception) -> Response:
    """Answer a :class:`Problem`."""
    assert isinstance(problem, Problem)
    return problem.response()


async def handle_validation(_request: Request, error: Exception) -> Response:
    """Answer FastAPI's own refusal of a query parameter, header or body."""
    assert isinstance(error, RequestValidationError)
    found = list(error.errors())
    if found and found[0]["type"] == "json_invalid":
        reason, place = found[0]["ctx"]["error"], found[0]["loc"][-1]
        return Problem(
            "malformed-body", f"The body is not JSON: {reason}, at character {place}. Send one JSON object."
        ).response()
    told = [
        {**one, "loc": located(one["loc"][1:], error.body) if one["loc"][0] == "body" else one["loc"]} for one in found
    ]
    return invalid_input(field_errors(told)).response()


async def handle_http(request: Request, error: Exception) -> Response:
    """Answer the framework's own 404 and 405."""
    assert isinstance(error, HTTPException)
    kinds = {404: "not-found", 405: "method-not-allowed", 401: "unauthorized", 400: "malformed-body"}
    kind = kinds.get(error.status_code, "internal")
    details = {
        "not-found": f"There is nothing at {shown(request.url.path)}. /docs lists every address of the API.",
        "method-not-allowed": f"{request.method} is not possible at {shown(request.url.path)}.",
    }
    headers = dict(error.headers or {})
    if kind == "method-not-allowed":
        headers["Allow"] = ", ".join(_methods(request))
    return Problem(kind, details.get(kind, str(error.detail)), headers=headers).response()


def _methods(request: Request) -> list[str]:
    """Every method that the address takes; the framework knows only those of the first route that it tried."""
    return [
        method
        for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]


async def handle_gone(_request: Request, _error: Exception) -> Response:
    """Nobody waits for this answer any more: a call that was hung up is no defect."""
    return Response(status_code=400)


async def handle_unforeseen(request: Request, error: Exception) -> Response:
    """Answer a defect: the log gets the traceback, the client a sentence."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return Problem("internal", f"{request.method} {request.url.path} met a defect. The log has the details.").response()
