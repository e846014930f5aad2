"""Which datasets exist, what each must look like, and where it may be downloaded.

Facts only. Reading a file is :mod:`jobs.datasets.tables`'s work, finding one :mod:`jobs.datasets.registry`'s.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """What is known of a dataset before any file has been opened.

    Attributes:
        name: as in ``params.dataset``.
        title: for people.
        rows: how many rows the published data has.
        features: what each column is called, in order; the class is not among them.
        classes: what class 0, 1, … are called.
    """

    name: str
    title: str
    rows: int
    features: tuple[str, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Bundled(Dataset):
    """A dataset that comes with scikit-learn: always here, no network needed."""


@dataclass(frozen=True, kw_only=True)
class CsvFile(Dataset):
    """A dataset in one comma-separated file without a header: the features, then the class.

    Attributes:
        labels: what stands in the last column for class 0, 1, ….
        numeric_labels: whether ``1.0`` is the label ``1``.
        url: where it is downloaded from; ``sha256`` and ``size`` (bytes) are of exactly that file.
        ordered: the file lists its classes in blocks, so its rows are permuted once (always alike) when loaded.
    """

    labels: tuple[str, ...]
    numeric_labels: bool
    url: str
    sha256: str
    size: int
    ordered: bool = False

    @property
    def filename(self) -> str:
        """The file's name in the datasets folder and in the cache."""
        return f"{self.name}.csv"


BREAST_CANCER = Bundled(
    name="breast-cancer",
    title="Breast cancer (bundled)",
    rows=569,
    features=tuple(
        f"{statistic} {measure}"
        for statistic in ("mean", "error of", "worst")
        for measure in (
            "radius",
            "texture",
            "perimeter",
            "area",
            "smoothness",
            "compactness",
            "concavity",
            "concave points",
            "symmetry",
            "fractal dimension",
        )
    ),
    classes=("malignant", "benign"),
)

PIMA = CsvFile(
    name="pima-indians-diabetes",
    title="Pima Indians diabetes",
    rows=768,
    features=(
        "pregnancies",
        "glucose",
        "blood pressure",
        "skin thickness",
        "insulin",
        "body mass index",
        "pedigree",
        "age",
    ),
    classes=("no diabetes", "diabetes"),
    labels=("0", "1"),
    numeric_labels=True,
    url="https://raw.githubusercontent.com/jbrownlee/Datasets/master/pima-indians-diabetes.csv",
    sha256="6bfe5d0f379d17a0e0819b996407e3c09bf80febd4287f2ed212190dfff154af",
    size=23278,
)

IONOSPHERE = CsvFile(
    name="ionosphere",
    title="Ionosphere radar returns",
    rows=351,
    features=tuple(f"pulse {pulse} {part}" for pulse in range(1, 18) for part in ("real", "imaginary")),
    classes=("bad", "good"),
    labels=("b", "g"),
    numeric_labels=False,
    url="https://raw.githubusercontent.com/jbrownlee/Datasets/master/ionosphere.csv",
    sha256="fd6dd7864b55d56dac0a1e6e24af9ccc35bf2555ac79af8ab9f3d1daa065ab83",
    size=76466,
    ordered=True,
)

CATALOGUE: tuple[Dataset, ...] = (PIMA, IONOSPHERE, BREAST_CANCER)
"""Every dataset, the course's own first."""
