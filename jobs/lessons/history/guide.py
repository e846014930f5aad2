"""What lesson 7 says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import Preset

PRESETS = (
    Preset(
        slug="good",
        title="A good fit",
        why=(
            "A third of the rows held out, scaled features, and an end while the validation loss still falls or lies "
            "flat. The two curves of each chart stay close together."
        ),
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "The course's own numbers: Pima with raw features, validation_split 0.33, 150 epochs in batches of 10. The "
            "raw columns make the curves restless; read the trend and not the single epoch."
        ),
        values={
            "dataset": "pima-indians-diabetes",
            "kernel_initializer": "random_uniform",
            "scale_features": False,
            "validation_split": 0.33,
            "epochs": 150,
            "batch_size": 10,
        },
    ),
    Preset(
        slug="underfit",
        title="Underfitting",
        why=(
            "Two neurons, small steps and few epochs: both losses are still on their way down at the end. The network "
            "has not learnt what the table could teach it. More epochs, larger steps or a larger network would."
        ),
        values={"hidden_layers": [2], "learning_rate": 0.0003, "epochs": 20, "batch_size": 32},
    ),
    Preset(
        slug="overfit",
        title="Overfitting",
        why=(
            "A network with far more weights than there are rows: the training loss falls towards zero, the validation "
            "loss turns and climbs. See at which epoch they part; there it should have ended."
        ),
        values={"hidden_layers": [128, 128], "epochs": 150, "batch_size": 16},
    ),
    Preset(
        slug="blind",
        title="Nothing held out",
        why=(
            "Without a validation split there are two keys in place of four, and no curve that could turn. Nobody can "
            "tell a good fit from an overfit one by these."
        ),
        values={"validation_split": 0.0},
    ),
)

EXPLANATION = (
    "model.fit returns a History object. Its history attribute is a dictionary: one list per metric, one number per "
    "epoch. The keys are the names of the loss and of the metrics given to compile, and each again with val_ before it "
    "where rows are held out. Everything on a run's page is drawn from these lists.",
    "A training value is a mean over the epoch, taken while the weights were still moving. A validation value is "
    "measured after the epoch, with the weights as they are then, on rows that were never trained on. That is why the "
    "validation curve can lie on the better side at first.",
    "Three shapes tell most of it. Both losses still falling at the end: the network could learn more, it underfits. "
    "Both at rest and close together: a good fit. The training loss falling while the validation loss turns and "
    "climbs: it learns the rows by heart, it overfits. Look at the loss first; accuracy moves in steps of one row and "
    "hides what happens in between.",
    "Train the presets one after the other and compare the charts. Then take the numbers with you: every run's page "
    "gives its history as JSON in Keras's own shape, as CSV, each chart as PNG or SVG, and a report in one HTML file "
    "that needs no network. What to do about overfitting comes next: lesson 8 keeps the best epoch, "
    "lesson 9 makes the network forgetful.",
)
