"""Words of formulas as graphs: lessons 1 and 2."""

from app.glossary.entry import Entry

THEANO, TENSORFLOW = "theano", "tensorflow"

WORDS: tuple[Entry, ...] = (
    Entry(
        "chain-rule",
        "Chain rule",
        "How the slope of a formula comes from the slopes of its parts: along a way through the graph they are "
        "multiplied, and over all ways added. Every gradient is calculated by it.",
        (THEANO, TENSORFLOW),
    ),
    Entry(
        "graph",
        "Graph",
        "A formula as nodes and arrows: symbols and constants go in, each operation takes what the ones before it "
        "give. It can be simplified, derived and compiled before a number is known.",
        (THEANO, TENSORFLOW),
        ("graphs",),
    ),
    Entry(
        "placeholder",
        "Placeholder",
        "What TensorFlow's first version called a symbol: a node without a value, which is fed one each time the "
        "graph is run.",
        (TENSORFLOW,),
        ("placeholders",),
    ),
    Entry(
        "session",
        "Session",
        "What runs a graph in TensorFlow's first version: it is fed values for the placeholders and gives the result. "
        "Today functions are simply called.",
        (TENSORFLOW,),
    ),
    Entry(
        "symbol",
        "Symbol",
        "A name in a formula that has no value yet. Whatever is done with it is noted down in the graph, and done "
        "when the graph is called with a number in its place.",
        (THEANO, TENSORFLOW),
        ("symbols",),
    ),
    Entry(
        "tracing",
        "Tracing",
        "To call a Python function once with symbols in place of numbers, so that it leaves a graph. That graph is "
        "what runs from then on, until values of another shape or type come.",
        (TENSORFLOW,),
    ),
)
