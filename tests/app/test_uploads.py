"""Uploads of checkpoints: stored by their hash, seen with their entry, removed when nothing names them."""

import pytest

from tests.app.conftest import MakeServer
from tests.app.server import RUNS, Attempt, Server, digest, problem


class TestUploads:
    """Checkpoints: stored by their hash, visible with their entry, removed when nothing names them."""

    def files(self, server: Server, attempt: Attempt) -> set[str]:
        folder = server.settings.data_dir / "runs" / attempt.run / "checkpoints"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

    def test_a_checkpoint_is_seen_with_its_entry_and_not_before(self, server: Server) -> None:
        attempt = server.running()
        assert attempt.upload(b"model").status_code == 204
        problem(server.http.get(f"{RUNS}/{attempt.run}/checkpoints/best"), 404, "no-checkpoint")
        attempt.tell(
            "checkpoint", kind="best", epoch=3, monitor="val_loss", value=0.5, sha256=digest(b"model"), bytes=5
        )
        assert server.http.get(f"{RUNS}/{attempt.run}/checkpoints/best").content == b"model"

    def test_bytes_that_do_not_have_the_announced_digest_are_refused_and_not_kept(self, server: Server) -> None:
        attempt = server.running()
        body = problem(attempt.upload(b"model", sha256=digest(b"another")), 422, "invalid-input")
        assert digest(b"model") in body["detail"]
        assert digest(b"another") in body["detail"]
        assert self.files(server, attempt) == set()

    def test_what_the_data_folder_does_not_take_is_a_problem_that_passes(self, server: Server) -> None:
        attempt = server.running()
        runs = server.settings.data_dir / "runs"
        runs.mkdir(exist_ok=True)
        (runs / attempt.run).write_text("in the way of the folder")
        answer = attempt.upload(b"model")
        assert "best checkpoint could not be stored" in problem(answer, 507, "storage-failed")["detail"]
        assert answer.headers["retry-after"] == "5"
        (runs / attempt.run).unlink()
        assert attempt.upload(b"model").status_code == 204

    @pytest.mark.parametrize("sha256", ["", "abc", "Z" * 64, "../" * 20])
    def test_what_is_no_digest_is_refused(self, server: Server, sha256: str) -> None:
        attempt = server.running()
        answer = attempt.upload(b"model", sha256=sha256 or " ")
        assert problem(answer, 422, "invalid-input")["errors"][0]["pointer"] == "/header/x-content-sha256"

    def test_an_unknown_kind_is_refused(self, server: Server) -> None:
        attempt = server.running()
        problem(attempt.upload(b"model", kind="worst"), 422, "invalid-input")

    def test_an_entry_whose_bytes_are_not_the_uploads_is_refused(self, server: Server) -> None:
        attempt = server.running()
        attempt.upload(b"model")
        answer = attempt.post(attempt.entry("checkpoint", kind="best", epoch=0, sha256=digest(b"model"), bytes=6))
        assert "5 bytes, not 6" in problem(answer, 422, "invalid-input")["detail"]

    def test_a_newer_checkpoint_takes_the_place_of_the_older_and_its_file_goes(self, server: Server) -> None:
        attempt = server.running()
        attempt.save(b"one")
        attempt.save(b"two", epoch=1)
        assert self.files(server, attempt) == {f"{digest(b'two')}.keras"}

    def test_two_in_one_batch_leave_one_file(self, server: Server) -> None:
        attempt = server.running()
        for content in (b"one", b"two"):
            assert attempt.upload(content).status_code == 204
        batch = [
            attempt.entry("checkpoint", kind="best", epoch=0, sha256=digest(content), bytes=3)
            for content in (b"one", b"two")
        ]
        assert attempt.post(*batch).json() == {"n": 2}
        assert self.files(server, attempt) == {f"{digest(b'two')}.keras"}

    def test_a_batch_that_comes_again_after_its_file_was_replaced_is_acknowledged(self, server: Server) -> None:
        attempt = server.running()
        attempt.upload(b"one")
        first = attempt.entry("checkpoint", kind="best", epoch=0, sha256=digest(b"one"), bytes=3)
        attempt.post(first)
        attempt.save(b"two", epoch=1)
        assert attempt.post(first).json() == {"n": 2}

    def test_a_file_that_best_and_last_share_stays_while_either_names_it(self, server: Server) -> None:
        attempt = server.running()
        attempt.save(b"one", "best")
        attempt.save(b"one", "last")
        attempt.save(b"two", "last", epoch=1)
        assert self.files(server, attempt) == {f"{digest(b'one')}.keras", f"{digest(b'two')}.keras"}
        attempt.save(b"two", "best", epoch=1)
        assert self.files(server, attempt) == {f"{digest(b'two')}.keras"}

    def test_what_a_crash_left_behind_is_tidied_at_the_next_start_and_nothing_else(
        self, make_server: MakeServer
    ) -> None:
        server = make_server()
        done, going = server.running(), server.running()
        for attempt in (done, going):
            attempt.save(b"kept")
            attempt.upload(b"never named")
            (server.settings.data_dir / f"runs/{attempt.run}/checkpoints/.receiving-1").touch()
        done.end()
        strange = server.settings.data_dir / "runs" / "somebodyelses"
        (strange / "checkpoints").mkdir(parents=True)
        (server.settings.data_dir / "runs" / ".deleted-abc" / "checkpoints").mkdir(parents=True)
        again = make_server()
        assert self.files(again, done) == {f"{digest(b'kept')}.keras"}
        assert len(self.files(again, going)) == 3
        assert {path.name for path in strange.parent.iterdir()} == {"somebodyelses", done.run, going.run}

    def test_large_bodies_are_taken(self, server: Server) -> None:
        attempt = server.running()
        content = bytes(range(256)) * 20_000
        attempt.save(content)
        assert server.http.get(f"{RUNS}/{attempt.run}/checkpoints/best").content == content
