"""What runs in the process that answers: one question after the other, with datasets and models kept in memory.

It is forked from the warm fork server like a training, but belongs to no run. It computes on the CPU alone, so that it
takes nothing from trainings on a GPU. The worker watches over its time (:mod:`jobs.answering.desk`).
"""

import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

from jobs.answering.client import AnswerClient
from jobs.asking import read
from jobs.client import Unreachable
from jobs.protocol import Question
from jobs.questions import Answer, Objection, PredictQuestion, PreviewQuestion, Refusal, SamplesQuestion
from jobs.quiet import quiet_terminal
from jobs.scratch import keep_temporary_files_in

ANSWER_HOLDS = 2.0
"""For so many seconds the server isn't asked again for the same dataset."""

ORPHANED = 4
"""Exit code: the worker is gone, or has no more use for this process."""


@dataclass(frozen=True)
class Start:
    """All that the process needs to know: the server and the worker key for it, a folder for temporary files, and
    where datasets lie."""

    server: str
    key: str
    scratch: Path
    folder: Path | None
    cache: Path
    uploads: Path | None = None


def main(start: Start, worker: Connection) -> None:
    """Answer what comes from ``worker``, and tell it the id of each question that is done with."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    keep_temporary_files_in(start.scratch)
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    if "jax" in sys.modules:  # which has read its environment already
        sys.modules["jax"].config.update("jax_platforms", "cpu")
    client = AnswerClient(start.server, start.key)
    answer = answering(client, start.folder, start.cache, start.uploads)
    questions: SimpleQueue[Question] = SimpleQueue()
    threading.Thread(target=_listen, args=(worker, questions), name="worker", daemon=True).start()
    while True:
        question = questions.get()
        try:
            client.hand_over(question.id, answer(question))
        except Unreachable as error:
            print(f"worker: the answer to {question.kind} did not get through: {error}", file=sys.stderr, flush=True)
        with contextlib.suppress(OSError):  # it has just gone: the other thread notices
            worker.send(question.id)


def _listen(worker: Connection, questions: "SimpleQueue[Question]") -> None:
    """Take questions in, and end the process when the worker is gone: nobody else watches over its time."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            questions.put(worker.recv())
    os._exit(ORPHANED)


def answering(
    client: AnswerClient, folder: Path | None, cache: Path, uploads: Path | None = None
) -> Callable[[Question], Answer]:
    """What answers questions. Imports TensorFlow, which takes seconds where the fork server hasn't.

    Args:
        client: fetches saved models.
        folder: the person's own datasets folder, or None.
        cache: where downloads lie.
        uploads: where uploaded files lie.
    """
    with contextlib.suppress(ImportError), quiet_terminal():
        import tensorflow as tf

        tf.zeros(1)  # finds the devices, and says so

    from jobs.answering.memory import KeptDatasets, Models
    from jobs.answering.predictions import Predictions
    from jobs.answering.previews import Previews
    from jobs.borrowing import LENT, Borrowing
    from jobs.client import Refused
    from jobs.datasets import DatasetUnavailable
    from jobs.datasets.own import OwnFile

    borrowing = Borrowing(cache / LENT, client.dataset, ANSWER_HOLDS)

    def borrow(name: str, here: OwnFile | None) -> OwnFile | None:
        try:
            return borrowing.get(name, here)
        except (Unreachable, Refused, OSError) as error:
            raise DatasetUnavailable(name, f"The dataset {name} could not be fetched: {error}. Ask again.") from None

    datasets = KeptDatasets(folder, cache, uploads, borrow)
    previews = Previews(datasets)
    predictions = Predictions(datasets, Models(client.model))

    def body(question: Question) -> Answer:
        if question.kind == "preview":
            return Answer(body=previews.answer(read(PreviewQuestion, question.payload)))
        if question.kind == "predict":
            return Answer(body=predictions.answer(read(PredictQuestion, question.payload)))
        return Answer(body=predictions.samples(read(SamplesQuestion, question.payload)))

    def answer(question: Question) -> Answer:
        try:
            return body(question)
        except Exception as error:
            return Answer(refusal=refusal(question, error))

    return answer


def refusal(question: Question, error: Exception) -> Refusal:
    """Why a question has no answer, whatever went wrong."""
    from jobs.asking import NotYet, Unanswerable, Unknown
    from jobs.datasets import DatasetInvalid, DatasetUnavailable

    if isinstance(error, Unanswerable):
        place = {"preview": "/index", "samples": ""}.get(
            question.kind, "/image" if question.payload.get("image") else "/row"
        )
        objection = Objection(pointer=place, code=error.code, detail=error.detail)
        return Refusal(kind="invalid-input", detail=error.detail, objections=(objection,))
    if isinstance(error, NotYet):
        return Refusal(kind="no-answer", detail=str(error), later=True)
    if isinstance(error, DatasetUnavailable):
        return Refusal(kind="dataset-unavailable", detail=error.detail)
    if isinstance(error, DatasetInvalid):
        return Refusal(kind="dataset-invalid", detail=error.detail)
    if isinstance(error, Unreachable):
        return Refusal(kind="no-checkpoint", detail=f"The saved model could not be fetched: {error}. Ask again.")
    if isinstance(error, Unknown):
        detail = "The worker does not know this lesson or its parameters. Update worker and server to the same version."
        return Refusal(kind="no-answer", detail=detail)
    traceback.print_exception(error)
    last = traceback.format_exception_only(error)[-1].strip()[:500]
    return Refusal(kind="no-answer", detail=f"The worker met a defect: {last}. Its output has the details.")
