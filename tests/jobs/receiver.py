"""A small HTTP server that receives what a reporter sends, and can be told to misbehave.

It stands in for nothing but the transport: what the real server does with a journal is tested against the real one.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jobs.protocol import Assignment, Entry, EntryBatch

Answer = tuple[int, dict[str, Any]]


class Receiver:
    """Listens on a free port, remembers what came.

    Attributes:
        entries: what was stored, each once.
        uploads: per checkpoint kind, the SHA-256 of what was uploaded, in order.
        generations: what is answered when a generation is asked for, by SHA-256.
        misbehave: looks at a request's path before it is read and may answer instead.
        swallow: that many requests are acted on, and then the line breaks before the answer.
        condition: guards all of it, and is notified at each request.
    """

    def __init__(self, port: int = 0) -> None:
        self.entries: list[Entry] = []
        self.uploads: list[tuple[str, str]] = []
        self.generations: dict[str, bytes] = {}
        self.requests = 0
        self.swallow = 0
        self.misbehave: Callable[[str], Answer | None] = lambda path: None
        self.condition = threading.Condition()
        self._connections: list[socket.socket] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                receiver._connections.append(self.connection)

            def do_POST(self) -> None:
                self._handle(receiver._store)

            def do_PUT(self) -> None:
                self._handle(lambda body: receiver._keep(self.path.rsplit("/", 1)[1], body, self.headers))

            def do_GET(self) -> None:
                with receiver.condition:
                    receiver.requests += 1
                    refused = receiver.misbehave(self.path)
                content = (
                    json.dumps(refused[1]).encode() if refused else receiver.generations[self.path.rsplit("/", 1)[1]]
                )
                self.send_response(refused[0] if refused else 200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _handle(self, act: Callable[[bytes], Answer]) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Authorization"] == "Bearer a-token"
                with receiver.condition:
                    receiver.requests += 1
                    status, answer = receiver.misbehave(self.path) or act(body)
                    receiver.condition.notify_all()
                    if receiver.swallow > 0:
                        receiver.swallow -= 1
                        self.close_connection = True
                        return
                content = b"" if status == 204 else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def assignment(self, **fields: Any) -> Assignment:
        """An assignment whose calls this server takes."""
        return Assignment(run="r1", attempt=1, token="a-token", lesson="first-network", params={}, **fields)

    def wait(self, condition: Callable[[], bool], timeout: float = 20.0) -> None:
        """Wait until something is true of what came."""
        with self.condition:
            assert self.condition.wait_for(condition, timeout), (self.entries, self.uploads)

    def close(self) -> None:
        """Stop listening, and hang up on everybody."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _store(self, body: bytes) -> Answer:
        for entry in EntryBatch.model_validate_json(body).entries:
            if entry.n > len(self.entries):
                assert entry.n == len(self.entries) + 1, "a gap"
                self.entries.append(entry)
        return 200, {"n": len(self.entries)}

    def _keep(self, kind: str, body: bytes, headers: Any) -> Answer:
        digest = sha256(body).hexdigest()
        assert headers["X-Content-SHA256"] == digest
        self.uploads.append((kind, digest))
        return 204, {}
