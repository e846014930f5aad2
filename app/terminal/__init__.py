"""What the commands in :mod:`app.cli` show and ask: flags from a lesson's parameters, tables, a run's progress.

A terminal is a client like any other: it talks to a running server by the public API alone.
"""
