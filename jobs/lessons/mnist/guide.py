"""What the lesson on digits says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import Preset

_COURSE = {
    "dataset": "mnist",
    "samples": 0,
    "dropout_rate": 0.2,
    "optimizer": "adam",
    "learning_rate": 0.001,
    "epochs": 10,
    "batch_size": 200,
}

PRESETS = (
    Preset(
        slug="start",
        title="A sound start",
        why="The simple network on at most 10,000 images: it takes a minute, and the mistakes are already few.",
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "All 60,000 images of MNIST, ten epochs in batches of 200: above 98.5 % of the test images are recognised. "
            "On a small machine it takes some minutes."
        ),
        values={**_COURSE, "network": "simple"},
    ),
    Preset(
        slug="larger",
        title="The larger network",
        why=(
            "Two convolutions with pooling between them. It has fewer parameters than the simple network, "
            "because its second pooling leaves less for the dense layer, and is at least as good with enough images."
        ),
        values={"network": "larger"},
    ),
    Preset(
        slug="course-larger",
        title="The course's larger network",
        why=(
            "The course's second network on all 60,000 images: convolutions with 30 filters of 5 by 5 and 15 of "
            "3 by 3, each with pooling, then 128 and 50 neurons."
        ),
        values={**_COURSE, "network": "larger"},
    ),
    Preset(
        slug="few",
        title="A few hundred images",
        why=(
            "500 images only: the training accuracy reaches 1 all the same, the validation accuracy stays behind. "
            "The gap is what more images would close."
        ),
        values={"samples": 500, "batch_size": 50, "epochs": 20},
    ),
    Preset(
        slug="no-dropout",
        title="Without dropout",
        why="The same network with nothing switched off: compare how far training and validation loss part.",
        values={"dropout_rate": 0.0, "epochs": 20},
    ),
)

EXPLANATION = (
    "An image goes in as numbers from 0 to 1, one for each pixel: grey levels from 0 to 255, divided by 255. A "
    "convolution slides small filters over it and makes a map of where each of them finds what it looks for. Pooling "
    "keeps the strongest answer of every two by two points, so that a stroke may lie a little to the side.",
    "What the maps say goes through a dense layer to ten neurons, one for each digit. Their softmax makes shares of 1 "
    "of them: how sure the network is of each digit. The truth is written the same way, one-hot: a 1 at the right "
    "digit and 0 elsewhere. Categorical cross-entropy measures how far the two are apart.",
    "Arrays are channels last here: image, height, width, channels, which is 28, 28, 1. The course's first edition "
    "wrote channels first, 1, 28, 28, because Theano computed it so. Keras takes channels last by default today, and "
    "TensorFlow on a CPU takes nothing else; the network is the same, only the axes are in another order.",
    "Look at the confusion matrix: a row is a digit, a column what the network said. Most mistakes lie in a few "
    "squares, 4 and 9, 3 and 5, 2 and 7. Then look at the worst mistakes below it, the ones the network was surest "
    "of. Some are its fault, and some a person would get wrong too.",
    "Then take more images, and see what they do for the validation curve; nothing else helps as much. Lesson 11 "
    "shows what the filters have learnt; lesson 13, CIFAR-10, has photographs and needs a deeper network.",
)
