"""How a body is read: JSON as RFC 8259 has it, and nothing that only Python takes for JSON."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response


class StrictRequest(Request):
    """A request whose JSON knows no NaN and no Infinity, and that fails in one way only."""

    async def json(self) -> Any:
        """The parsed body.

        Raises:
            json.JSONDecodeError: for everything that isn't JSON, too deep nesting and wrong encoding included.
        """
        body = await self.body()
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse)
        except json.JSONDecodeError:
            raise
        except RecursionError:
            raise json.JSONDecodeError("it is nested too deeply", "", 0) from None
        except ValueError as error:
            raise json.JSONDecodeError(str(error), "", 0) from None


class StrictRoute(APIRoute):
    """A route that reads its body as :class:`StrictRequest` does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")
