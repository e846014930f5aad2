"""The two networks of the lesson, layer by layer."""

from jobs.lessons.shared.layers import Layer, Written, layer


def layers(network: str, dropout_rate: float, classes: int | Written = 10) -> list[Layer]:
    """The layers of the ``simple`` or the ``larger`` network; without dropout where its rate is 0."""
    drop = [layer("Dropout", dropout_rate)] if dropout_rate else []
    answer = layer("Dense", classes, activation="softmax")
    if network == "simple":
        return [
            layer("Conv2D", 32, (3, 3), activation="relu"),
            layer("MaxPooling2D", (2, 2)),
            *drop,
            layer("Flatten"),
            layer("Dense", 128, activation="relu"),
            answer,
        ]
    return [
        layer("Conv2D", 30, (5, 5), activation="relu"),
        layer("MaxPooling2D", (2, 2)),
        layer("Conv2D", 15, (3, 3), activation="relu"),
        layer("MaxPooling2D", (2, 2)),
        *drop,
        layer("Flatten"),
        layer("Dense", 128, activation="relu"),
        layer("Dense", 50, activation="relu"),
        answer,
    ]
