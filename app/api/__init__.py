"""The REST and WebSocket API. A route parses, calls one function and returns."""
