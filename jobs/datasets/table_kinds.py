"""Tables with two classes: in a comma-separated file, or bundled."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jobs.datasets.data import DatasetState, Source, Tabular
from jobs.datasets.kinds import Bundled, DataFile, Log, where
from jobs.datasets.places import Places
from jobs.datasets.tables import read_table


@dataclass(frozen=True, kw_only=True)
class BundledTable(Bundled[Tabular]):
    """A table that an installed package ships.

    Attributes:
        features: what each column is called, in order.
        source: reads it; imports what it needs when called.
    """

    features: tuple[str, ...]
    source: "Callable[[], tuple[object, object]]"

    def shape_of_sample(self) -> tuple[int, ...]:
        """``(features,)``."""
        return (len(self.features),)

    def state(self, places: Places) -> DatasetState:
        """Always here."""
        detail = f"{self.rows} rows with {len(self.features)} features, bundled: no file and no network needed."
        return self.described(Source.BUNDLED, detail)

    def load(self, places: Places, log: Log) -> Tabular:
        """Read it from the package."""
        import numpy as np

        x, y = self.source()
        return Tabular(np.asarray(x, "float32"), np.asarray(y, "float32"), self.features, self.classes)


@dataclass(frozen=True, kw_only=True)
class CsvFile(DataFile[Tabular]):
    """A dataset in one comma-separated file without a header: the features, then the class.

    Attributes:
        features: what each column is called, in order; the class is not among them.
        labels: what stands in the last column for class 0, 1, ….
        numeric_labels: whether ``1.0`` is the label ``1``.
        ordered: the file lists its classes in blocks, so its rows are permuted once (always alike) when loaded.
    """

    features: tuple[str, ...]
    labels: tuple[str, ...]
    numeric_labels: bool
    ordered: bool = False

    def shape_of_sample(self) -> tuple[int, ...]:
        """``(features,)``."""
        return (len(self.features),)

    def amount(self) -> str:
        """The published number of rows."""
        return f"{self.rows} rows"

    def form(self) -> str:
        """What a line holds."""
        classes = " or ".join(self.labels)
        return f"without a header, {len(self.features)} numbers and the class {classes} in each line"

    def examine(self, source: Source, path: Path) -> DatasetState:
        """Read the whole file, and count its classes."""
        table = read_table(path, self)
        counts = " and ".join(f"{table.count(index)} {name}" for index, name in enumerate(self.classes))
        detail = f"{len(table.rows)} rows ({counts}) from {self.filename} {where(source)}."
        return self.described(source, detail, len(table.rows))

    def read(self, path: Path) -> Tabular:
        """The checked table as arrays."""
        import numpy as np

        table = read_table(path, self)
        x = np.array(table.rows, dtype="float32")
        y = np.array(table.labels, dtype="float32")
        if self.ordered:
            order = np.random.default_rng(0).permutation(len(x))
            x, y = x[order], y[order]
        return Tabular(x, y, self.features, self.classes)
