"""The listing that repeats a run with dropout."""

from typing import TYPE_CHECKING

from jobs.lessons.shared import listing, networks, own_tables

if TYPE_CHECKING:
    from jobs.lessons.dropout.lesson import DropoutParams


def script(params: "DropoutParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``."""
    return listing.table(
        params,
        "Dropout with Keras",
        jit_compile,
        backend,
        layers=_layers(params),
        optimizer=listing.optimizer("sgd", params.learning_rate, momentum=params.momentum),
        before_define="\ndef hidden(size):\n"
        "    return keras.layers.Dense(\n"
        "        size,\n"
        f'        activation="{params.activation}",\n'
        f'        kernel_initializer="{params.kernel_initializer}",\n'
        f"        kernel_constraint={_limit(params)},\n"
        "    )\n\n",
    )


def _limit(params: "DropoutParams") -> str:
    return f"keras.constraints.MaxNorm({params.max_norm!r})" if params.max_norm else "None"


def _layers(params: "DropoutParams") -> list[str]:
    drop = [f"keras.layers.Dropout({params.dropout_rate!r})"] if params.dropout_rate else []
    layers = list(drop) if params.dropout in ("visible", "both") else []
    for size in params.hidden_layers:
        layers.append(f"hidden({size})")
        layers += drop if params.dropout in ("hidden", "both") else []
    output = networks.output(params.kernel_initializer, own_tables.listed_outputs(params.dataset))
    return [*layers, str(output)]
