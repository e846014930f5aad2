"""The two networks of the lesson, layer by layer."""

from jobs.lessons.shared.layers import Layer, MaxNorm, Written, layer


def layers(network: str, dropout_rate: float, max_norm: float, classes: int | Written = 10) -> list[Layer]:
    """The layers of the ``simple`` or the ``deep`` network; no dropout and no limit of norms where these are 0."""
    limit = MaxNorm(max_norm) if max_norm else None
    return (_simple if network == "simple" else _deep)(dropout_rate, limit, classes)


def _convolution(filters: int, limit: MaxNorm | None = None) -> Layer:
    return layer("Conv2D", filters, (3, 3), padding="same", activation="relu", kernel_constraint=limit)


def _simple(rate: float, limit: MaxNorm | None, classes: int | Written = 10) -> list[Layer]:
    drop = [layer("Dropout", rate)] if rate else []
    return [
        _convolution(32, limit),
        *drop,
        _convolution(32, limit),
        layer("MaxPooling2D", (2, 2)),
        layer("Flatten"),
        layer("Dense", 512, activation="relu", kernel_constraint=limit),
        *drop,
        layer("Dense", classes, activation="softmax"),
    ]


def _deep(rate: float, limit: MaxNorm | None, classes: int | Written = 10) -> list[Layer]:
    drop = [layer("Dropout", rate)] if rate else []
    stack = []
    for filters in (32, 64, 128):
        stack += [_convolution(filters), *drop, _convolution(filters), layer("MaxPooling2D", (2, 2))]
    return [
        *stack,
        layer("Flatten"),
        *drop,
        layer("Dense", 1024, activation="relu", kernel_constraint=limit),
        *drop,
        layer("Dense", 512, activation="relu", kernel_constraint=limit),
        *drop,
        layer("Dense", classes, activation="softmax"),
    ]
