"""What the lesson on photographs says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import Preset

PRESETS = (
    Preset(
        slug="start",
        title="A sound start",
        why="The deep network on at most 2,000 images: some minutes, and enough to see which classes are easy.",
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "The deep network on all images of CIFAR-10, 25 epochs in batches of 64, SGD from a learning rate of 0.01 "
            "that decays by 0.01 ÷ 25 per step. With all 50,000 images it takes hours on a CPU and minutes on a GPU."
        ),
        values={
            "dataset": "cifar10",
            "samples": 0,
            "network": "deep",
            "dropout_rate": 0.2,
            "max_norm": 3.0,
            "optimizer": "sgd",
            "learning_rate": 0.01,
            "momentum": 0.9,
            "decay": 0.0004,
            "epochs": 25,
            "batch_size": 64,
        },
    ),
    Preset(
        slug="simple",
        title="The simple network",
        why="One pair of convolutions, half of the points dropped: it learns faster by the clock, and stops earlier.",
        values={"network": "simple", "dropout_rate": 0.5},
    ),
    Preset(
        slug="decay",
        title="SGD with decay",
        why=(
            "SGD with momentum and a learning rate that falls with every step, as the course has it, on few images. "
            "Compare its curves with Adam's: slower at first, calmer in the end."
        ),
        values={"optimizer": "sgd", "learning_rate": 0.01, "decay": 0.0004},
    ),
    Preset(
        slug="overfit",
        title="Overfit on purpose",
        why="No dropout and no limit of norms: the training loss goes to zero while the validation loss climbs.",
        values={"dropout_rate": 0.0, "max_norm": 0.0},
    ),
)

EXPLANATION = (
    "Photographs of 32 by 32 pixels in three colours, ten classes: harder than digits, because a cat has no fixed "
    "outline, and backgrounds say nothing or the wrong thing. So the network is deeper: convolutions in pairs, each "
    "pair followed by pooling, with more filters the smaller the maps get.",
    "A pair of 3 by 3 filters sees as much as one of 5 by 5, with fewer weights and one more bend. After three pairs "
    "one point depends on a third of the picture and more. Dropout between the layers and max-norm on the dense ones "
    "keep so many parameters from learning the pictures by heart.",
    "Without the photographs Fitboard draws shapes in colour in their place, circles, stars, hearts, and says so. "
    "They are easier. Arrays are channels last here, 32, 32, 3; the course's first edition wrote channels first, "
    "3, 32, 32, as Theano computed it.",
    "So deep a stack can also fail to start: a loss that stays at 2.30, the logarithm of ten classes, says that it "
    "answers the same for every picture. Stop it then, and take another seed or half the learning rate.",
    "Training takes time in proportion to the images and the epochs. Begin with some thousand images and look at the "
    "estimate beside the button; it goes by earlier runs here. More images raise the validation curve more than "
    "any other setting.",
    "Look at the confusion matrix: animals are taken for animals and vehicles for vehicles, cat and dog most of all. "
    "Then at the pictures under it, the surest mistakes first. Lesson 14 makes more images out of few by "
    "turning, shifting and flipping them.",
)
