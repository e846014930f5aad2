"""Expressions: what can be written, what it comes to, and what is said about what can't be read."""

import math
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from jobs.lessons.shared.expressions import Expression, Name, Negation, Number, Operation, in_numpy, source
from jobs.lessons.shared.formula import parse

NAMES = ("a", "b", "c")


def value(text: str, **names: Any) -> Any:
    return in_numpy(parse(text, NAMES), names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b", 4.0),
        ("-a**2", -2.25),
        ("2**-b", 2**-2.5),
        ("a**b**2", 1.5**6.25),
        ("a - b - 1", -2.0),
        ("a - (b - 1)", 0.0),
        ("a / b / 2", 0.3),
        ("--a * +b", 3.75),
        ("log(1 + exp(a * b))", math.log1p(math.exp(3.75))),
        ("sigmoid(a) + tanh(b)", 1 / (1 + math.exp(-1.5)) + math.tanh(2.5)),
        ("abs(a - b) + sqrt(a)", 1 + math.sqrt(1.5)),
        ("1e3 * a + .5", 1500.5),
        ("exp(1) * a", math.e * 1.5),
    ],
)
def test_an_expression_means_what_it_means_in_python(text: str, expected: float) -> None:
    import numpy as np

    assert value(text, a=np.float64(1.5), b=np.float64(2.5)) == pytest.approx(expected, rel=1e-15)


def test_sum_and_mean_make_one_number_of_a_vector() -> None:
    import numpy as np

    assert value("sum(a * b) + mean(a)", a=np.array([1.0, 2.0]), b=np.array([3.0, 4.0])) == 12.5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing more at character 1. A number, one of a, b, c, a function or “(” belongs there"),
        ("a +", "nothing more at character 4."),
        ("a b", "'b' at character 3. One of the signs + - * / ** belongs between two values"),
        ("a +* b", "'*' at character 4."),
        ("x + 1", "'x' at character 1. The variables are a, b, c, the functions exp,"),
        ("__import__('os')", "'__import__' at character 1."),
        ("a.real", "'.' at character 2."),
        ("exp a", "'a' at character 5. Write what exp is to be taken of in parentheses, such as exp(a)"),
        ("(a + b", "nothing more at character 7. The “(” at character 1 needs its “)”"),
        ("a)", "')' at character 2."),
        ("2 + 3", "'2 + 3' has no variable in it. Use at least one of a, b, c"),
        ("a * (1 / 0)", "'1.0 / 0.0' has no finite value."),
        ("a + (-8) ** 0.5", "'(-8.0)**0.5' has no finite value."),
        ("a * log(-1)", "'log(-1.0)' has no finite value."),
        ("1e999 * a", "'1e999' at character 1. Write a number below 1.8e308"),
        ("(" * 13 + "a" + ")" * 13, "nested more than 12 deep"),
        ("-" * 13 + "a", "nested more than 12 deep"),
        ("+".join("a" * 26), "more than 24 operations"),
        ("a" + " " * 200, "201 characters are too many. Write at most 200"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place_and_the_remedy(text: str, told: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the sentence is what matters
        parse(text, NAMES)
    assert told in str(caught.value)


trees = st.recursive(
    st.sampled_from([Name("a"), Name("b"), Number(2.0), Number(0.5)]),
    lambda inner: st.one_of(
        inner.map(Negation), st.builds(Operation, st.sampled_from(["+", "-", "*", "/", "**"]), inner, inner)
    ),
    max_leaves=8,
)


@given(trees)
def test_what_is_written_as_python_is_read_back_as_the_same(tree: Expression) -> None:
    whole = Operation("+", Name("a"), tree)
    try:
        read = parse(source(whole), NAMES)
    except ValueError:  # numbers alone that come to nothing finite, or too many operations
        reject()
    assert read == whole
