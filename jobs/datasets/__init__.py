"""The datasets that lessons train on: what they are, where they come from, how they are read.

Importing this costs the standard library only. Numbers (NumPy), the bundled data (scikit-learn) and the download
(pooch) are imported where they are used, so that the server can answer "what is here?" in milliseconds.
"""

from jobs.datasets.data import DatasetState, Images, Kind, Source, Tabular
from jobs.datasets.problems import DatasetInvalid, DatasetUnavailable
from jobs.datasets.reading import Reading
from jobs.datasets.registry import Datasets

__all__ = ["DatasetInvalid", "DatasetState", "DatasetUnavailable", "Datasets", "Images", "Kind", "Reading", "Source"]
__all__ += ["Tabular"]
