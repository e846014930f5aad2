"""The listing that repeats a first-network run with plain Keras: the lesson page's code and a run's ``script.py``.

It needs Keras, NumPy and the data file beside it (for the bundled data scikit-learn), and gives the run's History
digit for digit on the same machine: same seed, same order of batches, same ``jit_compile``, same backend, same way of
compiling.
"""

from typing import TYPE_CHECKING

from jobs.backend import DEFAULT
from jobs.xla import FLAGS

if TYPE_CHECKING:
    from jobs.lessons.first_network import FirstNetworkParams

OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop", "adagrad": "Adagrad", "nadam": "Nadam"}
"""What Keras calls the class behind each name."""

SHOWN = 8
"""How many predictions are shown beside the truth."""

_PIMA = """\
table = np.loadtxt("pima-indians-diabetes.csv", delimiter=",", dtype="float32")
x, y = table[:, :8], table[:, 8]
"""

_IONOSPHERE = """\
table = np.loadtxt("ionosphere.csv", delimiter=",", dtype=str)
table = table[np.random.default_rng(0).permutation(len(table))]  # the file ends with nearly all of one class
x, y = table[:, :34].astype("float32"), (table[:, 34] == "g").astype("float32")
"""

_BREAST_CANCER = """\
x, y = load_breast_cancer(return_X_y=True)
x, y = x.astype("float32"), y.astype("float32")
"""

_DATA = {"pima-indians-diabetes": _PIMA, "ionosphere": _IONOSPHERE, "breast-cancer": _BREAST_CANCER}

_FLAGS = f'os.environ["XLA_FLAGS"] = "{FLAGS}"\n'

_BATCHES = """\
# Fit. Each epoch goes through the rows in a new order, which depends on nothing but the seed and the epoch.
def batches():
    for epoch in range(EPOCHS):
        order = np.random.default_rng([SEED, epoch]).permutation(len(x_train))
        for start in range(0, len(order), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            yield x_train[rows], y_train[rows]
"""


def script(params: "FirstNetworkParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``; a ``dataset`` that is still ``auto`` is written as the bundled one."""
    dataset = "breast-cancer" if params.dataset == "auto" else params.dataset
    parts = (
        _head(dataset, jit_compile, backend),
        _constants(params),
        _prepare(params, dataset),
        _define(params),
        _compile(params, jit_compile),
        _BATCHES,
        _fit(params),
        _evaluate(params),
        _predict(params),
    )
    text = "\n".join(parts)
    # Two blank lines around the function, as everybody writes it.
    return text.replace("\n# Fit.", "\n\n# Fit.").replace("\nhistory = ", "\n\nhistory = ")


def _head(dataset: str, jit_compile: bool, backend: str) -> str:
    bundled = dataset == "breast-cancer"
    beside = "" if bundled else f"\n\nPut {dataset}.csv beside this file."
    needs = f"keras, {backend}, numpy" + (" and scikit-learn" if bundled else "")
    other = backend != DEFAULT
    standard = "import math\nimport os\n" if jit_compile or other else "import math\n"
    chosen = f'\nos.environ["KERAS_BACKEND"] = "{backend}"  # before Keras is imported\n' if other else ""
    imports = f"{standard}{chosen}\nimport keras\nimport numpy as np\n"
    if bundled:
        imports += "from sklearn.datasets import load_breast_cancer\n"
    flags = f"\n# How XLA compiled the run; its default rounds some sums differently.\n{_FLAGS}" if jit_compile else ""
    text = f'"""A first neural network with Keras. Needs {needs}.{beside}\n"""\n\n{imports}{flags}'
    return text.replace('.\n"""', '."""')


def _constants(params: "FirstNetworkParams") -> str:
    return (
        f"SEED = {params.seed}\n"
        f"EPOCHS = {params.epochs}\n"
        f"BATCH_SIZE = {params.batch_size}\n"
        "keras.utils.set_random_seed(SEED)\n"
    )


def _prepare(params: "FirstNetworkParams", dataset: str) -> str:
    lines = ["# Prepare.\n", _DATA[dataset]]
    if params.validation_split > 0:
        lines.append(
            f"split = int(len(x) * (1 - {params.validation_split!r}))  # the last rows are held back\n"
            "x_train, y_train, x_test, y_test = x[:split], y[:split], x[split:], y[split:]\n"
        )
    else:
        lines.append("x_train, y_train = x, y\n")
    if params.scale_features:
        lines.append(
            "mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)\n"
            "deviation[deviation == 0] = 1  # a column that never changes\n"
            "x_train = (x_train - mean) / deviation\n"
        )
        if params.validation_split > 0:
            lines.append("x_test = (x_test - mean) / deviation\n")
    return "".join(lines)


def _define(params: "FirstNetworkParams") -> str:
    initializer = f'kernel_initializer="{params.kernel_initializer}"'
    layers = [
        f'    keras.layers.Dense({size}, activation="{params.activation}", {initializer}),\n'
        for size in params.hidden_layers
    ]
    return (
        "# Define.\n"
        "model = keras.Sequential([\n"
        "    keras.Input((x.shape[1],)),\n"
        f"{''.join(layers)}"
        f'    keras.layers.Dense(1, activation="sigmoid", {initializer}),\n'
        "])\n"
        "model.summary()\n"
    )


def _compile(params: "FirstNetworkParams", jit_compile: bool) -> str:
    return (
        "# Compile.\n"
        "model.compile(\n"
        '    loss="binary_crossentropy",\n'
        f"    optimizer=keras.optimizers.{OPTIMIZERS[params.optimizer]}(learning_rate={params.learning_rate!r}),\n"
        '    metrics=["accuracy"],\n'
        f"    jit_compile={jit_compile},\n"
        ")\n"
    )


def _fit(params: "FirstNetworkParams") -> str:
    validation = "    validation_data=(x_test, y_test),\n" if params.validation_split > 0 else ""
    return (
        "history = model.fit(\n"
        "    batches(),\n"
        "    steps_per_epoch=math.ceil(len(x_train) / BATCH_SIZE),\n"
        "    epochs=EPOCHS,\n"
        "    shuffle=False,\n"
        f"{validation}"
        "    verbose=2,\n"
        '    callbacks=[keras.callbacks.CSVLogger("history.csv")],\n'
        ")\n"
    )


def _evaluate(params: "FirstNetworkParams") -> str:
    lines = [
        "# Evaluate.\n",
        "loss, accuracy = model.evaluate(x_train, y_train, verbose=0)\n",
        'print(f"train  loss {loss:.4f}  accuracy {accuracy:.4f}")\n',
    ]
    if params.validation_split > 0:
        lines += [
            "loss, accuracy = model.evaluate(x_test, y_test, verbose=0)\n",
            'print(f"test   loss {loss:.4f}  accuracy {accuracy:.4f}")\n',
        ]
    return "".join(lines)


def _predict(params: "FirstNetworkParams") -> str:
    part = "test" if params.validation_split > 0 else "train"
    return (
        "# Predict.\n"
        f"for truth, (answer,) in zip(y_{part}[:{SHOWN}], model.predict(x_{part}[:{SHOWN}], verbose=0)):\n"
        '    print(f"truth {truth:.0f}  network {answer:.3f}  so {answer > 0.5:.0f}")\n'
    )
