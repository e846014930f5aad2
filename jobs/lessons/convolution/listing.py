"""The listing that repeats a run of the lesson on convolution."""

from typing import TYPE_CHECKING

from jobs.lessons.convolution.network import layers
from jobs.lessons.shared import image_listing, listing

if TYPE_CHECKING:
    from jobs.lessons.convolution.lesson import ConvolutionParams

_LOOK = """\
# Look inside: what each layer makes of the first test image.
inside = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
for layer, output in zip(model.layers, inside(x_test[:1], training=False)):
    print(f"{layer.name:10} {tuple(output.shape[1:])}  strongest {np.max(output):.3f}")
"""


def script(params: "ConvolutionParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``; a ``dataset`` that is still ``auto`` is written as the bundled one."""
    dataset = listing.bundled(params.dataset, "digits")
    return listing.script(
        image_listing.head("Convolution, pooling and dense layers", dataset, jit_compile, backend),
        listing.constants(params.seed, params.epochs, params.batch_size),
        image_listing.prepare(dataset, params.samples),
        image_listing.define(layers(params.filters, params.window, params.hidden_layers)),
        listing.compiled(
            listing.optimizer(params.optimizer, params.learning_rate), jit_compile, "categorical_crossentropy"
        ),
        listing.BATCHES,
        listing.fit(held_out=True),
        listing.evaluate(held_out=True),
        image_listing.predict(tuple("0123456789")),
        _LOOK,
    )
