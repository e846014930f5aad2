"""What the first lesson says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import Preset

PRESETS = (
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "The course's own first example, and the smallest graph there is: two floating-point scalars, their sum, "
            "and a call with 1.5 and 2.5. It answers 4. The gradient is 1 for both, whatever they are."
        ),
    ),
    Preset(
        slug="simplified",
        title="Watch it simplify",
        why=(
            "Nine operations as written. The compiler knows that log(1 + exp(x)) is the softplus, that x ** 2 is a "
            "square and that times 1 is nothing, and puts what is left into one loop."
        ),
        values={"expression": "log(1 + exp(a * b)) + a ** 2 * 1 + (b - b)", "longest": 100_000},
    ),
    Preset(
        slug="neuron",
        title="One neuron",
        why=(
            "Inputs a, weights b, a bias c: their weighted sum, passed through a sigmoid. Its gradient with respect to "
            "the weights is what training a network follows."
        ),
        values={
            "expression": "sigmoid(sum(a * b) + c)",
            "with_respect_to": "b",
            "a": [1.0, 0.5, -1.5],
            "b": [0.2, -0.4, 0.1],
            "c": [0.3],
        },
    ),
    Preset(
        slug="beyond",
        title="Beyond the numbers",
        why=(
            "A logarithm of -1.5 has no value among the real numbers. Nothing stops: the answer is nan, and its "
            "gradient says nothing of use. A loss that shows nan began like this."
        ),
        values={"expression": "log(a) * b", "a": [-1.5]},
    ),
)

EXPLANATION = (
    "In ordinary Python a + b is calculated at once and forgotten. A symbolic library, of which Theano was the first, "
    "only notes it down: a and b are symbols without a value, and + makes a node that points to both. What you get is "
    "a graph of the whole formula, before a single number is known.",
    "Whoever has the whole formula can do more with it. It can be simplified, as you would on paper. It can be "
    "derived: each operation knows its own slope, the chain rule joins them, and the gradient of any formula comes "
    "out as a graph too. And it can be compiled into machine code that goes over a vector once instead of once per "
    "operation. Keras stands on exactly these three; its losses are such formulas, only longer.",
    "Theano itself is no longer developed and does not install on a current Python. PyTensor carries it on with the "
    "same functions, and is what runs here, compiled by Numba on the CPU. A healthy result agrees with NumPy, which "
    "calculates the same formula step by step, to at least nine digits; the run says by how much they differ.",
    "Look at the two graphs first: what did the compiler leave out? Then at the gradient beside what comes out when "
    "each number is nudged, and at the times: on single numbers the graph gains nothing, on long vectors it does.",
    "Try a formula of your own, with vectors such as 1, 2, 3 as values. Try one that can be simplified: tanh(a) * b / "
    "b, or a - a. With b = 0 the first has no value in NumPy and one in PyTensor, because the compiler took b away. "
    "Lesson 2 does the same in TensorFlow, where you can see how graphs are hidden behind ordinary functions "
    "today.",
)
