"""Every query and every state transition of a run.

``lifecycle`` changes a run's status, and holds the table of legal changes; ``requests`` is what people ask of a run;
``ingest`` stores what an attempt reports, ``replay`` compares what was trained again, ``generations`` are what it
resumes from, ``ending`` is how it ends; ``events`` writes and reads a run's numbered events; ``columns`` packs and
reads its metrics, ``history`` gives them Keras's shape; ``queries`` finds runs; ``rows`` is how much is written at
once. All take a SQLAlchemy session and commit nothing: the database's one writer does that.
"""
