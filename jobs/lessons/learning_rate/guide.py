"""What lesson 10 says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import Preset

_COURSE = {
    "dataset": "ionosphere",
    "learning_rate": 0.1,
    "scale_features": False,
    "validation_split": 0.33,
    "hidden_layers": [34],
    "epochs": 50,
    "batch_size": 28,
}

PRESETS = (
    Preset(
        slug="start",
        title="Time-based",
        why="The rate shrinks a little with every update, as Keras's old decay= did. The curve is nearly flat.",
    ),
    Preset(
        slug="compare",
        title="All schedules at once",
        why=(
            "Six runs of the same network with the same seed, one for each schedule and one without. Their page lays "
            "the losses over each other; choose learning_rate there to see the schedules themselves."
        ),
        grid={"schedule": ("constant", "time-based", "drop", "exponential", "cosine", "plateau")},
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "Ionosphere as it is, one hidden layer of 34 neurons, 50 epochs in batches of 28: SGD with rate 0.1, "
            "momentum 0.8 and decay 0.0001. decay= is gone from Keras's SGD; InverseTimeDecay does the same."
        ),
        values={
            **_COURSE,
            "schedule": "time-based",
            "decay": 0.0001,
            "decay_every": "update",
            "momentum": 0.8,
        },
    ),
    Preset(
        slug="drop",
        title="Drop by half",
        why="Half the rate after every ten epochs, with a momentum of 0.9. Look for steps in the curves.",
        values={"schedule": "drop", "drop": 0.5, "epochs_drop": 10, "momentum": 0.9},
    ),
    Preset(
        slug="course-drop",
        title="The course's drop",
        why=(
            "The course's second listing with its own numbers: the network and the table of its first one, momentum "
            "0.9, and half the rate after every ten epochs."
        ),
        values={**_COURSE, "schedule": "drop", "drop": 0.5, "epochs_drop": 10, "momentum": 0.9},
    ),
    Preset(
        slug="exponential",
        title="Exponential",
        why="A twentieth less over every epoch: after fifty epochs the rate is a thirteenth of what it was.",
        values={"schedule": "exponential"},
    ),
    Preset(
        slug="cosine",
        title="Cosine with warm-up",
        why="Up from nothing over five epochs, so that the first steps tear nothing apart, then down along a cosine.",
        values={"schedule": "cosine"},
    ),
    Preset(
        slug="plateau",
        title="Wait for a plateau",
        why=(
            "The rate stays until the validation loss has not fallen for five epochs, and is halved then. "
            "The data decides when, not a calendar."
        ),
        values={"schedule": "plateau", "epochs": 80},
    ),
    Preset(
        slug="constant",
        title="No schedule",
        why="The baseline: the same rate from the first step to the last. Compare the others with it, same seed.",
        values={"schedule": "constant"},
    ),
)

EXPLANATION = (
    "The learning rate says how far one step moves the weights. A large one comes quickly into the right region and "
    "then jumps about the best place without hitting it; a small one hits it, but takes long to get there. A schedule "
    "takes both: large steps first, small ones later.",
    "Some schedules live inside the optimizer and change the rate with every update: time-based, exponential, cosine. "
    "Others are callbacks and change it between two epochs: the drop, and the plateau, which waits until the "
    "validation loss stops falling.",
    "Look at the rate's own curve under the loss. Where the rate drops, a loss that jumped from epoch to epoch becomes "
    "smooth; where it is small long before the loss is, training stands still and the schedule was too quick.",
    "Then train “All schedules at once” and compare the last epochs with those of the constant rate. Try a rate of 0.5 "
    "with the cosine: with the warm-up it holds, without it the first steps may spoil the start. Momentum makes each "
    "step longer, so a larger momentum wants a smaller rate. Where a network has the room to learn its table by heart, "
    "a schedule alone will not help: lesson 9, dropout, treats that.",
    "With this the course's tools for small tables are together. Lesson 11 turns to pictures, and to layers that are "
    "made for them; in lesson 13 a decaying rate comes back, where a training takes long enough to need one.",
)
