"""The script that repeats a run of the first lesson with PyTensor and NumPy alone."""

import textwrap
from typing import TYPE_CHECKING

from jobs.lessons.shared.expressions import FUNCTIONS, source
from jobs.lessons.shared.plain_numpy import NUMPY, SIGMOID, literal, uses_sigmoid

if TYPE_CHECKING:
    from jobs.lessons.shared.symbolic import SymbolicParams


def define(params: "SymbolicParams") -> str:
    """The symbols and the expression over them."""
    given = params.given()
    symbols = "".join(
        f'{name} = pt.{"dvector" if isinstance(value, list) else "dscalar"}("{name}")\n'
        for name, value in given.items()
    )
    return f"{symbols}result = {source(params.tree(), dict.fromkeys(FUNCTIONS, 'pt.'))}\n"


def script(params: "SymbolicParams", _jit_compile: bool, _backend: str) -> str:
    """The whole listing."""
    tree, given = params.tree(), params.given()
    names = ", ".join(given)
    listed = f"[{names}]"
    values = "".join(f"    {literal(value)},\n" for value in given.values())
    assigned = "".join(f"    {name} = values[{place}]\n" for place, name in enumerate(given))
    about = textwrap.fill(
        f"{params.expression} as a symbolic graph, compiled. Needs pytensor and numpy.", 116, break_long_words=False
    )
    pieces = [
        f'"""{about}\n\nPyTensor goes on where Theano ended: `import theano.tensor as T` was this file\'s first line '
        'then.\n"""\n',
        "import os\n",
        "# Numba compiles, so no C compiler is needed; what is compiled stays beside this file.\n"
        'os.environ["PYTENSOR_FLAGS"] = "cxx=,base_compiledir=compiled"\n',
        "import numpy as np\nimport pytensor\nimport pytensor.tensor as pt\n",
        f"\n{SIGMOID}\n" if uses_sigmoid(tree) else "",
        f"# Define: symbols that have no value yet, and a graph over them.\n{define(params)}pytensor.dprint(result)\n",
        f"# Derive: the gradient is a graph too.\ngradients = pytensor.grad(result.sum(), {listed})\n",
        "# Compile: the graphs are simplified, then turned into machine code.\n"
        f'function = pytensor.function({listed}, result, mode="NUMBA")\n'
        f'slopes = pytensor.function({listed}, gradients, mode="NUMBA", on_unused_input="ignore")\n'
        "pytensor.dprint(function)\n",
        f"# Call it: now the symbols get values.\nvalues = [\n{values}]\n"
        'print("result", function(*values).tolist())\n'
        f'for name, slope in zip("{names}".split(", "), slopes(*values)):\n'
        '    print("gradient", name, np.asarray(slope).tolist())\n',
        "# The same without a graph.\n"
        f'with np.errstate(all="ignore"):\n{assigned}'
        f'    print("numpy", ({source(tree, NUMPY)}).tolist())\n',
    ]
    return "\n".join(piece for piece in pieces if piece)
