"""What lesson 4 says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import STAGES as USUAL
from jobs.lessons.base import Preset
from jobs.protocol import Stage

STAGES = {
    **USUAL,
    Stage.PREPARE: "Draw the points and hold some back.",
    Stage.PREDICT: "Ask it about a few points and compare.",
}

PRESETS = (
    Preset(
        slug="start",
        title="Two moons",
        why=(
            "Two hidden layers bend the boundary around both moons within some fifty epochs. The noise makes the tips "
            "meet, so that a few points stay on the wrong side of any sensible line."
        ),
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "The course explains these terms in words, with no listing and no data of its own. These are the choices "
            "it describes as classic: one hidden layer of sigmoid neurons, small random weights, plain SGD with a "
            "learning rate of 0.1, and the weights changed after every single point (online learning)."
        ),
        values={
            "hidden_layers": [8],
            "activation": "sigmoid",
            "kernel_initializer": "random_uniform",
            "optimizer": "sgd",
            "learning_rate": 0.1,
            "batch_size": 1,
            "epochs": 200,
        },
    ),
    Preset(
        slug="no-hidden-layer",
        title="No hidden layer",
        why=(
            "A single neuron can only draw a straight line, whatever it is trained with. On a circle within a circle "
            "it stays near 50 %. Add one hidden layer and train again."
        ),
        values={"problem": "circles", "noise": 0.1, "hidden_layers": [], "epochs": 100},
    ),
    Preset(
        slug="no-bend",
        title="Neurons without a bend",
        why=(
            "Four layers, but with linear activations: sums of sums are one sum, and the boundary is again straight. "
            "The bend is what makes depth worth having. Set the activation to tanh and compare."
        ),
        values={"problem": "circles", "noise": 0.1, "hidden_layers": [8, 8, 8], "activation": "linear", "epochs": 100},
    ),
    Preset(
        slug="spirals",
        title="Two spirals",
        why=(
            "The hardest of the four: each neuron of the first layer draws one fold, and it takes many of them, two "
            "more layers and patience. Look at how the centre is found last."
        ),
        values={
            "problem": "spirals",
            "noise": 0.05,
            "samples": 500,
            "hidden_layers": [16, 16, 16],
            "activation": "tanh",
            "epochs": 300,
            "epochs_per_second": 25,
        },
    ),
    Preset(
        slug="overfit",
        title="Overfit on purpose",
        why=(
            "Few points, much noise and a network far too large: the boundary grows islands around single points, "
            "training accuracy climbs, and the validation loss turns upward. Then draw more samples instead."
        ),
        values={
            "noise": 0.4,
            "samples": 100,
            "hidden_layers": [16, 16, 16, 16],
            "epochs": 400,
            "epochs_per_second": 30,
        },
    ),
    Preset(
        slug="too-fast",
        title="Too big a learning rate",
        why=(
            "Steps fifty times larger: the boundary jumps about instead of settling, and neurons that are thrown far "
            "off never answer again. Often one colour is all that is left of the plane."
        ),
        values={"learning_rate": 0.5, "epochs": 100},
    ),
)

EXPLANATION = (
    "Each point on the plane is a row with two features, its place from left to right and from bottom to top. The "
    "network shall tell which of two classes a point belongs to. With two features everything it does can be drawn.",
    "A neuron multiplies each of its inputs by a weight, adds them up with its bias, and passes the sum through its "
    "activation. Neurons side by side are a layer; how many layers of how many neurons there are is the topology. A "
    "neuron of the first hidden layer draws one straight edge across the plane, and the layers after it put edges "
    "together into bends, corners and islands. The output neuron's sigmoid turns the last sum into a probability.",
    "Training begins with small random weights. For each batch of points the loss says how wrong the answers are, the "
    "gradient says in which direction each weight makes it less wrong, and the optimizer takes a step that way, as "
    "long as the learning rate allows. One pass over all training points is an epoch.",
    "Look at the decision boundary: where the colour turns, the network changes its mind. Faint colour is doubt. "
    "Beside it are the weights, neuron by neuron: they start alike and thin, and those that matter grow. When the "
    "boundary bends around single points, it has begun to learn the noise: that is overfitting, and held-out points, "
    "drawn hollow, tell.",
    "Then change one thing: take a layer away, take another activation, halve the batch size, turn up the noise, draw "
    "more samples. The seed keeps the rest as it was. Lesson 5 does the same with a real table, where nothing can be "
    "drawn and the curves must do.",
)
