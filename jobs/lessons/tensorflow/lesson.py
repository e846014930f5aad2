"""Lesson 2, graphs in TensorFlow: placeholder and session, as it was, beside ``tf.function``, as it is.

The learner sees the graph before and after the session's clean-up, both ways' results and gradients, the device, and
what a call costs in each.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from jobs.exhibits import Exhibit
from jobs.lessons.base import Lesson
from jobs.lessons.shared import answers, symbolic, timing
from jobs.lessons.shared.expressions import Expression, carry_out, in_numpy, names_in
from jobs.lessons.shared.outcome import counted
from jobs.lessons.shared.symbolic import SymbolicParams
from jobs.lessons.tensorflow.graph import Reader
from jobs.lessons.tensorflow.guide import EXPLANATION, PRESETS
from jobs.lessons.tensorflow.listing import formula, function, script
from jobs.lessons.tensorflow.listing import session as session_code
from jobs.lessons.tensorflow.sessions import Placeholders
from jobs.protocol import Stage

if TYPE_CHECKING:
    from jobs.training import Session

STAGES: Mapping[Stage, str] = {
    Stage.DEFINE: "Build a graph of placeholders; nothing is calculated yet.",
    Stage.COMPILE: "Derive it, and let tf.function trace the same expression.",
    Stage.EVALUATE: "Feed the session, call the function, compare with NumPy, take the time.",
}


class TensorFlowParams(SymbolicParams):
    """What can be set about the graph."""


def run(params: TensorFlowParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    tree, given = params.tree(), params.given()
    session.computes_on()
    with session.stage(Stage.DEFINE) as stage, Placeholders(tree, given) as placeholders:
        before = Reader(placeholders.graph)
        session.show(before.exhibit(placeholders.result, "graph-before", "The graph as written", _BEFORE))
        stage.summary = (
            f"{counted(before.operations, 'operation')} over {', '.join(given)}. No number has been touched."
        )
    with session.stage(Stage.COMPILE) as stage, placeholders:
        placeholders.derive()
        tracing = _traced(tree)
        tracing.get_concrete_function(*_specifications(given))
        stage.summary = "The gradient has a graph of its own; tf.function has traced the expression once."
    with session.stage(Stage.EVALUATE) as stage, placeholders:
        answer, optimised = placeholders.run()
        after = Reader(*optimised)
        drawn = after.exhibit(after.returned(), "graph-after", "The graph as the session runs it", "")
        note = f"{counted(before.operations, 'operation')} became {after.operations}. {_AFTER}"
        session.show(drawn.model_copy(update={"note": note}))
        _show_gradient(params, placeholders, session)
        slope = placeholders.slopes()
        called, device, slope_of_tape = _called(tracing, given)
        numpys = symbolic.plain(in_numpy(tree, symbolic.arrays(given)))
        words = " ".join(
            filter(
                None, (_both(answer, called), answers.agreement("TensorFlow", answer, numpys), answers.caution(answer))
            )
        )
        session.show(
            answers.result_facts(
                [
                    ("expression", params.expression),
                    *((name, answers.written(value)) for name, value in given.items()),
                    ("placeholder and session", answers.written(answer)),
                    ("tf.function", answers.written(called)),
                    ("NumPy", answers.written(numpys)),
                    ("device", device),
                    ("operations as written", before.operations),
                    ("operations as run", after.operations),
                    ("traces of the function", int(tracing.experimental_get_tracing_count())),
                ],
                words,
            )
        )
        session.show(answers.gradient_table(tree, given, slope))
        session.show(answers.code(_code(params), "Both ways in code", _CODE))
        session.show(_timed(params, tree, session))
        stage.summary = f"{params.expression} = {answers.written(answer)} on {device}."
    session.result(
        {
            "expression": params.expression,
            "answer": answers.written(answer),
            "words": words,
            "value": answer,
            "function": called,
            "numpy": numpys,
            "gradient": slope,
            "tape": slope_of_tape,
            "device": device,
            "operations": {"written": before.operations, "run": after.operations},
        }
    )


def _show_gradient(params: TensorFlowParams, placeholders: Placeholders, session: "Session") -> None:
    name = params.with_respect_to
    if name not in params.given():
        session.log(f"The expression does not use {name}: its gradient is 0 everywhere.")
        return
    derived = Reader(*placeholders.optimised_slope(name))
    title = f"The gradient with respect to {name}, as the session runs it"
    session.show(derived.exhibit(derived.returned(), "graph-gradient", title, _GRADIENT))


def _traced(tree: Expression) -> Any:
    """The expression as a ``tf.function``."""
    import tensorflow as tf

    from jobs.lessons.tensorflow.sessions import functions

    names = sorted(names_in(tree))
    return tf.function(
        lambda *tensors: carry_out(tree, dict(zip(names, tensors, strict=True)), functions()), autograph=False
    )


def _specifications(given: Mapping[str, float | list[float]]) -> list[Any]:
    import tensorflow as tf

    shapes = [(len(value),) if isinstance(value, list) else () for value in given.values()]
    return [tf.TensorSpec(shape, tf.float64) for shape in shapes]


def _called(tracing: Any, given: Mapping[str, float | list[float]]) -> tuple[Any, str, dict[str, Any]]:
    """What the function answers, on which device, and the gradients by tape."""
    import tensorflow as tf

    tensors = [tf.constant(value, tf.float64) for value in given.values()]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        result = tracing(*tensors)
    slopes = tape.gradient(result, tensors)
    device = str(result.device).rsplit("device:", 1)[-1]
    return symbolic.plain(result), device, dict(zip(given, map(symbolic.plain, slopes), strict=True))


def _timed(params: TensorFlowParams, tree: Expression, session: "Session") -> Exhibit:
    import tensorflow as tf

    names = list(params.given())
    tracing = _traced(tree)
    rows = []
    for length in timing.lengths(params.longest):
        session.check_stop()
        values = timing.vectors(names, length)
        tensors = [tf.constant(value) for value in values.values()]
        with Placeholders(tree, {name: list(value) for name, value in values.items()}) as placeholders:
            ways: list[Callable[[], Any]] = [
                lambda values=values: in_numpy(tree, values),  # type: ignore[misc]
                lambda placeholders=placeholders: placeholders.answer(),  # type: ignore[misc]
                lambda tensors=tensors: tracing(*tensors).numpy(),  # type: ignore[misc]
            ]
            rows.append((length, [timing.seconds_per_call(way) for way in ways]))
    return timing.time_table(("NumPy", "session", "tf.function"), rows, _TIME)


def _both(session: Any, called: Any) -> str:
    distance = answers.apart(session, called)
    if distance == 0:
        return "The session and the function agree to the last digit."
    return f"The session says {answers.written(session)} and the function {answers.written(called)}."


def _code(params: TensorFlowParams) -> str:
    return (
        f"{formula(params)}\n\n# As it was.\nv1 = tf.compat.v1\n{session_code(params)}\n# As it is.\n{function(params)}"
    )


_BEFORE = (
    "Read it from left to right: placeholders and constants go in, each box is one operation, operands enter from top "
    "to bottom in their order. This is all that the expression has made so far."
)

_AFTER = (
    "This is what the session ran on the device: what was written twice is calculated once, constants are joined, and "
    "some operations have become cheaper ones."
)

_GRADIENT = (
    "The derivative is a graph like any other, made from the first by the chain rule and cleaned up like it. A "
    "constant alone means that the slope is the same everywhere."
)

_TIME = (
    "One call over vectors, the best of several. Short vectors take what it costs to call at all, and there NumPy wins "
    "by far; with long ones TensorFlow can share the work among cores, or hand it to a GPU."
)

_CODE = "The same formula twice: fed into a session, and called as a function."


LESSON = Lesson(
    slug="tensorflow",
    number=2,
    title="Graphs in TensorFlow",
    summary="The engine beneath Keras: the same formula with placeholder and session, as it was, and with tf.function, "
    "as it is.",
    explanation=EXPLANATION,
    params=TensorFlowParams,
    presets=PRESETS,
    datasets=(),
    run=run,
    script=script,
    jit_compile=False,
    stages=STAGES,
    repeats="A plain script. It needs nothing of Fitboard and gives the same numbers.",
    trains=False,
)
