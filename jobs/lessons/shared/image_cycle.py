"""The Keras life-cycle on labelled images of several classes: prepare, define, compile, fit, evaluate, predict.

Each lesson about images is this with another network, and shows more on the way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobs.lessons.shared import images, networks, outcome
from jobs.protocol import Stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jobs.engine import Augment
    from jobs.training import Session

STAGES = {
    Stage.PREPARE: "Read the images, bring pixels between 0 and 1, write the classes one-hot.",
    Stage.DEFINE: "Stack the layers and draw the first weights.",
    Stage.COMPILE: "Choose loss, optimizer and metrics.",
    Stage.FIT: "Go through the images, epoch by epoch.",
    Stage.EVALUATE: "Measure the finished network.",
    Stage.PREDICT: "Ask it about every test image, and look where it is wrong.",
}
"""The stages with what each is for here."""


@dataclass(frozen=True)
class Trained:
    """What came of it: the model and its images, the answers to the test images, scores by part, some predictions.

    ``answers`` are probabilities, float32 of shape (test images, classes).
    """

    model: Any
    parts: images.ImageParts
    history: dict[str, list[float]]
    scores: dict[str, dict[str, float]]
    answers: "NDArray[np.float32]"
    predictions: dict[str, Any]


@dataclass(frozen=True)
class Changed:
    """Images on their way into a network.

    Attributes:
        parts: what the finished network is measured on.
        augment: what changes the training images anew in every epoch.
        trained_on: what ``augment`` is given, where that isn't the training part of ``parts``.
    """

    parts: images.ImageParts
    augment: "Augment | None" = None
    trained_on: "tuple[NDArray[np.float32], NDArray[np.float32]] | None" = None


def many_classes(
    session: "Session",
    params: images.ImageParams,
    *,
    build: Callable[[tuple[int, int, int], int], Any],
    optimizer: Callable[[], Any],
    minimised: str,
    callbacks: Callable[[Any, images.ImageParts], Sequence[Any]] = lambda _model, _parts: (),
    change: Callable[[images.ImageParts], Changed] = Changed,
) -> Trained:
    """Go through the six stages.

    Args:
        session: the attempt's.
        params: the lesson's.
        build: the network for images of a shape and so many classes, not compiled; its last layer is a softmax.
        optimizer: a new one.
        minimised: by what the loss is minimised, for the stage's words: ``Adam with learning rate 0.001``.
        callbacks: Keras's, for the model and its images.
        change: what becomes of the images on their way into the network.
    """
    with session.stage(Stage.PREPARE) as stage:
        changed = change(images.parted(session.load_images(params.dataset), params.samples))
        parts, augment = changed.parts, changed.augment
        stage.summary = parts.summary()
    with session.stage(Stage.DEFINE) as stage:
        model = build(parts.shape, len(parts.class_names))
        session.built(model)
        stage.summary = f"{len(model.layers)} layers with {model.count_params():,} parameters."
    with session.stage(Stage.COMPILE) as stage:
        called = callbacks(model, parts)
        model.compile(
            loss="categorical_crossentropy",
            optimizer=optimizer(),
            metrics=["accuracy"],
            jit_compile=session.choose(model, *parts.train, callbacks=called, augmented=augment is not None),
        )
        stage.summary = f"Categorical cross-entropy, minimised by {minimised}."
    with session.stage(Stage.FIT) as stage:
        history = session.fit(
            model,
            *(changed.trained_on or parts.train),
            epochs=params.epochs,
            batch_size=params.batch_size,
            seed=params.seed,
            validation_data=parts.test,
            evaluate=[parts.train, parts.test],
            predict=[parts.test[0]],
            callbacks=called,
            augment=augment,
            remedy=networks.remedy(params.learning_rate),
        )
        losses = history["loss"]
        stage.summary = (
            f"{outcome.counted(len(losses), 'epoch')}; the loss went from {losses[0]:.4f} to {losses[-1]:.4f}."
        )
    with session.stage(Stage.EVALUATE) as stage:
        scores = {"train": session.evaluate(model, *parts.train), "test": session.evaluate(model, *parts.test)}
        stage.summary = outcome.score_words(scores)
    with session.stage(Stage.PREDICT) as stage:
        answers = session.predict(model, parts.test[0])
        predictions = outcome.predictions(parts.class_names, answers, parts.truths, "image")
        right = int((answers.argmax(axis=1) == parts.truths).sum())
        stage.summary = f"{right:,} of {len(answers):,} test images are recognised."
    return Trained(model, parts, history, scores, answers, predictions)
