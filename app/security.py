"""The doors: host, origin, token, content type, body size, and the headers on every answer. Default deny.

One plain ASGI middleware stands before everything, sockets and static files included, so that no route can forget.
What is written here holds for every request:

* The ``Host`` must be a loopback name, the address listened on, or in ``FITBOARD_ALLOWED_HOSTS``.
* An ``Origin``, where one is sent, must be this very host. Scripts, workers and Keras's ``RemoteMonitor`` send none.
* With a token set, every request carries it: as a bearer, or as the cookie that ``/login`` sets.
* The workers' calls carry credentials of their own, checked by their routes.
* A body is JSON with a JSON content type, and no larger than its route allows. The routes that take another are named.
"""

import hashlib
import hmac
import html
import ipaddress
import re
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import firstscript
from app.errors import KINDS, Problem
from app.sentences import shown
from app.settings import Settings

COOKIE = "fitboard"
WORKER_PREFIX = "/api/worker/"

JSON_LIMIT = 1 << 20
ENTRIES_LIMIT = 16 << 20
CHECKPOINT_LIMIT = 4 << 30

PICTURE_LIMIT = 8 << 20

RAW_BODY = re.compile(r"^/api/worker/runs/[^/]+/attempts/[^/]+/checkpoints/[^/]+$")
"""The one route whose body may be anything: a worker's upload of a saved model."""

JSON = "application/json"
FORM = "multipart/form-data"

PICTURE = re.compile(r"^/api/v1/runs/[^/]+/predict$")
"""The route that takes JSON or a form with a file: a picture that a model is asked about."""

UPLOAD = re.compile(r"^(/api/v1)?/datasets$")
"""The routes that take a form with a file and nothing else: a dataset, from a script or from the page."""

CONFIRMED = re.compile(r"^/datasets/[^/]+/delete$")
"""The route that takes a form without anything in it: a page's button, where there is no JavaScript."""

FORM_ROOM = 16 << 10
"""Bytes of a form beside its file."""

POLICY = (
    f"default-src 'none'; script-src 'self' {firstscript.SOURCE}; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

_NAME = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")


class Doors:
    """The middleware; ``settings`` say which names and which token open it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._token = settings.token.get_secret_value() if settings.token else None
        bound = settings.host.lower().strip("[]")
        self._largest_upload = settings.largest_upload * 1_000_000 + FORM_ROOM
        self._names = {name.strip("[]") for name in settings.allowed_hosts} | {"localhost", bound} - {"0.0.0.0", "::"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["type"] == "http":
            send = _with_headers(send)
        too_large: list[Problem] = []
        try:
            self._check_host(headers)
            self._check_origin(headers)
            self._check_token(scope, headers)
            if scope["type"] == "http":
                receive = self._limited(scope, headers, receive, too_large)
        except Problem as problem:
            if scope["type"] == "websocket":
                await _refuse_handshake(scope, receive, send, problem)
            else:
                await _refusal(problem, headers)(scope, receive, send)
            return
        await self._app(scope, receive, _instead(too_large, headers, scope, receive, send))

    def _check_host(self, headers: Headers) -> None:
        hosts = headers.getlist("host")
        match = _NAME.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
        name = match["name"].strip("[]") if match else ""
        if name not in self._names and not _is_loopback(name):
            raise Problem(
                "forbidden-host",
                f"The host {shown(', '.join(hosts))} is not served here. Use 127.0.0.1 or localhost, or add the name "
                "to FITBOARD_ALLOWED_HOSTS and start again.",
            )

    @staticmethod
    def _check_origin(headers: Headers) -> None:
        origins = headers.getlist("origin")
        own = {f"{scheme}://{headers['host'].lower()}" for scheme in ("http", "https")}
        if origins and (len(origins) > 1 or origins[0].lower() not in own):
            raise Problem(
                "forbidden-origin",
                f"The origin {shown(', '.join(origins))} is not this server's own. Open Fitboard at its own address; "
                "scripts send no Origin header.",
            )

    def _check_token(self, scope: Scope, headers: Headers) -> None:
        if self._token is None or scope["path"] in ("/health", "/login") or scope["path"].startswith(WORKER_PREFIX):
            return
        if not signed_in(self._token, headers):
            raise Problem(
                "unauthorized",
                "This server asks for its token. Send Authorization: Bearer <token>, or open the link that the server "
                "printed when it started.",
                headers={"WWW-Authenticate": "Bearer"},
            )

    def _limited(self, scope: Scope, headers: Headers, receive: Receive, too_large: list[Problem]) -> Receive:
        """Check content type and announced length now, and count what really arrives.

        A body that turns out too large is cut off, and the problem put into ``too_large`` for :func:`_instead` to
        answer: raised here, it would be taken for a defect of whoever was reading.
        """
        length = headers.get("content-length")
        has_body = (length is not None and length != "0") or "transfer-encoding" in headers
        if not has_body:
            return receive
        limit, accepted = self._taken(scope["path"])
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if accepted and media_type not in accepted:
            shown_type = shown(media_type) if media_type else "none"
            wanted = "JSON with Content-Type: application/json" if JSON in accepted else f"the file as {FORM}"
            raise Problem("unsupported-media-type", f"The content type is {shown_type}. Send {wanted}.")
        problem = Problem(
            "body-too-large", f"The body is larger than the {limit} bytes that {shown(scope['path'])} takes. Send less."
        )
        if length is not None and (re.fullmatch("[0-9]{1,18}", length) is None or int(length) > limit):
            raise problem
        return _counted(receive, limit, problem, too_large)

    def _taken(self, path: str) -> tuple[int, tuple[str, ...]]:
        """How many bytes a route takes, and of what content types; of any where none is named."""
        if RAW_BODY.match(path):
            return CHECKPOINT_LIMIT, ()
        if UPLOAD.match(path):
            return self._largest_upload, (FORM,)
        if CONFIRMED.match(path):
            return FORM_ROOM, (FORM,)
        if PICTURE.match(path):
            return PICTURE_LIMIT, (JSON, FORM)
        return ENTRIES_LIMIT if path.startswith(WORKER_PREFIX) else JSON_LIMIT, (JSON,)


def signed_in(token: str, headers: Headers) -> bool:
    """Whether a request carries the token, as a bearer or as the cookie made from it."""
    if same(bearer(headers), token):
        return True
    # Not http.cookies: it gives up at the first cookie it finds odd, and other programs on this host set odd ones.
    return same(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""), cookie_value(token))


def bearer(headers: Headers) -> str:
    """The bearer credential of a request, or the empty string."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def same(given: str, expected: str) -> bool:
    """Whether two secrets are equal, in a time that doesn't tell where they differ. Nothing equals an empty one."""
    return expected != "" and hmac.compare_digest(given.encode(), expected.encode())


def cookie_value(token: str) -> str:
    """What the browser keeps: it proves knowledge of the token and doesn't reveal it."""
    return hmac.new(token.encode(), b"fitboard browser cookie", hashlib.sha256).hexdigest()


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _counted(receive: Receive, limit: int, problem: Problem, too_large: list[Problem]) -> Receive:
    """Receive a body up to a limit; past it, it ends as if the client were gone, and the problem is noted."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            too_large.append(problem)
            return {"type": "http.disconnect"}
        return message

    return counted


def _instead(too_large: list[Problem], headers: Headers, scope: Scope, receive: Receive, send: Send) -> Send:
    """Answer with the problem that the body was too large, if it was, whatever the application makes of that."""
    answered = False

    async def chosen(message: Message) -> None:
        nonlocal answered
        if not too_large:
            await send(message)
        elif not answered:
            answered = True
            await _refusal(too_large[0], headers)(scope, receive, send)

    return chosen


def _with_headers(send: Send) -> Send:
    async def decorated(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            if "cache-control" not in headers:
                headers["cache-control"] = (
                    "no-store" if headers.get("content-type", "").startswith("application/") else "no-cache"
                )
        await send(message)

    return decorated


def _refusal(problem: Problem, headers: Headers) -> Response:
    """The answer to a request that may not in: a page for people, the problem for everybody else."""
    if not headers.get("accept", "").startswith("text/html"):
        return problem.response()
    title, detail = html.escape(KINDS[problem.kind].title), html.escape(problem.detail)
    text = f"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{title} · Fitboard</title><h1>{title}</h1><p>{detail}</p></html>"""
    return HTMLResponse(text, problem.status, problem.headers)


async def _refuse_handshake(scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
    """Refuse a WebSocket with a real HTTP answer where the server can, else with a plain 403."""
    await receive()
    if "websocket.http.response" in scope.get("extensions", {}):
        response = problem.response()
        for name, value in HEADERS.items():
            response.headers[name] = value
        await send({"type": "websocket.http.response.start", "status": problem.status, "headers": response.raw_headers})
        await send({"type": "websocket.http.response.body", "body": response.body})
    else:
        await send({"type": "websocket.close", "code": 1008})
