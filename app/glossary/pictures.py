"""Words of networks for images: lessons 11 to 14."""

from app.glossary.entry import Entry

CONVOLUTION, MNIST, CIFAR10, AUGMENTATION = "convolution", "mnist", "cifar10", "augmentation"

WORDS: tuple[Entry, ...] = (
    Entry(
        "augmentation",
        "Augmentation",
        "To show the network another version of each image in every epoch: turned, shifted, stretched, mirrored, "
        "lighter or darker. What the image shows must stay the same.",
        (AUGMENTATION,),
        ("augment", "augmented"),
    ),
    Entry(
        "brightness",
        "Brightness",
        "To multiply all pixels of an image by one factor, drawn between two bounds. 1 leaves it as it is, less makes "
        "it darker.",
        (AUGMENTATION,),
        ("lighter or darker",),
    ),
    Entry(
        "categorical-cross-entropy",
        "Categorical cross-entropy",
        "The loss for several classes: minus the logarithm of the share that the softmax gives to the right one. 0 "
        "where the network is sure and right, large where it is sure and wrong.",
        (MNIST, CIFAR10),
    ),
    Entry(
        "channels-last",
        "Channels last",
        "The order of an image's axes: height, width, channels, which is 28, 28, 1 in grey and 32, 32, 3 in colour. "
        "Channels first, as Theano had it, is 1, 28, 28; the network is the same.",
        (CONVOLUTION, MNIST, CIFAR10),
        ("channels first",),
    ),
    Entry(
        "confusion-matrix",
        "Confusion matrix",
        "A table of what is taken for what: a row for each true class, a column for each answer. The diagonal is "
        "right, everything beside it a mistake.",
        (MNIST, CIFAR10),
    ),
    Entry(
        "convolution",
        "Convolution",
        "To slide a filter over an image and write down at each place how strongly it answers. The filter's weights "
        "are the same everywhere, so a stroke is found wherever it lies, with few weights.",
        (CONVOLUTION, MNIST, CIFAR10),
        ("convolutions", "convolutional"),
    ),
    Entry(
        "covariance",
        "Covariance",
        "How far two numbers, say two pixels, go up and down together. Neighbouring pixels do so nearly always, which "
        "is what whitening takes out.",
        (AUGMENTATION,),
        ("decorrelated",),
    ),
    Entry(
        "dense-layer",
        "Dense layer",
        "A layer in which each neuron is joined to every output of the layer before. After convolutions it weighs "
        "what was found where, and usually has most of the parameters.",
        ("multilayer-perceptrons", CONVOLUTION, MNIST),
        ("dense layers",),
    ),
    Entry(
        "feature-map",
        "Feature map",
        "What one filter makes of an image: its answer at every place, as a picture of its own. A layer has as many "
        "maps as it has filters.",
        (CONVOLUTION, MNIST),
        ("feature maps", "map", "maps"),
    ),
    Entry(
        "fill-mode",
        "Fill mode",
        "What stands where a turned or shifted image leaves a place empty: its outermost pixels (nearest), the image "
        "mirrored (reflect) or once more (wrap), or black (constant).",
        (AUGMENTATION,),
    ),
    Entry(
        "filter",
        "Filter",
        "A small square of weights that a convolution slides over an image; also called a kernel. Training finds what "
        "each of them looks for: edges, bows, spots of a colour.",
        (CONVOLUTION, MNIST, CIFAR10),
        ("filters", "kernel", "kernels"),
    ),
    Entry(
        "flatten",
        "Flatten",
        "To write all maps one behind the other as one long row of numbers, because a dense layer takes no pictures. "
        "It has nothing to learn.",
        (CONVOLUTION,),
    ),
    Entry(
        "one-hot",
        "One-hot",
        "A class written as a row of zeros with a single 1 at its place: of ten digits, 3 is 0 0 0 1 0 0 0 0 0 0. It "
        "has the form of what a softmax answers.",
        (MNIST,),
    ),
    Entry(
        "padding",
        "Padding",
        "What is done at an image's edge. Valid: the filter stays inside, and the map gets smaller. Same: zeros are "
        "laid around, and with strides of 1 it keeps its size.",
        (CONVOLUTION,),
    ),
    Entry(
        "pooling",
        "Pooling",
        "To keep one number of every few points of a map, usually the largest. The map gets smaller, and what it "
        "shows may lie a little to the side.",
        (CONVOLUTION, MNIST, CIFAR10),
        ("max-pooling", "pool", "pools"),
    ),
    Entry(
        "receptive-field",
        "Receptive field",
        "The part of the image on which one point of a layer depends. It grows with every convolution and every "
        "pooling.",
        (CONVOLUTION,),
    ),
    Entry(
        "softmax",
        "Softmax",
        "The activation of a last layer with several classes: it makes positive shares of the neurons' sums that "
        "together are 1. The largest is the answer, and says how sure the network is.",
        (MNIST, CIFAR10),
    ),
    Entry(
        "standardisation",
        "Standardisation",
        "To subtract the mean and divide by the standard deviation, both measured on the training data. Values then "
        "lie around 0, which makes learning easier; held-out data is treated with the same two numbers.",
        (AUGMENTATION,),
        ("standardise", "standardised", "standardising", "centring"),
    ),
    Entry(
        "stride",
        "Stride",
        "How far a filter moves on at a time. With 2 it looks at every second place, and the map is half as wide and "
        "high.",
        (CONVOLUTION,),
        ("strides",),
    ),
    Entry(
        "whitening",
        "Whitening",
        "To change images so that no pixel says anything about another (here by ZCA, which keeps them recognisable). "
        "Even areas fade, edges stand out, and noise with them.",
        (AUGMENTATION,),
        ("zca whitening",),
    ),
)
