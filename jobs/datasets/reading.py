"""How the file of an own table is read: which column is the class, whether there is a header, what parts the cells."""

from dataclasses import dataclass
from typing import Literal

Header = Literal["auto", "yes", "no"]

Separator = Literal["auto", ",", ";", "tab"]


@dataclass(frozen=True)
class Reading:
    """How a table is read.

    Attributes:
        target: the column that holds the class: its name, or its number counted from 1; empty for the last one.
        header: whether the first line names the columns; ``auto`` looks at it.
        separator: what stands between two cells; ``auto`` looks at the first lines.
    """

    target: str = ""
    header: Header = "auto"
    separator: Separator = "auto"


AS_IT_IS = Reading()
"""Nothing said: everything is found out from the file."""
