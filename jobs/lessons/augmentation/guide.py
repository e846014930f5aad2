"""What lesson 14 says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import Preset

_STILL = {"rotation_range": 0, "width_shift_range": 0, "height_shift_range": 0, "zoom_range": 0}

PRESETS = (
    Preset(
        slug="start",
        title="A little of everything",
        why="A thousand images, turned by up to ten degrees, moved and stretched by a tenth: each epoch sees new ones.",
    ),
    Preset(
        slug="compare",
        title="With and without, in one go",
        why=(
            "Two runs of the same network with the same seed, one on changed images and one on the images as they are. "
            "Their page lays the curves over each other: look at which validation curve ends higher."
        ),
        grid={"augment": (True, False)},
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "All of MNIST, turned by up to 90 degrees to either side and shifted by a fifth. It is more than digits "
            "stand: a 6 becomes a 9. Look at the images before you train."
        ),
        values={
            "dataset": "mnist",
            "samples": 0,
            "rotation_range": 90,
            "width_shift_range": 0.2,
            "height_shift_range": 0.2,
            "zoom_range": 0,
            "epochs": 1,
            "batch_size": 32,
        },
    ),
    Preset(
        slug="without",
        title="Without",
        why="The same images as they are: the training accuracy is soon 1, the validation accuracy stays behind.",
        values={"augment": False},
    ),
    Preset(
        slug="flips",
        title="Mirrored pictures",
        why="Drawn shapes or photographs, half of them mirrored: an arrow may point either way, a digit may not.",
        values={**_STILL, "dataset": "shapes", "horizontal_flip": True, "samples": 2000, "width_shift_range": 0.1},
    ),
    Preset(
        slug="standardised",
        title="Standardised",
        why="Nothing is drawn by chance: the mean is subtracted and the deviation divided out, for tests as well.",
        values={**_STILL, "featurewise_center": True, "featurewise_std_normalization": True},
    ),
    Preset(
        slug="whitened",
        title="ZCA whitening",
        why="Pixels are decorrelated: strokes become edges. It needs all pixels' covariance, which takes a while.",
        values={**_STILL, "zca_whitening": True, "samples": 1000},
    ),
)

EXPLANATION = (
    "A network that sees the same thousand images again and again learns them by heart. Augmentation shows it another "
    "version in every epoch: turned a little, moved, stretched, mirrored, lighter or darker. What is shown still is "
    "the same digit, so the network must learn what makes it one.",
    "What happens to an image is drawn from the seed, the epoch and the image's number, and from nothing else, so a "
    "run can be repeated and resumed. Tests are never changed by chance. Only centring, standardising and whitening, "
    "which do the same to every image, apply to tests too, with the numbers measured on the training images.",
    "Look at the pictures first: the lab shows them live as you move the sliders. A change is right if you would still "
    "give the image its name. A 6 that is turned by 180 degrees is a 9; a mirrored arrow still is an arrow.",
    "Then train “With and without, in one go” and lay the two side by side: with augmentation the training accuracy "
    "is lower, because the task is harder, and the validation accuracy should end higher. The fewer images there are, "
    "the more it helps. Try 200, 1,000 and 5,000. Dropout, lesson 9, fights the same enemy from the other side.",
    "This is the last lesson. From here it goes on with data of your own: take the lesson that fits it, begin with "
    "a small network, and change one thing at a time. The script of every run works without Fitboard.",
)
