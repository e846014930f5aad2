"""Fields of ``Params`` that mean the same in every lesson: name, bounds, unit and help text in one place.

Each function gives a field with the lesson's own default; where a lesson has more to say, it passes its own words.
"""

from typing import Annotated, Any, Literal, Protocol

from pydantic import Field

from jobs.datasets import names
from jobs.datasets.reading import Header, Separator
from jobs.lessons.base import ONLY_NUMBERS

TABLES = ("pima-indians-diabetes", "ionosphere", "breast-cancer")
"""The tables of lessons about tables, in the order in which ``auto`` tries them."""

DIGITS = ("mnist", "digits")
"""Handwritten digits, in the order in which ``auto`` tries them; so are ``PHOTOGRAPHS``."""

PHOTOGRAPHS = ("cifar10", "shapes")

DatasetName = Annotated[str, Field(pattern=names.PATTERN)]
"""A dataset's name or ``auto``; whether there is such a dataset is found out when a run is made."""

LayerSize = Annotated[int, Field(ge=1, le=512), ONLY_NUMBERS]

HiddenLayers = Annotated[tuple[LayerSize, ...], Field(min_length=1, max_length=8)]

Activation = Literal["relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu"]

Initializer = Literal[
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "random_uniform",
    "random_normal",
]

OptimizerName = Literal["adam", "sgd", "rmsprop", "adagrad", "nadam"]

MOST_EPOCHS = 10_000


class TrainingParams(Protocol):
    """What every training has."""

    @property
    def epochs(self) -> int:
        """How long to train."""

    @property
    def batch_size(self) -> int:
        """Rows or images in a step."""

    @property
    def learning_rate(self) -> float:
        """The optimizer's, at the start."""

    @property
    def seed(self) -> int:
        """Where random numbers start."""


class TableParams(TrainingParams, Protocol):
    """The parameters that every lesson about tables has."""

    @property
    def dataset(self) -> str:
        """The table's name."""

    @property
    def target(self) -> str:
        """Of an own table, the column that holds the class."""

    @property
    def header(self) -> Header:
        """Of an own table, whether the first line names the columns."""

    @property
    def separator(self) -> Separator:
        """Of an own table, what stands between two cells."""

    @property
    def scale_features(self) -> bool:
        """Whether columns are brought to the same scale."""

    @property
    def validation_split(self) -> float:
        """The share of rows held out."""


def dataset(description: str, default: str = "auto") -> Any:
    """Which data to learn from."""
    return Field(default=default, title="Dataset", description=description, json_schema_extra={"group": "Data"})


def table(default: str = "auto") -> Any:
    """Which table to learn from."""
    return dataset(
        "The table to learn from. “auto” takes the course's own table if it is here or can be downloaded, "
        "else the bundled breast-cancer table. A table of your own is taken by its name.",
        default,
    )


def digits(default: str = "auto") -> Any:
    """Which handwritten digits to learn from."""
    return dataset(
        "The images to learn from. “auto” takes MNIST if it is here or can be downloaded, else the bundled small "
        "digits, enlarged to the same size. Pictures of your own are taken by their name.",
        default,
    )


def photographs(default: str = "auto") -> Any:
    """Which colour pictures to learn from."""
    return dataset(
        "The images to learn from. “auto” takes CIFAR-10 if it is here, else bundled drawn shapes of the same size. "
        "Pictures of your own are taken by their name.",
        default,
    )


def scale_features(default: bool = True) -> Any:
    """Whether a table's columns are brought to the same scale."""
    return Field(
        default=default,
        title="Scale the features",
        description=(
            "Bring every column to mean 0 and standard deviation 1, measured on the training rows. "
            "Without it a column with large numbers drowns the others."
        ),
        json_schema_extra={"group": "Data"},
    )


def validation_split(default: float) -> Any:
    """Which share of the rows is held out."""
    return Field(
        default=default,
        ge=0.0,
        le=0.9,
        title="Validation split",
        description=(
            "The share of rows, taken from the end as Keras does, that the network is tested on and never trained on. "
            "0 tests on the training rows themselves."
        ),
        json_schema_extra={"group": "Data", "unit": "share of the rows", "step": 0.05},
    )


def hidden_layers(default: tuple[int, ...]) -> Any:
    """The sizes of the hidden layers; use with :data:`HiddenLayers`."""
    return Field(
        default=default,
        title="Hidden layers",
        description="How many neurons each hidden layer has, first to last: 1 to 8 layers of 1 to 512 neurons.",
        json_schema_extra={"group": "Network", "unit": "neurons"},
    )


def activation(default: str = "relu") -> Any:
    """The hidden layers' activation; use with :data:`Activation`."""
    return Field(
        default=default,
        title="Activation",
        description=(
            "The bend in each hidden neuron's answer. The output neuron has a sigmoid; of an own table there is one "
            "per class, with a softmax."
        ),
        json_schema_extra={"group": "Network"},
    )


def kernel_initializer(default: str = "glorot_uniform") -> Any:
    """How weights start; use with :data:`Initializer`."""
    return Field(
        default=default,
        title="Kernel initializer",
        description="How the weights are drawn before training. random_uniform draws between -0.05 and 0.05.",
        json_schema_extra={"group": "Network"},
    )


def optimizer(default: str = "adam") -> Any:
    """Which optimizer; use with :data:`OptimizerName`."""
    return Field(
        default=default,
        title="Optimizer",
        description="The rule that turns gradients into changes of the weights.",
        json_schema_extra={"group": "Training"},
    )


def learning_rate(default: float = 0.001, step: float = 0.001) -> Any:
    """How large a step is."""
    return Field(
        default=default,
        gt=0.0,
        le=10.0,
        title="Learning rate",
        description="How far one step moves the weights. Too small crawls, too large jumps about or diverges.",
        json_schema_extra={"group": "Training", "step": step},
    )


def epochs(default: int, most: int = MOST_EPOCHS) -> Any:
    """How long to train."""
    return Field(
        default=default,
        ge=1,
        le=most,
        title="Epochs",
        description="How often the whole training data is gone through.",
        json_schema_extra={"group": "Training", "unit": "epochs"},
    )


def batch_size(default: int, unit: str = "rows") -> Any:
    """How many rows a step takes; ``unit`` says what a row is here."""
    return Field(
        default=default,
        ge=1,
        title="Batch size",
        description=f"How many {unit} are looked at before the weights are changed once.",
        json_schema_extra={"group": "Training", "unit": unit},
    )


def dropout_rate(default: float, description: str, group: str = "Network") -> Any:
    """Which share of neurons is switched off."""
    return Field(
        default=default,
        ge=0.0,
        lt=1.0,
        title="Dropout rate",
        description=description,
        json_schema_extra={"group": group, "unit": "share", "step": 0.05},
    )


def max_norm(description: str, group: str = "Network") -> Any:
    """How long the weights into a neuron may be together; 0 sets no limit."""
    return Field(
        default=3.0,
        ge=0.0,
        le=100.0,
        title="Max-norm",
        description=description,
        json_schema_extra={"group": group, "step": 0.5},
    )


def decay(default: float, description: str, group: str = "Training") -> Any:
    """How fast a learning rate falls with the number of steps."""
    return Field(
        default=default,
        ge=0.0,
        le=10.0,
        title="Decay",
        description=description,
        json_schema_extra={"group": group, "step": 0.0001},
    )


def momentum(default: float) -> Any:
    """How much of the last step goes into the next; of SGD alone."""
    return Field(
        default=default,
        ge=0.0,
        lt=1.0,
        title="Momentum",
        description="How much of the last step is kept in the next one (SGD). 0 forgets it.",
        json_schema_extra={"group": "Training", "step": 0.1},
    )


def seed(default: int = 7) -> Any:
    """Where random numbers start."""
    return Field(
        default=default,
        ge=0,
        le=2**32 - 1,
        title="Seed",
        description="Where the random numbers start: the same seed and values give the same curves again.",
        json_schema_extra={"group": "Training"},
    )
