"""The listing that repeats a run of the lesson on convolution."""

from typing import TYPE_CHECKING

from jobs.lessons.convolution.network import layers
from jobs.lessons.shared import image_listing, listing, parameters

if TYPE_CHECKING:
    from jobs.lessons.convolution.lesson import ConvolutionParams

_LOOK = """\
# Look inside: what each layer makes of the first test image of THING DIGIT.
first = int(np.argmax(y_test.argmax(axis=1) == DIGIT))
inside = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
for layer, output in zip(model.layers, inside(x_test[first : first + 1], training=False)):
    print(f"{layer.name:10} {tuple(output.shape[1:])}  strongest {np.max(output):.3f}")
"""


def script(params: "ConvolutionParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``."""
    return image_listing.many_classes(
        params,
        "Convolution, pooling and dense layers",
        jit_compile,
        backend,
        stand_in="digits",
        layers=layers(params.filters, params.window, params.hidden_layers, image_listing.classes(params.dataset)),
        optimizer=listing.optimizer(params.optimizer, params.learning_rate),
        after_predict=_LOOK.replace("THING", "a" if params.dataset in parameters.DIGITS else "the class").replace(
            "DIGIT", str(params.digit)
        ),
    )
