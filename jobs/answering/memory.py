"""What stays in memory between two questions: datasets as long as their files don't change, and a few models."""

import hashlib
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from jobs.borrowing import Borrow, BorrowingDatasets
from jobs.datasets import DatasetState, DatasetUnavailable, Images, Reading, Source, Tabular
from jobs.datasets.reading import AS_IT_IS
from jobs.protocol import CheckpointData

D = TypeVar("D", Tabular, Images)

DATASETS = 8
"""So many datasets are kept, those that were read last."""

MODELS = 4
"""So many models are kept, those that were asked last."""


class KeptDatasets(BorrowingDatasets):
    """Datasets that are read once, and again when their file has changed. Nothing is ever downloaded for them.

    Args:
        folder: the person's own datasets folder, or None.
        cache: where downloads lie.
        uploads: where uploaded files lie.
        borrow: gets those that only the server has.
    """

    def __init__(
        self, folder: Path | None, cache: Path, uploads: Path | None = None, borrow: Borrow | None = None
    ) -> None:
        super().__init__(folder, cache, downloads=False, uploads=uploads, borrow=borrow)
        self._kept: OrderedDict[tuple[str, Reading], tuple[DatasetState, Any]] = OrderedDict()

    def present(self, name: str, reading: Reading = AS_IT_IS) -> DatasetState:
        """What is known of a dataset that is here.

        Raises:
            DatasetUnavailable: there is none of this name, or it isn't here.
            DatasetInvalid: its file isn't in the expected form.
        """
        state = self.state(name, reading)
        if state.source is Source.ABSENT:
            raise DatasetUnavailable(name, state.detail)
        return state

    def _load(self, name: str, log: Callable[[str], None], wanted: type[D], reading: Reading) -> D:
        state = self.present(name, reading)
        known = self._kept.get((name, reading))
        # A file's state is the same object until the file changes; what is bundled never does.
        if known is not None and (known[0] is state or (known[0] == state and state.source is Source.BUNDLED)):
            data: D = known[1]
            return data
        data = super()._load(name, log, wanted, reading)
        self._kept[name, reading] = state, data
        self._kept.move_to_end((name, reading))
        while len(self._kept) > DATASETS:
            self._kept.popitem(last=False)
        return data


class Models:
    """Saved models by the SHA-256 of their file, loaded as safely as Keras can.

    Args:
        fetch: gets a file's bytes by run and SHA-256.
    """

    def __init__(self, fetch: Callable[[str, str], bytes]) -> None:
        self._fetch = fetch
        self._kept: OrderedDict[str, Any] = OrderedDict()

    def get(self, run: str, checkpoint: CheckpointData) -> Any:
        """The model of a checkpoint, not compiled.

        Raises:
            Unreachable: its bytes couldn't be had.
            ValueError: the bytes are not those that were recorded.
        """
        sha256 = checkpoint.sha256
        if sha256 not in self._kept:
            content = self._fetch(run, sha256)
            found = hashlib.sha256(content).hexdigest()
            if found != sha256:
                raise ValueError(f"The saved model's bytes have the SHA-256 {found}, recorded is {sha256}.")
            self._kept[sha256] = _load(content)
        self._kept.move_to_end(sha256)
        while len(self._kept) > MODELS:
            self._kept.popitem(last=False)
        return self._kept[sha256]


def _load(content: bytes) -> Any:
    import keras

    with tempfile.TemporaryDirectory(prefix="fitboard-model-") as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        return keras.saving.load_model(path, safe_mode=True, compile=False)
