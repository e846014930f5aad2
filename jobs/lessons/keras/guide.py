"""What lesson 3 says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import Preset

PRESETS = (
    Preset(
        slug="start",
        title="Each stage once",
        why=(
            "A small network, scaled features, a fifth of the rows held back: every stage is over in seconds, and what "
            "it has produced stays on the page."
        ),
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "The network with which the course introduces these calls: Pima, 12 and 8 neurons, weights drawn by "
            "random_uniform, Adam, 150 epochs in batches of 10, and evaluate on the very rows of fit."
        ),
        values={
            "dataset": "pima-indians-diabetes",
            "kernel_initializer": "random_uniform",
            "scale_features": False,
            "validation_split": 0.0,
            "epochs": 150,
        },
    ),
    Preset(
        slug="another-loss",
        title="Another loss",
        why=(
            "compile with the mean squared error: the loss has other numbers, much smaller ones, and the accuracy is "
            "hardly another. Losses can be compared with themselves alone."
        ),
        values={"loss": "mean_squared_error"},
    ),
    Preset(
        slug="another-optimizer",
        title="Plain gradient descent",
        why=(
            "compile with SGD: no memory of earlier steps, one rate for all weights. The same network gets there more "
            "slowly; look at how far the loss has come by the last epoch."
        ),
        values={"optimizer": "sgd", "learning_rate": 0.01},
    ),
    Preset(
        slug="one-neuron",
        title="The smallest network",
        why=(
            "One hidden neuron. define shows how few parameters are left, evaluate how little of the score they cost: "
            "a large network has to earn its size."
        ),
        values={"hidden_layers": [1]},
    ),
)

EXPLANATION = (
    "A model in Keras goes through five calls, always in this order. You define it by stacking layers; the weights "
    "are drawn at random. You compile it: from here on it has a loss, which says how wrong it is, and an optimizer, "
    "which makes that smaller. You fit it to rows, epoch by epoch. You evaluate it on rows that it hasn't seen. Then "
    "it can predict.",
    "Each call hands something on, and this lesson shows it: the layers with their parameters, the loss and the "
    "settings of the optimizer, the history with one list per metric, the scores beside those of a constant answer, "
    "and a few predictions beside the truth. Each appears the moment its stage is done.",
    "Keras itself does no arithmetic. It writes the model down for a backend, TensorFlow, JAX or PyTorch, which "
    "computes gradients and compiles them for your machine. The same script runs on each of them; a run says which "
    "one it had.",
    "Look at define first: count the parameters of the first layer by hand. Then at evaluate: how much of the "
    "accuracy would a constant answer have had? Change one call at a time, another loss or another optimizer, and see "
    "which of the others notice. Lesson 4 takes the network apart, lesson 5 asks what its curves mean.",
)
