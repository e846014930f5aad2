"""Uploads that end badly, on a real server: cut off in the middle, and on a disk that is really full."""

import shutil
import socket
import sys
from pathlib import Path

import pytest

from tests.jobs.test_full_disk import mounted
from tests.running import Running, wait_until


def test_an_upload_that_is_cut_off_leaves_nothing_and_no_traceback(fitboard: Running) -> None:
    folder = fitboard.data / "datasets"
    before = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    logged = len(fitboard.log("server"))
    head = (
        f"POST /api/v1/datasets HTTP/1.1\r\nHost: 127.0.0.1:{fitboard.port}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000000\r\n\r\n"
        "--x\r\nContent-Disposition: form-data; name=file; filename=cut.npz\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", fitboard.port)) as connection:
        connection.sendall(head.encode() + b"1" * 2_500_000)
        connection.shutdown(socket.SHUT_WR)
        wait_until(lambda: connection.recv(4096) or True, what="the server to have noticed")
    assert fitboard.http.get("/health").status_code == 200
    assert (sorted(path.name for path in folder.iterdir()) if folder.exists() else []) == before
    assert "Traceback" not in fitboard.log("server")[logged:]


def test_on_a_full_disk_nothing_is_half_kept(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or mounted(tmp_path, "true").returncode != 0:
        pytest.skip("this machine lets nobody but its administrator mount a file system")
    done = mounted(tmp_path, sys.executable, "-m", "tests.app.filling", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "all of it\n"), done.stderr
