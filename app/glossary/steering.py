"""Words of steering a training: lessons 9 and 10."""

from app.glossary.entry import Entry

DROPOUT, RATE = "dropout", "learning-rate"

WORDS: tuple[Entry, ...] = (
    Entry(
        "decay",
        "Decay",
        "How quickly a learning rate shrinks. Time-based decay divides it by 1 + decay times the number of updates so "
        "far: slowly, and ever more slowly.",
        (RATE, "cifar10"),
        ("time-based decay",),
    ),
    Entry(
        "dropout",
        "Dropout",
        "To switch off a share of a layer's outputs at random, anew at each step of the training, and to strengthen "
        "the others to make up for it. For validation and predictions all of them work.",
        (DROPOUT, "mnist", "cifar10"),
    ),
    Entry(
        "max-norm",
        "Max-norm",
        "A limit on the length of a neuron's weights, all of them taken together. After each step, longer ones are "
        "shortened to it, so that even large steps can't blow a network up.",
        (DROPOUT, "cifar10"),
    ),
    Entry(
        "momentum",
        "Momentum",
        "The share of the last step that is added to the next one. Where steps go the same way they grow; where they "
        "go to and fro they cancel out.",
        (DROPOUT, RATE, "cifar10"),
    ),
    Entry(
        "patience",
        "Patience",
        "How many epochs a callback waits for an improvement before it acts. Too little, and it takes a bad day for "
        "the end of learning.",
        (RATE,),
    ),
    Entry(
        "plateau",
        "Plateau",
        "A stretch of epochs over which the loss no longer falls. A smaller learning rate often helps it on: steps "
        "that jumped across the valley now go down into it.",
        (RATE,),
    ),
    Entry(
        "schedule",
        "Learning-rate schedule",
        "A plan by which the learning rate changes while a network trains: large steps first, small ones later. It "
        "lives in the optimizer and goes by updates, or in a callback and goes by epochs.",
        (RATE,),
        ("schedule", "schedules"),
    ),
    Entry(
        "update",
        "Update",
        "One change of all weights, after one batch; Keras calls it a step. An epoch has as many of them as it has "
        "batches.",
        (RATE,),
        ("updates",),
    ),
    Entry(
        "warm-up",
        "Warm-up",
        "To begin with a learning rate near 0 and raise it over the first epochs. The first gradients come from "
        "random weights, and large steps along them can spoil the start.",
        (RATE,),
    ),
)
