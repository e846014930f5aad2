"""How augmented images will look, made by the very code that augments them in training."""

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.answering import pictures
from jobs.answering.memory import KeptDatasets
from jobs.asking import NotYet, Unanswerable
from jobs.augmentation import Augmentation, Augmenter
from jobs.augmentation.augmenter import Measured
from jobs.datasets import DatasetUnavailable
from jobs.questions import PreviewQuestion

MEASURED = 10_000
"""Whitening is measured on so many training images at most: on all it would take longer than anybody waits."""

PATIENCE = 4.0
"""Seconds that a question waits for whitening to be measured. It takes a second for 784 pixels, and half a minute for
3,072 numbers; it goes on in a thread, so that others are answered meanwhile."""


@dataclass
class _Set:
    """A dataset's training images, and what was measured on them."""

    images: NDArray[np.uint8]
    measured: Measured
    measured_in_part: Measured
    whitening: "Future[Any] | None" = None


class Previews:
    """Answers previews; what was measured on a dataset stays.

    Args:
        datasets: where images come from.
    """

    def __init__(self, datasets: KeptDatasets) -> None:
        self._datasets = datasets
        self._sets: dict[str, _Set] = {}
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="whitening")

    def answer(self, question: PreviewQuestion) -> dict[str, Any]:
        """The images before and after, as PNGs in base64, and what must be known to read them.

        Raises:
            DatasetUnavailable: the images aren't here, or these are no images.
            DatasetInvalid: their file isn't in the expected form.
            Unanswerable: there is no image of this number.
            NotYet: whitening is still being measured.
        """
        found = self._set(question.dataset)
        count, index = question.rows * question.columns, question.index
        if index is not None and index >= len(found.images):
            last = len(found.images) - 1
            raise Unanswerable("too_large", f"index is {index}. {question.dataset} has the images 0 to {last}.")
        wanted = np.arange(count) % len(found.images) if index is None else np.full(count, index)
        before = found.images[wanted]
        after, notes = self._augmented(question, found, before)
        answer: dict[str, Any] = {"dataset": question.dataset, "notes": notes}
        if question.grid:
            return {**answer, "grid": pictures.png(pictures.grid(after, question.rows, question.columns))}
        originals = before if index is None else before[:1]
        return {
            **answer,
            "original": [pictures.png(image) for image in originals],
            "images": [pictures.png(image) for image in after],
        }

    def _augmented(
        self, question: PreviewQuestion, found: _Set, before: NDArray[np.uint8]
    ) -> tuple[NDArray[np.uint8], list[str]]:
        params = question.params
        what = params.augmentation()
        measured = self._whitened(found, what) if what.zca_whitening else found.measured
        augmenter = Augmenter(what, measured, question.seed)
        after = np.asarray(augmenter.apply(before, augmenter.draw(0, len(before))))
        if not what.centers:
            return pictures.shown(after), []
        notes = [
            f"The values go from {after.min():.3g} to {after.max():.3g}; they are shown with the smallest black and "
            "the largest white."
        ]
        if what.zca_whitening:
            notes.append(
                "ZCA whitening enlarges what hardly varies between the training images, up to a thousandfold: at a "
                "border that is always black, any change shows as noise."
            )
            if len(found.images) > MEASURED:
                notes.append(
                    f"Whitening was measured on the first {MEASURED:,} of {len(found.images):,} training images; "
                    "training measures all of them."
                )
        return pictures.stretched(after), notes

    def _whitened(self, found: _Set, what: Augmentation) -> Measured:
        if found.whitening is None:
            found.whitening = self._beside.submit(found.measured_in_part.standard, what)
        try:
            found.whitening.result(PATIENCE)
        except TooSlow:
            numbers = int(np.prod(found.images.shape[1:]))
            raise NotYet(
                f"ZCA whitening is being measured: with {numbers:,} numbers per image that takes up to a minute, once. "
                "Ask again in a few seconds."
            ) from None
        except Exception:
            found.whitening = None  # for want of memory, say: the next question tries again
            raise
        return found.measured_in_part

    def _set(self, name: str) -> _Set:
        if self._datasets.present(name).unit != "image":
            raise DatasetUnavailable(name, f"The dataset {name} is a table. Choose one of images, such as digits.")
        images = self._datasets.load_images(name, lambda _line: None).x_train
        known = self._sets.get(name)
        if known is None or known.images is not images:
            known = self._sets[name] = _Set(images, Measured(images), Measured(images[:MEASURED]))
        return known
