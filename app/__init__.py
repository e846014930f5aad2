"""Fitboard's server: the API, the pages and the database. It reads the lesson catalogue and never imports Keras."""

from importlib.metadata import version

__version__ = version("fitboard")
