"""Fixtures: servers in this process, as the tests of ``app`` have them."""

from tests.app.conftest import blank, make_server, make_settings

__all__ = ["blank", "make_server", "make_settings"]
