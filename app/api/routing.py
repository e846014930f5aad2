"""How a JSON body is read and written, and how a call is held."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class StrictRequest(Request):
    """A request whose body is JSON in UTF-8, and that fails in one way only."""

    async def json(self) -> Any:
        """The parsed body. NaN and infinity get through here, so that validation can say in which field they stand.

        Raises:
            json.JSONDecodeError: for everything that isn't JSON, too deep nesting and wrong encoding included.
        """
        body = await self.body()
        try:
            return json.loads(body.decode("utf-8"))
        except json.JSONDecodeError:
            raise
        except RecursionError:
            raise json.JSONDecodeError("it is nested too deeply", "", 0) from None
        except UnicodeDecodeError as error:
            raise json.JSONDecodeError(f"byte 0x{body[error.start]:02x} is not UTF-8", "", error.start) from None
        except ValueError:
            raise json.JSONDecodeError("a number has too many digits", "", 0) from None


async def body_of(request: StrictRequest, model: type[M]) -> M:
    """The body as a model, read in one go: for the call that comes a thousand times a second.

    Raises:
        RequestValidationError: as FastAPI would, had it read the body.
    """
    body = await request.body()
    try:
        return model.model_validate_json(body)
    except ValueError:
        pass  # what is wrong is found out the long way, so that it is told in the same words as everywhere
    return validated(model, await received(request))


async def received(request: StrictRequest) -> Any:
    """The body as JSON, not looked at yet.

    Raises:
        RequestValidationError: it isn't JSON.
    """
    try:
        return await request.json()
    except json.JSONDecodeError as error:
        told = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([{**told, "ctx": {"error": error.msg}}], body=error.doc) from None


def validated(model: type[M], content: Any) -> M:
    """A body's content as a model.

    Raises:
        RequestValidationError: as FastAPI would, had it read the body.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        errors = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(errors, body=content) from None


def as_json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Plain data as the answer. What isn't finite becomes null; FastAPI doesn't look at it again."""
    return Response(to_json(content, inf_nan_mode="null"), status, headers, "application/json")


class StrictRoute(APIRoute):
    """A route that reads its body as :class:`StrictRequest` does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Do what a held call waits for; stop when the client hangs up, so that nothing is given to nobody.

    Raises:
        ClientDisconnect: the client is gone.
    """
    working = asyncio.ensure_future(work)
    listening = asyncio.ensure_future(_hang_up(request))
    try:
        await asyncio.wait({working, listening}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientDisconnect
    finally:
        await cancel(working, listening)


async def cancel(*tasks: "asyncio.Future[Any]") -> None:
    """Cancel tasks and wait until they are over, whatever came of them.

    No ``gather``: where this call is canceled itself, that would raise a task's cancelation in place of its own.
    """
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _hang_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
