"""Lesson 1, symbolic expressions: a formula becomes a graph, the graph is simplified, derived, compiled and called.

Theano, which the course begins with, no longer installs; PyTensor is its living continuation with the same API. The
learner sees the graph before and after its optimisation, the gradient, the result, and the time beside NumPy's.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jobs.lessons.base import Lesson
from jobs.lessons.shared import answers, symbolic, timing
from jobs.lessons.shared.expressions import FUNCTIONS, Expression, carry_out, in_numpy
from jobs.lessons.shared.outcome import counted
from jobs.lessons.shared.symbolic import SymbolicParams
from jobs.lessons.theano.graph import Reader
from jobs.lessons.theano.guide import EXPLANATION, PRESETS
from jobs.lessons.theano.listing import define, script
from jobs.protocol import Stage

if TYPE_CHECKING:
    from jobs.training import Session

MODE = "NUMBA"

STAGES: Mapping[Stage, str] = {
    Stage.DEFINE: "Read the expression and build its graph; nothing is calculated yet.",
    Stage.COMPILE: "Derive it, simplify the graphs, turn them into machine code.",
    Stage.EVALUATE: "Give the symbols values, compare with NumPy, take the time.",
}


class TheanoParams(SymbolicParams):
    """What can be set about the symbolic expression."""


def run(params: TheanoParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    tree, given = params.tree(), params.given()
    with session.stage(Stage.DEFINE) as stage:
        session.log("Importing PyTensor, which takes some seconds.")
        import pytensor

        session.computes_on("CPU", ("pytensor", "numba"))
        symbols = {name: _symbol(name, isinstance(value, list)) for name, value in given.items()}
        result = _build(tree, symbols)
        before = Reader()
        session.show(before.exhibit(result, "graph-before", "The graph as written", _BEFORE))
        stage.summary = (
            f"{counted(before.operations, 'operation')} over {', '.join(given)}. No number has been touched."
        )
    with session.stage(Stage.COMPILE) as stage:
        gradients = pytensor.grad(result.sum(), list(symbols.values()))
        function = pytensor.function(list(symbols.values()), result, mode=MODE)
        after = Reader()
        drawn = after.exhibit(function.maker.fgraph.outputs[0], "graph-after", "The graph as compiled", "")
        session.show(drawn.model_copy(update={"note": _after_note(before.operations, after)}))
        session.check_stop()
        slopes = pytensor.function(list(symbols.values()), gradients, mode=MODE, on_unused_input="ignore")
        if params.with_respect_to in given:
            derived = slopes.maker.fgraph.outputs[list(given).index(params.with_respect_to)]
            title = f"The gradient with respect to {params.with_respect_to}, as compiled"
            session.show(Reader().exhibit(derived, "graph-gradient", title, _GRADIENT))
        else:
            session.log(f"The expression does not use {params.with_respect_to}: its gradient is 0 everywhere.")
        stage.summary = (
            f"From {counted(before.operations, 'operation')} to {after.operations}, and the gradient beside."
        )
    with session.stage(Stage.EVALUATE) as stage:
        values = symbolic.arrays(given)
        answer = symbolic.plain(function(*values.values()))
        slope = dict(zip(given, map(symbolic.plain, slopes(*values.values())), strict=True))
        numpys = symbolic.plain(in_numpy(tree, values))
        agreement = answers.agreement("PyTensor", answer, numpys)
        caution = answers.caution(answer)
        session.show(
            answers.result_facts(
                [
                    ("expression", params.expression),
                    *((name, answers.written(value)) for name, value in given.items()),
                    ("PyTensor", answers.written(answer)),
                    ("NumPy", answers.written(numpys)),
                    ("operations as written", before.operations),
                    ("operations as compiled", after.operations),
                    ("compiled by", "Numba, for the CPU"),
                ],
                " ".join(filter(None, (agreement, caution))),
            )
        )
        session.show(answers.gradient_table(tree, given, slope))
        session.show(answers.code(_code(params), "The same in PyTensor", _CODE))
        session.show(_timed(params, tree, session))
        stage.summary = f"{params.expression} = {answers.written(answer)}. {agreement}"
    session.result(
        {
            "expression": params.expression,
            "answer": answers.written(answer),
            "words": " ".join(filter(None, (agreement, caution))),
            "value": answer,
            "numpy": numpys,
            "gradient": slope,
            "operations": {"written": before.operations, "compiled": after.operations},
        }
    )


def _symbol(name: str, vector: bool) -> Any:
    import pytensor.tensor as pt

    return pt.dvector(name) if vector else pt.dscalar(name)


def _build(tree: Expression, symbols: Mapping[str, Any]) -> Any:
    import pytensor.tensor as pt

    return carry_out(tree, symbols, {name: getattr(pt, name) for name in FUNCTIONS})


def _timed(params: TheanoParams, tree: Expression, session: "Session") -> Any:
    import pytensor

    names = list(params.given())
    symbols = {name: _symbol(name, vector=True) for name in names}
    function = pytensor.function(list(symbols.values()), _build(tree, symbols), mode=MODE)
    rows = []
    for length in timing.lengths(params.longest):
        session.check_stop()
        values = timing.vectors(names, length)
        numpy = timing.seconds_per_call(lambda values=values: in_numpy(tree, values))  # type: ignore[misc]
        compiled = timing.seconds_per_call(lambda values=values: function(*values.values()))  # type: ignore[misc]
        rows.append((length, (numpy, compiled)))
    return timing.time_table(("NumPy", "PyTensor"), rows, _TIME)


def _after_note(written: int, after: Reader) -> str:
    told = f"{counted(written, 'operation')} became {after.operations}."
    if after.fused > 1:
        told += (
            f" {after.fused} of them are fused into one loop: a vector is read once and written once, and what is in "
            "between never reaches the memory."
        )
    return told + " What compiles to nothing, such as a copy, isn't drawn."


_BEFORE = (
    "Read it from left to right: symbols and constants go in, each box is one operation, operands enter from top to "
    "bottom in their order. This is all that the expression has made so far."
)

_GRADIENT = (
    "The derivative is a graph like any other, made from the first by the chain rule and simplified like it. A "
    "constant alone means that the slope is the same everywhere."
)

_TIME = (
    "One call over vectors, the best of several. Short vectors take what it costs to call at all, and there NumPy "
    "often wins; the longer they are and the more operations are fused, the more the compiled graph gains."
)

_CODE = "The four steps: symbols, a graph, a function, a call. In Theano the two imports were called otherwise."


def _code(params: TheanoParams) -> str:
    given = params.given()
    names = ", ".join(given)
    values = ", ".join(repr(value) for value in given.values())
    return (
        "import pytensor\nimport pytensor.tensor as pt  # in the course: import theano.tensor as T\n\n"
        f"{define(params)}\n"
        f"function = pytensor.function([{names}], result)\n"
        f"gradients = pytensor.grad(result.sum(), [{names}])\n\n"
        f"print(function({values}))\n"
    )


LESSON = Lesson(
    slug="theano",
    number=1,
    title="Symbolic expressions",
    summary="Where deep learning's libraries began, with Theano: a formula becomes a graph that can be simplified, "
    "derived and compiled.",
    explanation=EXPLANATION,
    params=TheanoParams,
    presets=PRESETS,
    datasets=(),
    run=run,
    script=script,
    jit_compile=False,
    stages=STAGES,
    repeats="A plain script. It needs nothing of Fitboard and gives the same numbers.",
    trains=False,
)
