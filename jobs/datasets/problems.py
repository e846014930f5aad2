"""What can be wrong with a dataset, told to people: what was met, and what to do about it."""


class DatasetProblem(Exception):
    """Base of both problems: ``name`` is the dataset's, ``detail`` a sentence or two that can be shown as it is."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name
        self.detail = detail

    def again(self) -> "DatasetProblem":
        """The same to be raised anew: what is remembered must not collect the places it was raised at."""
        return type(self)(self.name, self.detail)


class DatasetUnavailable(DatasetProblem):
    """The data is neither here nor to be had; ``detail`` says what to put where, and what works right now."""


class DatasetInvalid(DatasetProblem):
    """A file is here but can't be used; ``detail`` names the file, the line and the remedy."""


class UnfitReading(DatasetInvalid):
    """The file is a table, but can't be read as was asked; another ``field`` of its reading may help.

    Attributes:
        field: ``target``, ``header`` or ``separator``.
        code: a word for machines.
    """

    def __init__(self, name: str, detail: str, field: str, code: str) -> None:
        super().__init__(name, detail)
        self.field = field
        self.code = code

    def again(self) -> "UnfitReading":
        """See :meth:`DatasetProblem.again`."""
        return type(self)(self.name, self.detail, self.field, self.code)
