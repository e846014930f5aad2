"""What the second lesson says to people: its explanation, and its presets with the reason to try each."""

from jobs.lessons.base import Preset

PRESETS = (
    Preset(
        slug="course",
        title="As in the course",
        why=(
            "The course's own example, as TensorFlow's first version had it: two placeholders, their sum, and a "
            "session that is fed 1.5 and 2.5. It answers 4, and so does the function."
        ),
    ),
    Preset(
        slug="shared",
        title="Do nothing twice",
        why=(
            "The same exponential is written down twice, and a constant is added to a constant. Look at what the graph "
            "still has when the session has gone over it."
        ),
        values={"expression": "exp(a * b) / (1 + 2 + exp(a * b)) + a ** 2"},
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
        title="Divide by zero",
        why=(
            "Python refuses 1 / 0; a graph doesn't. The answer is infinity, it goes on through the rest of the "
            "formula, and the gradient has it too."
        ),
        values={"expression": "a / b", "b": [0.0]},
    ),
)

EXPLANATION = (
    "TensorFlow began like Theano: first you build a graph of placeholders, symbols without a value, and then a "
    "session runs it, each time fed with other values. Between the two, the graph is cleaned up: what is written "
    "twice is calculated once, constants are joined, a square takes the place of a power.",
    "Writing programs in two times was hard to read and to debug. Today TensorFlow calculates at once, like NumPy. A "
    "function marked tf.function is called once with symbols instead of numbers, which TensorFlow calls tracing; the "
    "graph that this leaves is what runs from then on. It is traced anew for values of another shape or type.",
    "Both ways are here, over the same expression. The gradient comes from the graph by the chain rule in the first, "
    "and in the second from a tape that remembers what was calculated. A healthy result is the same in both, and "
    "agrees with NumPy to at least nine digits; the run says by how much they differ.",
    "Look at the two graphs: what is gone? Then at the times. A session and a function have a price per call, which a "
    "long vector repays; a short one never does. The device tells where it was calculated: a GPU if there is one.",
    "Try a neuron, and a formula with the same part in it twice. Lesson 3, on Keras, builds such graphs for whole "
    "networks: compile and fit make one of your model and its loss, and derive it with respect to every weight.",
)
