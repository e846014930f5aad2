"""Where the data folder lies: SQLite is refused on a network, by a table of mounts as Linux writes it."""

from pathlib import Path

import pytest

from app import mounts
from app.migrate import migrate
from app.mounts import NETWORK, file_system, network
from app.settings import SettingsError

TABLE = """\
/dev/sda1 / ext4 rw,relatime 0 0
server:/users /users nfs4 rw,vers=4.2 0 0
/dev/sdb1 /users/anna/fast xfs rw 0 0
anna@host:/files /users/anna/my\\040files fuse.sshfs rw,nosuid 0 0
tmpfs /mnt tmpfs rw 0 0
//host/share /mnt cifs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/fitboard", "ext4"),
        ("/users", "nfs4"),
        ("/users/anna/data", "nfs4"),
        ("/users/anna/fast/data", "xfs"),
        ("/users/anna/faster", "nfs4"),
        ("/userss", "ext4"),
        ("/users/anna/my files/data", "fuse.sshfs"),
        ("/mnt/data", "cifs"),
    ],
)
def test_the_deepest_mount_point_above_a_path_decides(path: str, kind: str) -> None:
    assert file_system(Path(path), TABLE) == kind


def test_without_a_mount_nobody_can_say() -> None:
    assert file_system(Path("/somewhere"), "") is None


@pytest.mark.parametrize("kind", sorted({*NETWORK, *(f"fuse.{one}" for one in NETWORK)}))
def test_network_file_systems_are_known(kind: str) -> None:
    assert network(Path("/data"), f"x / {kind} rw 0 0\n") == kind


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs", "fuse.portal", "fuseblk", "9p"])
def test_others_are_let_through(kind: str) -> None:
    assert network(Path("/data"), f"x / {kind} rw 0 0\n") is None


def test_this_machine_is_asked_where_no_table_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert network(tmp_path) is None
    monkeypatch.setattr(mounts, "TABLE", tmp_path / "nothing")
    assert network(tmp_path) is None


def test_a_database_there_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\nhost:/share {tmp_path / 'share'} nfs rw 0 0\n")
    monkeypatch.setattr(mounts, "TABLE", table)
    (tmp_path / "share").mkdir()
    with pytest.raises(SettingsError, match=r"network file system \(nfs\).*FITBOARD_DATA_DIR.*FITBOARD_DATABASE_URL"):
        migrate(f"sqlite:///{tmp_path / 'share' / 'fitboard.sqlite3'}")
    assert list((tmp_path / "share").iterdir()) == []
    migrate(f"sqlite:///{tmp_path / 'fitboard.sqlite3'}")
