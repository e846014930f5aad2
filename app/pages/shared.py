"""How a page's route gets at what all pages share."""

from starlette.requests import Request

from app.pages.shelf import Shelves
from app.pages.site import Site


def site(request: Request) -> Site:
    """The templates and static files."""
    found: Site = request.app.state.site
    return found


def shelves(request: Request) -> Shelves:
    """The datasets, for pages that must not wait."""
    found: Shelves = request.app.state.shelves
    return found
