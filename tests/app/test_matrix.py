"""A confusion matrix says what is confused most often."""

from app.drawings import matrix
from jobs.exhibits import Matrix


def test_pairs_that_are_confused_are_listed_the_most_frequent_first() -> None:
    counts = [[8, 2, 0], [1, 3, 0], [0, 2, 8]]
    drawing = matrix.draw(Matrix(kind="matrix", classes=["a", "b", "c"], counts=counts))
    assert [(one.truth, one.predicted, one.count, one.share) for one in drawing.confusions] == [
        ("a", "b", 2, 0.2),
        ("c", "b", 2, 0.2),
        ("b", "a", 1, 0.25),
    ]
    many = [[0 if row == column else row + 1 for column in range(5)] for row in range(5)]
    listed = matrix.draw(Matrix(kind="matrix", classes=list("abcde"), counts=many)).confusions
    assert [one.count for one in listed] == [5, 5, 5, 5, 4, 4, 4, 4]
    right = matrix.draw(Matrix(kind="matrix", classes=["a", "b"], counts=[[3, 0], [0, 0]]))
    assert (right.confusions, right.shares) == ((), (1.0, None))
