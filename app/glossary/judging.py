"""Words of what a training is worth, and of what is kept of it: lessons 6 to 8."""

from app.glossary.entry import Entry

FOLDS, HISTORY, CHECKPOINTS = "scikit-learn", "history", "checkpoints"

WORDS: tuple[Entry, ...] = (
    Entry(
        "checkpoint",
        "Checkpoint",
        "A network saved while it trains: layers, weights and the optimizer's state in one file. Loaded again it is "
        "the network of that epoch, and can predict or train on.",
        (CHECKPOINTS,),
        ("checkpoints",),
    ),
    Entry(
        "cross-validation",
        "Cross-validation",
        "To train as often as there are folds, each time with a new network and another fold held out. The mean of "
        "the scores depends less on chance than the score of one split.",
        (FOLDS,),
        ("cross-validate", "cross-validates"),
    ),
    Entry(
        "fold",
        "Fold",
        "One of the equal parts into which a cross-validation cuts the rows. Each part is held out once, while the "
        "others are trained on.",
        (FOLDS,),
        ("folds",),
    ),
    Entry(
        "gap",
        "Gap",
        "Validation loss minus training loss. A small one says that what was learnt holds for other rows too; one "
        "that widens says overfitting.",
        (HISTORY, "dropout"),
    ),
    Entry(
        "grid-search",
        "Grid search",
        "To train every combination of some settings and rank them by their score. The best of many is the luckiest "
        "too, so its score is a little too good.",
        (FOLDS,),
    ),
    Entry(
        "monitor",
        "Monitor",
        "The number that a callback watches after each epoch, such as val_loss. Its mode says whether less is better "
        "(min) or more (max).",
        (CHECKPOINTS, "learning-rate"),
    ),
    Entry(
        "standard-deviation",
        "Standard deviation",
        "How far numbers usually lie from their mean. Of the scores of folds it says how much chance there is in a "
        "single one.",
        (FOLDS, "augmentation"),
        ("standard deviations",),
    ),
    Entry(
        "stratified",
        "Stratified",
        "Of folds: each holds the classes in the same share as the whole table, so that none is easy or hard for that "
        "reason alone.",
        (FOLDS,),
    ),
    Entry(
        "sweep",
        "Sweep",
        "Runs over several values of one or more parameters, one run for each combination, all else being the same. "
        "Their curves stand in one chart.",
        ("dropout", "learning-rate"),
        ("try several",),
    ),
    Entry(
        "validation-loss",
        "Validation loss",
        "The loss over held-out rows, measured after each epoch with the weights as they are then. Where it turns "
        "upward while the training loss goes on falling, overfitting begins.",
        ("first-network", HISTORY),
        ("validation curve", "validation accuracy"),
    ),
    Entry(
        "validation-split",
        "Validation split",
        "The share of rows that is held out, taken from the end as Keras does. The more there are, the surer the "
        "score, and the less there is to learn from.",
        ("first-network", HISTORY),
    ),
)
