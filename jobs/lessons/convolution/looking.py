"""Pictures of what goes on inside: the filters, and what each layer makes of one digit."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jobs.exhibits import Content, Exhibit, Picture, Pictures, Table, encode_png, image, shrunk
from jobs.lessons.convolution.geometry import Place
from jobs.lessons.shared.classes import percent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jobs.training import Session

MOST_MAPS = 16
"""How many filters, and maps of one layer, are shown."""

SUREST = 10
"""Of more classes than these the answer names so many."""


def table(places: Sequence[Place]) -> Exhibit:
    """The layers with what comes out of each."""
    rows: list[list[Any]] = []
    for place in places:
        field = "the whole image" if place.field is None else f"{place.field} by {place.field} pixels"
        rows.append([place.name, written(place.shape), place.parameters, field])
    return Exhibit(
        name="layers",
        title="What comes out of each layer",
        note=(
            "Shapes are height, width and channels. The receptive field is the part of the image that one point of the "
            "layer depends on; with some padding it reaches over the edge."
        ),
        content=Table(columns=["layer", "output shape", "parameters", "receptive field"], rows=rows, first=True),
    )


def written(shape: Sequence[int]) -> str:
    """A shape as people write it."""
    return ", ".join(map(str, shape))


class Looking:
    """Shows one image's way through a network, and the network's first filters, whenever it is asked.

    Args:
        session: the attempt's.
        model: defined; it is left as it is.
        places: its layers.
        pixels: the image, uint8 of shape (height, width, channels), and ``x``, the same as the model takes it.
        truth: what it is, one of ``names``.
        thing: what a class is called: ``digit`` or ``class``.
    """

    def __init__(
        self,
        session: "Session",
        model: Any,
        places: Sequence[Place],
        pixels: "NDArray[np.uint8]",
        x: "NDArray[np.float32]",
        truth: int,
        names: Sequence[str],
        thing: str,
    ) -> None:
        import keras

        self._session = session
        self._model = model
        self._places = [place for place in places if place.name != "flatten"]
        self._inside = keras.Model(model.inputs[0], [model.get_layer(place.name).output for place in self._places])
        self._x, self._names, self._thing = x[None], names, thing
        self._called = f"a {names[truth]}" if thing == "digit" else f"of the {thing} {names[truth]}"
        # What epochs don't change is shown at once, and nothing else: a later attempt must not put it in place of more.
        followed = Pictures(pictures=[image(encode_png(shrunk(pixels, 196)), self._called)], columns=1, size=196)
        title = "The digit that is followed" if thing == "digit" else "The image that is followed"
        self._show("digit", title, "A test image: the network never trains on it.", None, followed)
        note = "Drawn at random, from the seed."
        self._show("filters-before", "Filters of conv_1 before training", note, None, self._filters())

    def __call__(self, epoch: int) -> None:
        """Show everything as it is after an epoch (from 0)."""
        import numpy as np

        outputs = [np.asarray(output)[0] for output in self._inside(self._x, training=False)]
        if not np.isfinite(outputs[-1]).all():
            return  # the training is about to be ended for it
        note = "Light looks for ink, dark for none, mid-grey does not care. Compare them with those before training."
        self._show("filters", "Filters of conv_1", note, epoch, self._filters())
        neurons = []
        for place, output in zip(self._places, outputs, strict=True):
            if len(place.shape) == 3:
                self._maps(place, output, epoch)
            elif place.name != "answer":
                neurons.append((place, output))
        if neurons:
            pictures = [_picture(_square(output), f"{place.name}: {len(output)} neurons") for place, output in neurons]
            note = "One square per neuron of a dense layer, the lighter the stronger. Here no place means anything."
            self._show("dense", "Dense layers", note, epoch, Pictures(pictures=pictures, columns=8, size=140))
        note = f"It is {self._called}. Softmax makes shares of 1 of what {_counted(len(self._names))} neurons say."
        self._show("answer", "The answer", note, epoch, self._answer(outputs[-1]))

    def _show(self, name: str, title: str, note: str, epoch: int | None, content: Content) -> None:
        self._session.show(Exhibit(name=name, title=title, note=note, epoch=epoch, content=content))

    def _filters(self) -> Pictures:
        """The first layer's kernels, all on one scale from -m to m, so that 0 is mid-grey."""
        import numpy as np

        kernels = np.asarray(self._model.get_layer("conv_1").kernel)
        scale = max(float(np.abs(kernels).max()), 1e-12)
        grey = (127.5 + 127.5 * kernels.mean(axis=2) / scale).round().astype("uint8")
        shown = range(min(MOST_MAPS, grey.shape[-1]))
        pictures = [image(encode_png(grey[..., [one]]), str(one + 1)) for one in shown]
        return Pictures(pictures=pictures, columns=6, size=54)

    def _maps(self, place: Place, output: "NDArray[Any]", epoch: int) -> None:
        import numpy as np

        count = min(MOST_MAPS, output.shape[-1])
        scaled = output / np.maximum(output.max(axis=(0, 1)), 1e-12)
        pictures = [_picture(scaled[..., one], str(one + 1)) for one in range(count)]
        height, width, channels = place.shape
        pooling = place.name.startswith("pool")
        what = "The strongest point of each pool" if pooling else "Light is where a filter finds what it looks for"
        some = f"; the first {count} of {channels} are shown" if count < channels else ""
        title = f"{place.name}: {channels} maps of {height} by {width}"
        note = f"{what}, each map on its own scale; one point depends on {place.field} by {place.field} pixels{some}."
        self._show(f"maps-{place.name}", title, note, epoch, Pictures(pictures=pictures, columns=6, size=56))

    def _answer(self, answer: "NDArray[Any]") -> Table:
        surest = sorted(answer.argsort()[::-1][:SUREST])
        row = ["how sure", *(percent(answer[one]) for one in surest)]
        return Table(columns=[self._thing, *(self._names[one] for one in surest)], rows=[list(row)], first=True)


def _picture(values: "NDArray[Any]", caption: str) -> Picture:
    """Numbers from 0 to 1 in grey."""
    return image(encode_png((shrunk(values) * 255).round().clip(0, 255).astype("uint8")[..., None]), caption)


def _counted(number: int) -> str:
    return "ten" if number == 10 else str(number)


def _square(values: "NDArray[Any]") -> "NDArray[Any]":
    """Numbers in a square, brought between 0 and 1; what is left over stays dark."""
    import math

    import numpy as np

    side = math.ceil(math.sqrt(len(values)))
    square = np.zeros(side * side)
    square[: len(values)] = values / max(float(values.max()), 1e-12)
    return square.reshape(side, side)
