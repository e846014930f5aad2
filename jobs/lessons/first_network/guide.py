"""What lesson 5 says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import Preset

PRESETS = (
    Preset(
        slug="start",
        title="A sound start",
        why="Scaled features and a fifth of the rows held back: the curves tell what the network has really learnt.",
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "The classic first listing: Pima, weights drawn by random_uniform, raw features, and the score taken on "
            "the very rows it was trained on. Try glorot_uniform, today's default, as the kernel initializer: "
            "same network, another start. Then look at how flattering a score without held-out rows is."
        ),
        values={
            "dataset": "pima-indians-diabetes",
            "kernel_initializer": "random_uniform",
            "optimizer": "adam",
            "learning_rate": 0.001,
            "scale_features": False,
            "validation_split": 0.0,
            "epochs": 150,
            "batch_size": 10,
        },
    ),
    Preset(
        slug="properly",
        title="Done properly",
        why=(
            "A third of the rows held back, features scaled on the training rows alone, He's initializer for ReLU, and "
            "an end at 60 epochs, when the validation loss has stopped falling. Its score is the one to believe."
        ),
        values={"validation_split": 0.33, "kernel_initializer": "he_uniform", "epochs": 60},
    ),
    Preset(
        slug="too-fast",
        title="Too big a learning rate",
        why=(
            "A learning rate a hundred times the usual: the losses jump up and down from epoch to epoch, and end "
            "higher than small steps would have brought them."
        ),
        values={"learning_rate": 0.1, "epochs": 60},
    ),
    Preset(
        slug="overfit",
        title="Overfit on purpose",
        why=(
            "A large network and half of the rows: training loss goes towards zero while validation loss turns and "
            "climbs. The gap is overfitting; the best epoch is long before the last."
        ),
        values={"hidden_layers": [128, 128], "validation_split": 0.5, "epochs": 120, "batch_size": 16},
    ),
)

EXPLANATION = (
    "A multilayer perceptron is a stack of layers. Each neuron adds up what the layer before it says, weighted, and "
    "passes the sum through a bend, its activation. The last neuron's sigmoid squeezes the result between 0 and 1: how "
    "sure the network is that a row belongs to class 1.",
    "Training is a loop. A batch of rows goes through the network, the loss measures how wrong the answers are, and "
    "the optimizer moves every weight a little in the direction that makes it less wrong. One epoch is one pass over "
    "all training rows, in a new order each time.",
    "Look at two pairs of curves. While training loss and validation loss fall together, the network learns something "
    "that holds for rows it has never seen. When the training loss goes on falling and the validation loss turns "
    "upward, it has begun to learn the table by heart; the best epoch is marked there.",
    "Then change one thing and train again: leave the features unscaled, double a layer, take a learning rate ten "
    "times larger. The seed keeps everything else the same, so that what changes is what you changed.",
    "One split gives one score, and another split another one. Lesson 6 asks what such a score is worth, and lets "
    "scikit-learn train the network many times over.",
)
