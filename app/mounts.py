"""Which kind of file system a folder lies on, by the table of mounts that Linux keeps."""

import re
from pathlib import Path

TABLE = Path("/proc/mounts")

NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "sshfs", "glusterfs", "ceph", "lustre", "beegfs", "afs"})
"""File systems over a network, with or without ``fuse.`` before them. SQLite's locks and shared memory fail on them."""


def file_system(path: Path, table: str) -> str | None:
    """The type of the file system that holds a path.

    Args:
        path: absolute and resolved; it need not exist.
        table: as in ``/proc/mounts``: per line device, mount point and type, blanks in them as ``\\040``.

    Returns:
        The type of the deepest mount point above the path, of two at the same place the later; None without any.
    """
    found, deepest = None, -1
    for line in table.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), parts[1]))
        if path.is_relative_to(point) and len(point.parts) >= deepest:
            found, deepest = parts[2], len(point.parts)
    return found


def network(path: Path, table: str | None = None) -> str | None:
    """The type of the network file system that holds a path; None where it is none, or nobody can say.

    Args:
        path: need not exist.
        table: the mounts, where they aren't this machine's.
    """
    if table is None:
        try:
            table = TABLE.read_text(errors="replace")
        except OSError:  # not Linux
            return None
    kind = file_system(path.resolve(), table)
    return kind if kind is not None and kind.removeprefix("fuse.") in NETWORK else None
