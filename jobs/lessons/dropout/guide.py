"""What lesson 9 says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import Preset

_COURSE = {
    "dataset": "ionosphere",
    "scale_features": True,
    "validation_split": 0.33,
    "hidden_layers": [60, 30],
    "epochs": 300,
    "batch_size": 16,
}

PRESETS = (
    Preset(
        slug="start",
        title="On the hidden layers",
        why="A fifth of the hidden neurons is missing at each step, weights are kept short, and steps may be large.",
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "Dropout of 0.2 on the hidden layers of 60 and 30 neurons, max-norm 3, and SGD ten times faster than the "
            "baseline: rate 0.1, momentum 0.9, 300 epochs. Ionosphere stands in for the sonar table."
        ),
        values={
            **_COURSE,
            "dropout": "hidden",
            "dropout_rate": 0.2,
            "max_norm": 3.0,
            "learning_rate": 0.1,
            "momentum": 0.9,
        },
    ),
    Preset(
        slug="baseline",
        title="The course's baseline",
        why="The same network without dropout: rate 0.01, momentum 0.8, no max-norm. Compare the others with its gap.",
        values={**_COURSE, "dropout": "none", "max_norm": 0.0, "learning_rate": 0.01, "momentum": 0.8},
    ),
    Preset(
        slug="visible",
        title="On the visible layer",
        why="A fifth of the features is left out at each step: the network must not rely on any one of them.",
        values={"dropout": "visible"},
    ),
    Preset(
        slug="too-much",
        title="Too much of it",
        why="Four of five neurons are missing: too few are left to learn anything well, and both curves stay high.",
        values={"dropout": "both", "dropout_rate": 0.8},
    ),
    Preset(
        slug="none",
        title="The same without",
        why="Everything as in the first preset, and nothing dropped: training loss goes to 0, the gap opens.",
        values={"dropout": "none"},
    ),
)

EXPLANATION = (
    "A network with room to spare learns its rows by heart: a few neurons come to recognise single rows, and others "
    "lean on them. Dropout takes that away. At each step every neuron is switched off with some probability, so each "
    "must be useful without its neighbours. For validation and predictions all work, scaled to the same strength.",
    "Dropout on the visible layer leaves features out; on hidden layers it leaves neurons out. Because every step "
    "trains a thinner network, the steps may be larger: the course takes ten times the learning rate and a momentum of "
    "0.9, and keeps weights from growing with a max-norm of 3.",
    "Look at the gap between validation and training loss, drawn below the curves. Without dropout it opens after a "
    "few dozen epochs; with it, it stays small or is even negative, because training is measured with neurons missing.",
    "Then train the preset without dropout with the same seed, and lay the two side by side. Try rates of 0.1, 0.2 and "
    "0.5 at once, and a larger network: dropout wants one. Too much of it and nothing is learnt at all.",
)
