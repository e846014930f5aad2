"""What lesson 8 says to people: its explanation, its stages, and its presets with the reason to try each."""

from collections.abc import Mapping

from jobs.lessons.base import STAGES as USUAL
from jobs.lessons.base import Preset
from jobs.protocol import Stage

STAGES: Mapping[Stage, str] = {**USUAL, Stage.EVALUATE: "Measure the last network, and every saved one again."}

PRESETS = (
    Preset(
        slug="start",
        title="Every improvement",
        why=(
            "A file for each epoch that beats all before it. The first epochs bring many, later ones few: the list is "
            "the story of the training."
        ),
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "The course's ModelCheckpoint: Pima with raw features, a third held out, monitor val_accuracy, mode max, a "
            "file per improvement, 150 epochs in batches of 10."
        ),
        values={
            "dataset": "pima-indians-diabetes",
            "kernel_initializer": "random_uniform",
            "scale_features": False,
            "validation_split": 0.33,
            "monitor": "val_accuracy",
            "mode": "max",
            "keep": "improvements",
            "epochs": 150,
            "batch_size": 10,
        },
    ),
    Preset(
        slug="course-best",
        title="The best only",
        why=(
            "The course's second listing: one file that each improvement overwrites. Less to look through, and nothing "
            "to compare it with but the last."
        ),
        values={
            "dataset": "pima-indians-diabetes",
            "kernel_initializer": "random_uniform",
            "scale_features": False,
            "validation_split": 0.33,
            "keep": "best",
            "epochs": 150,
            "batch_size": 10,
        },
    ),
    Preset(
        slug="by-loss",
        title="Watch the loss instead",
        why=(
            "A large network and the validation loss under watch. It turns early while accuracy goes on wandering, so "
            "the best file is from an early epoch, and far better than the last by that measure."
        ),
        values={"monitor": "val_loss", "mode": "auto", "hidden_layers": [128, 128], "batch_size": 16},
    ),
    Preset(
        slug="wrong-way",
        title="The wrong way round",
        why=(
            "Accuracy with mode min: each file is worse than the one before it. It does what it was told. See how the "
            "best model is the worst one here, and leave mode on auto."
        ),
        values={"mode": "min", "epochs": 40},
    ),
)

EXPLANATION = (
    "Training ends when its epochs are over, and the last network is not always the best one it has been. "
    "ModelCheckpoint watches one number after each epoch, and saves the network whenever that number is better than "
    "ever before. monitor names the number, mode says whether better is less or more.",
    "A file name with the epoch and the value in it, such as weights-improvement-07-0.76.keras, keeps every "
    "improvement. A fixed name keeps only the best, because each improvement overwrites the one before it. The files "
    "hold weights, network and optimizer, so load_model gives back a network that can predict, or train on.",
    "Look at Saved models while it trains: a file appears with each improvement. When the training is over, each file "
    "is loaded again and measured on the held-out rows. The value must be the one from its epoch, to the last digit; "
    "the table says so. For loss and accuracy of training rows it isn't, and need not be: those are means over an "
    "epoch during which the weights still moved.",
    "Mind what the best value means. It was picked because it was the highest of many on these very rows, so it "
    "flatters a little; a third set of rows would tell how much. Then try the loss as the monitor, which sees more "
    "than accuracy does. Lesson 9, on dropout, makes the last network a better one in the first place.",
)
