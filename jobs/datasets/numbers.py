"""A cell of a table as a number, and as it is quoted in a complaint."""

import math

FLOAT32_MAX = 3.4028234663852886e38


def finite(cell: str) -> float | None:
    """The number that NumPy too would read here, if it is one and fits into float32."""
    try:
        # Python reads 1_000 as a number, NumPy doesn't: what is accepted here must work in the exported script.
        value = math.nan if "_" in cell else float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= FLOAT32_MAX else None


def short(cell: str) -> str:
    """A cell in quotes, cut where it is long."""
    return repr(cell if len(cell) <= 40 else cell[:37] + "...")
