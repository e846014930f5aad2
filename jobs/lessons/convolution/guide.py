"""What the lesson on convolution says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import Preset

PRESETS = (
    Preset(
        slug="start",
        title="A sound start",
        why="Two convolutions of 5 by 5, each with pooling, then a dense layer: small enough to see every map.",
    ),
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "The course's crash course on convolutional layers explains one stack on MNIST: convolution, pooling, "
            "dense. Here it is with 32 filters of 3 by 3 and 2 by 2 pools, on 5,000 images and in batches of 200."
        ),
        values={
            "dataset": "mnist",
            "samples": 5000,
            "filters": [32],
            "kernel_size": 3,
            "pool_size": 2,
            "hidden_layers": [128],
            "epochs": 10,
            "batch_size": 200,
        },
    ),
    Preset(
        slug="large-kernel",
        title="One large kernel",
        why=(
            "8 filters of 11 by 11, large enough to show strokes: watch them go from noise to edges and bows. "
            "Compare the receptive field with that of two small kernels."
        ),
        values={"filters": [8], "kernel_size": 11},
    ),
    Preset(
        slug="same",
        title="Padding same",
        why="Zeros around the image: maps stay as large as the image, and strokes at the edge keep a filter's middle.",
        values={"padding": "same", "kernel_size": 3},
    ),
    Preset(
        slug="strides",
        title="Strides instead of pooling",
        why="Each convolution moves on by 2 and nothing is pooled: about the same shapes, but no maximum is taken.",
        values={"strides": 2, "pool_size": 1, "padding": "same"},
    ),
    Preset(
        slug="no-pooling",
        title="Neither",
        why="No pooling, no strides: the dense layer gets thousands of inputs. Look at where the parameters lie then.",
        values={"pool_size": 1},
    ),
)

EXPLANATION = (
    "A convolution slides a small filter over an image. At every place it multiplies the pixels under it with its own "
    "weights and adds up: a high sum says that what it looks for is here. All sums of one filter are a map of the "
    "image. The filter has the same few weights everywhere, so a stroke is found wherever it lies.",
    "Pooling keeps the largest of every few points. The map gets smaller, and a stroke may lie a little to the side "
    "without changing anything. The next convolution sees all maps at once and combines them: bows and corners out "
    "of strokes. Each layer's receptive field, the part of the image that one point depends on, is larger.",
    "A dense layer at the end weighs all points of all maps against each other. It has most of the parameters, "
    "and what goes into it depends on kernel, strides, padding and pooling: the table of shapes says how much. A "
    "kernel larger than what reaches it is refused, with the numbers.",
    "Look at the filters before and after training, and at the maps while it trains, about once a second. At first "
    "the maps are blurred copies of the digit. Soon some answer to edges of one direction only, and after pooling a "
    "person would no longer see the digit, while the answer at the end gets surer.",
    "Then follow another digit, or take larger kernels, which are easier to read as pictures. Arrays are channels "
    "last here, height, width, channels. Lesson 12 gives such a network all of MNIST and looks at its mistakes.",
)
