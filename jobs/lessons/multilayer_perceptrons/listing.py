"""The listing that repeats a run on the plane."""

from typing import TYPE_CHECKING

from jobs.lessons.multilayer_perceptrons import problems
from jobs.lessons.shared import listing, networks

if TYPE_CHECKING:
    from jobs.lessons.multilayer_perceptrons.lesson import PerceptronParams


def script(params: "PerceptronParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``; the pace is left out, because it changes no number."""
    held_out = params.validation_split > 0
    return listing.script(
        listing.head(
            f"A multilayer perceptron on two-dimensional points ({params.problem})",
            params.problem,
            jit_compile,
            backend,
            imports=problems.IMPORTS.get(params.problem, ""),
            beside="",
        ),
        listing.constants(params.seed, params.epochs, params.batch_size),
        _prepare(params),
        listing.define(networks.dense_layers(params)),
        listing.compiled(listing.optimizer(params.optimizer, params.learning_rate), jit_compile),
        listing.BATCHES,
        listing.fit(held_out),
        listing.evaluate(held_out),
        listing.predict_two_classes(held_out),
    )


def _prepare(params: "PerceptronParams") -> str:
    lines = f"# Prepare.\n{problems.listed(params.problem, params.samples, params.noise)}"
    if params.validation_split > 0:
        return (
            f"{lines}split = int(len(x) * (1 - {params.validation_split!r}))  # the last points are held back\n"
            "x_train, y_train, x_test, y_test = x[:split], y[:split], x[split:], y[split:]\n"
        )
    return f"{lines}x_train, y_train = x, y\n"
