"""Every query and every state transition of a run.

``lifecycle`` changes a run's status, and holds the table of legal changes; ``ingest`` stores what an attempt reports;
``events`` writes and reads a run's numbered events; ``columns`` packs and reads its metrics, ``history`` gives them
Keras's shape; ``queries`` finds runs; ``rows`` is how much is written at once. All take a SQLAlchemy session and commit
nothing: the database's one writer does that.
"""
