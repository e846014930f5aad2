"""The listing of lesson 6: the same cross-validation or grid search by SciKeras and scikit-learn.

SciKeras wraps a function that builds a Keras model into a classifier like scikit-learn's own. It orders the rows of an
epoch by itself, so that a script's score comes near the run's and does not equal it.
"""

from typing import TYPE_CHECKING, Any

from jobs.backend import DEFAULT
from jobs.lessons.shared import listing, networks, own_listing, own_tables
from jobs.lessons.shared.networks import OPTIMIZERS

if TYPE_CHECKING:
    from jobs.lessons.scikit_learn.lesson import ScikitLearnParams


def script(params: "ScikitLearnParams", _jit_compile: bool, backend: str) -> str:
    """The listing for ``params``; a ``dataset`` that is still ``auto`` is written as the bundled one.

    It says nothing of ``jit_compile``: a seed makes SciKeras ask TensorFlow for operations that XLA doesn't have.
    """
    return listing.script(
        _head(params, listing.bundled(params.dataset), backend),
        f"SEED = {params.seed}\n",
        listing.loaded(params),
        _build(params),
        _search(params) if params.method == "GridSearchCV" else _validate(params),
    ).replace("\n# Define.", "\n\n# Define.").replace("    return model\n", "    return model\n\n")  # fmt: skip


def _head(params: "ScikitLearnParams", dataset: str, backend: str) -> str:
    about = "Grid search" if params.method == "GridSearchCV" else "Cross-validation"
    bundled = dataset == "breast-cancer"
    packages = ["keras", backend, *([] if bundled else ["numpy"]), "scikeras"]
    put = "" if bundled else f"\n\nPut {dataset}.csv beside this file.\n"
    lines = [f'"""{about} of a Keras network. Needs {", ".join(packages)} and scikit-learn.{put}"""\n\n']
    modules = [*(own_listing.MODULES if own_tables.is_own(dataset) else ()), *(["os"] if backend != DEFAULT else [])]
    if modules:
        lines.append("".join(f"import {module}\n" for module in sorted(modules)) + "\n")
    if backend != DEFAULT:
        lines.append(f'os.environ["KERAS_BACKEND"] = "{backend}"  # before Keras is imported\n\n')
    lines.append("import keras\n" if bundled else "import keras\nimport numpy as np\n")
    lines.append(_imports(params, bundled))
    return "".join(lines)


def _imports(params: "ScikitLearnParams", bundled: bool) -> str:
    judge = "GridSearchCV, StratifiedKFold" if params.method == "GridSearchCV" else "StratifiedKFold, cross_val_score"
    lines = ["from scikeras.wrappers import KerasClassifier\n"]
    if bundled:
        lines.append("from sklearn.datasets import load_breast_cancer\n")
    lines.append(f"from sklearn.model_selection import {judge}\n")
    if params.scale_features:
        lines.append("from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n")
    return "".join(lines)


def _build(params: "ScikitLearnParams") -> str:
    searches = params.method == "GridSearchCV"
    initializer = "initializer" if searches else f'"{params.kernel_initializer}"'
    outputs = own_tables.listed_outputs(params.dataset)
    last = 'Dense(1, activation="sigmoid"' if outputs is None else f'Dense({outputs}, activation="softmax"'
    layers = [
        *(f'keras.layers.Dense({size}, activation="{params.activation}"' for size in params.hidden_layers),
        f"keras.layers.{last}",
    ]
    stacked = "".join(f"        {layer}, kernel_initializer={initializer}),\n" for layer in layers)
    optimizer = (
        f"getattr(keras.optimizers, optimizer)(learning_rate={params.learning_rate!r})"
        if searches
        else listing.optimizer(params.optimizer, params.learning_rate)
    )
    return (
        "# Define. Each training gets a network of its own from this function.\n"
        f"def build({'optimizer, initializer' if searches else ''}):\n"
        "    model = keras.Sequential([\n"
        "        keras.Input((x.shape[1],)),\n"
        f"{stacked}"
        "    ])\n"
        "    model.compile(\n"
        f'        loss="{networks.loss(outputs)}",\n'
        f"        optimizer={optimizer},\n"
        '        metrics=["accuracy"],\n'
        "    )\n"
        "    return model\n"
    )


def _classifier(params: "ScikitLearnParams", arguments: str) -> str:
    lines = [f"network = KerasClassifier(\n    build, {arguments}verbose=0, random_state=SEED\n)\n"]
    if params.scale_features:
        lines.append("network = make_pipeline(StandardScaler(), network)  # measured on each fold's training rows\n")
    lines.append(f"folds = StratifiedKFold(n_splits={params.n_splits}, shuffle=True, random_state=SEED)\n")
    return "".join(lines)


def _validate(params: "ScikitLearnParams") -> str:
    return (
        "# Cross-validate. SciKeras orders the rows of an epoch by itself.\n"
        + _classifier(params, f"epochs={params.epochs}, batch_size={params.batch_size}, ")
        + "scores = cross_val_score(network, x, y, cv=folds)\n"
        "for number, score in enumerate(scores, 1):\n"
        '    print(f"fold {number}  accuracy {score:.4f}")\n'
        'print(f"mean {scores.mean():.4f}  standard deviation {scores.std():.4f}")\n'
    )


def _search(params: "ScikitLearnParams") -> str:
    prefix = "kerasclassifier__" if params.scale_features else ""
    grid: dict[str, list[Any]] = {
        "model__optimizer": [OPTIMIZERS[name] for name in params.grid_optimizers],
        "model__initializer": list(params.grid_initializers),
        "epochs": list(params.grid_epochs),
        "batch_size": list(params.grid_batch_sizes),
    }
    lines = "".join(f'    "{prefix}{name}": {values!r},\n' for name, values in grid.items()).replace("'", '"')
    optimizer, initializer = grid["model__optimizer"][0], grid["model__initializer"][0]
    first = f'model__optimizer="{optimizer}", model__initializer="{initializer}",\n    '
    return (
        "# Search. SciKeras orders the rows of an epoch by itself.\n"
        + _classifier(params, first)
        + f"grid = {{\n{lines}}}\n"
        "search = GridSearchCV(network, grid, cv=folds, refit=False).fit(x, y)\n"
        'print(f"best {search.best_score_:.4f} with {search.best_params_}")\n'
        "found = search.cv_results_\n"
        'for mean, deviation, chosen in zip(found["mean_test_score"], found["std_test_score"], found["params"]):\n'
        '    print(f"{mean:.4f}  ({deviation:.4f})  {chosen}")\n'
    )
