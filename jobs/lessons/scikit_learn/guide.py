"""What lesson 6 says to people: its explanation, its stages, and its presets with the reason to try each."""

from collections.abc import Mapping

from jobs.lessons.base import Preset
from jobs.protocol import Stage

STAGES: Mapping[Stage, str] = {
    Stage.PREPARE: "Read the data and cut it into folds.",
    Stage.DEFINE: "Stack the layers.",
    Stage.COMPILE: "Choose loss, optimizer and metrics.",
    Stage.FIT: "Train once per fold, with a new network each time.",
    Stage.EVALUATE: "Compare what the folds have scored.",
}

PRESETS = (
    Preset(
        slug="start",
        title="Ten folds",
        why="Scaled features, ten folds: see how far ten scores of the same network lie apart.",
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "The course's cross-validation: Pima with raw features, weights drawn by random_uniform, 150 epochs in "
            "batches of 10, ten folds."
        ),
        values={
            "dataset": "pima-indians-diabetes",
            "kernel_initializer": "random_uniform",
            "scale_features": False,
            "epochs": 150,
            "batch_size": 10,
            "n_splits": 10,
        },
    ),
    Preset(
        slug="course-grid",
        title="The course's grid search",
        why=(
            "Two optimizers, three initializers, three lengths and three batch sizes: 54 combinations in three folds, "
            "162 trainings. The course calls random_normal and random_uniform by their old names, normal and uniform."
        ),
        values={
            "method": "GridSearchCV",
            "dataset": "pima-indians-diabetes",
            "scale_features": False,
            "n_splits": 3,
        },
    ),
    Preset(
        slug="small-grid",
        title="A small grid",
        why="Eight combinations in three folds, done in a minute: does the optimizer matter more, or the batch size?",
        values={
            "method": "GridSearchCV",
            "n_splits": 3,
            "grid_initializers": ["glorot_uniform", "random_uniform"],
            "grid_epochs": [50],
            "grid_batch_sizes": [5, 20],
        },
    ),
    Preset(
        slug="few",
        title="Three folds",
        why="Each network learns from two thirds of the rows instead of nine tenths. Watch the band: is it wider?",
        values={"n_splits": 3},
    ),
)

EXPLANATION = (
    "One split into training and held-out rows gives one score, and another split gives another one. Which is right? "
    "Cross-validation cuts the rows into folds and trains as often as there are folds, each time with a new network: "
    "each fold is held out once and scored by a network that has never seen it. The mean of these scores is worth more "
    "than any of them, and their standard deviation says how much chance there is in one.",
    "Stratified folds hold the classes in the same share as the whole table, so that no fold is easy or hard for that "
    "reason alone. scikit-learn makes the folds; SciKeras wraps a function that builds a Keras model into a classifier "
    "like scikit-learn's own, so that cross_val_score and GridSearchCV can train it.",
    "Look at the thin curves: each is one fold, all of the same network with the same first weights. Where they lie "
    "apart, only the rows differ. The thick curve is their mean, the band one standard deviation around it. Two "
    "networks whose means differ by less than the band can't be told apart by this table.",
    "A grid search trains every combination of some settings and ranks them by their mean. Mind that the best of many "
    "is also the luckiest: its score flatters it. Then try one thing at a time: more folds, unscaled features, another "
    "optimizer. Lesson 7, on the history, reads such curves more closely.",
)
