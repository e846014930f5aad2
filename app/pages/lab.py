"""The augmentation lab: training images before and after, live as the transforms are set.

What is set stands in the address, so that a look can be kept and sent. The images come from a worker
(``POST /api/v1/previews/augmentation``); this page needs none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import board as boards
from app.asking import IMAGE_SETS
from app.pages.shared import shelves, site
from app.pages.shelf import Shelf
from app.pages.site import Page
from jobs.augmenting import AugmentationParams

SIZES = (2, 3, 4, 5)
"""Images in a row and in a column."""

RANGES: Mapping[str, tuple[float, float]] = {
    "rotation_range": (180, 1),
    "width_shift_range": (0.5, 0.01),
    "height_shift_range": (0.5, 0.01),
    "shear_range": (60, 1),
    "zoom_range": (0.9, 0.01),
}
"""For each slider the largest value and the step."""

BRIGHTEST, BRIGHTNESS_STEP = 2.0, 0.05

STARTS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("nothing", "Nothing", {}),
    ("turned", "A little of everything", {"rotation_range": 15, "width_shift_range": 0.1, "height_shift_range": 0.1,
                                         "zoom_range": 0.1}),
    ("slanted", "Slanted", {"shear_range": 30, "rotation_range": 10}),
    ("mirrored", "Mirrored", {"horizontal_flip": True, "vertical_flip": True}),
    ("standardised", "Standardised", {"featurewise_center": True, "featurewise_std_normalization": True}),
    ("whitened", "Whitened", {"zca_whitening": True}),
)  # fmt: skip
"""Where one can start from: slug, title, what differs from the defaults."""

router = APIRouter(include_in_schema=False)

FIRST = {name: str(value).lower() for name, value in STARTS[1][2].items()}
"""What an address that says nothing stands for: the start with a little of everything."""


@dataclass(frozen=True)
class Control:
    """One transform; ``kind`` is ``slider``, ``flag``, ``choice`` or ``pair``: two sliders, ``value`` and ``upper``."""

    name: str
    title: str
    help: str
    unit: str
    kind: str
    value: Any
    upper: float = 0.0
    largest: float = 0.0
    step: float = 0.0
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Transforms under one heading."""

    title: str
    controls: tuple[Control, ...]


@dataclass(frozen=True, kw_only=True)
class LabPage(Page):
    """What the lab shows at first; ``data`` is what its JavaScript starts from."""

    groups: tuple[Group, ...]
    datasets: tuple[Shelf, ...]
    dataset: str
    sizes: tuple[int, ...]
    size: int
    seed: int
    index: int | None
    starts: tuple[tuple[str, str], ...]
    data: Mapping[str, Any]


@router.get("/lab")
def lab(request: Request) -> Response:
    """Show the lab, set as the address says; where it says nothing, so that there is something to see."""
    query: Mapping[str, str] = request.query_params or FIRST
    known = tuple(shelves(request).look(boards.of(request).datasets.offered(IMAGE_SETS)))
    here = [shelf.name for shelf in known if shelf.state == "here"]
    dataset = query.get("dataset", "")
    size = _whole(query.get("size"), 3)
    params = AugmentationParams.model_fields
    page = LabPage(
        title="Augmentation lab",
        section="lab",
        groups=tuple(
            Group(title, tuple(controls(group, query))) for title, group in (("Place", "Place"), ("Values", "Values"))
        ),
        datasets=known,
        dataset=dataset if dataset in here else next(iter(here), IMAGE_SETS[0]),
        sizes=SIZES,
        size=size if size in SIZES else 3,
        seed=min(_whole(query.get("seed"), 7), 2**32 - 1),
        index=None if "index" not in query else min(_whole(query["index"], 0), 2**31 - 1),
        starts=tuple((slug, title) for slug, title, _ in STARTS),
        data={
            "defaults": {name: field.default for name, field in params.items()},
            "starts": {slug: dict(values) for slug, _, values in STARTS},
        },
    )
    return site(request).answer(request, "lab.html", page)


def controls(group: str, query: Mapping[str, str]) -> Iterator[Control]:
    """The controls of one group; what the address says of them that fits stands in them."""
    for name, field in AugmentationParams.model_fields.items():
        extra = field.json_schema_extra
        assert isinstance(extra, dict)
        if extra["group"] != group:
            continue
        told = (name, field.title or name, field.description or "", str(extra.get("unit", "")))
        typed = query.get(name)
        if name in RANGES:
            largest, step = RANGES[name]
            yield Control(*told, "slider", min(_number(typed, 0.0), largest), largest=largest, step=step)
        elif name == "brightness_range":
            low, high = _pair(typed)
            yield Control(*told, "pair", low, high, BRIGHTEST, BRIGHTNESS_STEP)
        elif name == "fill_mode":
            options = get_args(field.annotation)
            yield Control(*told, "choice", typed if typed in options else field.default, options=options)
        else:
            yield Control(*told, "flag", typed == "true")


def _whole(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 11 else default


def _number(text: str | None, default: float) -> float:
    try:
        value = float(text or "")
    except ValueError:
        return default
    return value if 0.0 <= value < 1e6 else default


def _pair(text: str | None) -> tuple[float, float]:
    low, _, high = (text or "").partition(",")
    found = min(_number(low, 1.0), BRIGHTEST), min(_number(high, 1.0), BRIGHTEST)
    return found if found[0] <= found[1] else (1.0, 1.0)
