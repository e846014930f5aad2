"""What can be wrong with a dataset, told to people: what was met, and what to do about it."""


class DatasetProblem(Exception):
    """Base of both problems: ``name`` is the dataset's, ``detail`` a sentence or two that can be shown as it is."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name
        self.detail = detail


class DatasetUnavailable(DatasetProblem):
    """The data is neither here nor to be had; ``detail`` says what to put where, and what works right now."""


class DatasetInvalid(DatasetProblem):
    """A file is here but can't be used; ``detail`` names the file, the line and the remedy."""
