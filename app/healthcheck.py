"""The health check of the containers: ``python -m app.healthcheck [WORKER]`` ends with 0 when all is well.

Without a name it asks whether the server on this machine can serve. With one it asks the server at
``FITBOARD_SERVER`` whether it has lately heard from the worker of that name. Standard library only: it runs every
few seconds.
"""

import json
import os
import sys
import urllib.request


def check(server: str, worker: str | None, token: str | None) -> str | None:
    """What is wrong, in a sentence; None when all is well."""
    request = urllib.request.Request(f"{server}/health")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
            health = json.load(answer)
    except (OSError, ValueError) as problem:
        return f"The server at {server} does not answer: {problem}"
    if worker is not None and worker not in [one["name"] for one in health.get("workers") or ()]:
        return f"The server at {server} has not heard from the worker {worker!r}."
    return None


def main() -> int:
    """Check what the arguments say; print what is wrong."""
    server = os.environ.get("FITBOARD_SERVER") or f"http://127.0.0.1:{os.environ.get('FITBOARD_PORT') or 8000}"
    wrong = check(server, sys.argv[1] if len(sys.argv) > 1 else None, os.environ.get("FITBOARD_TOKEN"))
    if wrong is not None:
        print(wrong, file=sys.stderr)
    return 0 if wrong is None else 1


if __name__ == "__main__":
    sys.exit(main())
