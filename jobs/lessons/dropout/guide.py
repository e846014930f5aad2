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

_COURSE_DROPOUT = {**_COURSE, "dropout_rate": 0.2, "max_norm": 3.0, "learning_rate": 0.1, "momentum": 0.9}

PRESETS = (
    Preset(
        slug="start",
        title="A fifth of everything",
        why=(
            "A fifth of the features and of the hidden neurons is missing at each step. The training loss stays "
            "higher, the validation loss ends lower, and the gap between them small."
        ),
    ),
    Preset(
        slug="compare",
        title="With and without, in one go",
        why=(
            "Four runs of the same network with the same seed: nothing dropped, features, hidden neurons, both. Their "
            "page lays the curves over each other and draws each gap."
        ),
        grid={"dropout": ("none", "visible", "hidden", "both")},
    ),
    Preset(
        slug="none",
        title="The same without",
        why=(
            "Everything as in the first preset, and nothing dropped: the training loss goes to 0, the validation loss "
            "turns and climbs, and the gap opens."
        ),
        values={"dropout": "none"},
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "Dropout of 0.2 on the hidden layers of 60 and 30 neurons, max-norm 3, and SGD ten times faster than the "
            "baseline: rate 0.1, momentum 0.9, 300 epochs. Ionosphere stands in for the sonar table."
        ),
        values={**_COURSE_DROPOUT, "dropout": "hidden"},
    ),
    Preset(
        slug="visible",
        title="The course's visible layer",
        why="The course's other listing, with the same numbers: a fifth of the features is left out, and no neuron.",
        values={**_COURSE_DROPOUT, "dropout": "visible"},
    ),
    Preset(
        slug="baseline",
        title="The course's baseline",
        why="The same network without dropout: rate 0.01, momentum 0.8, no max-norm. Compare the others with its gap.",
        values={**_COURSE, "dropout": "none", "max_norm": 0.0, "learning_rate": 0.01, "momentum": 0.8},
    ),
    Preset(
        slug="too-much",
        title="Too much of it",
        why="Four of five neurons are missing: too few are left to learn anything well, and both curves stay high.",
        values={"dropout": "both", "dropout_rate": 0.8},
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
    "few dozen epochs and goes on widening; with it, it stays small or is even negative, because training is measured "
    "with neurons missing. The accuracy may hardly change: the network is wrong about the same rows, and less sure of "
    "it.",
    "Then train “With and without, in one go”: one press queues four runs and lays their curves over each other. Try "
    "several rates, 0.1, 0.2 and 0.5, and a larger network: dropout wants one. Too much of it and nothing is learnt at "
    "all, and with the course's large steps a table this small can lose again what dropout has gained.",
    "Dropout changes the network; lesson 10 leaves it as it is and changes the size of its steps while it trains. In "
    "lessons 12 and 13 dropout comes back between convolutions.",
)
