"""Compiled programs that outlive their process: XLA's own files, lent to one process at a time.

XLA can keep what it compiled in a folder and read it again, which takes a fraction of the time. It trusts that
folder: a file cut short by a crash or a full disk would fail the training. So every process gets a folder of its
own, into which only files are put whose SHA-256 is the one that was noted when they were written (their seal); what
it compiles itself goes back to the shared folder at its end, the file first and then its seal. One shared folder
serves one kind of machine and one version of the backend.

TensorFlow keeps what ``tf.function`` has compiled, JAX every single operation beside: an initializer, say.
"""

import contextlib
import hashlib
import os
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import keras

from jobs.atomic import write_atomically

ENDINGS = {"tensorflow": ".pb", "jax": "-cache"}
"""How the files' names end that a backend writes; other backends write none."""

PACKAGES = {"tensorflow": ("tensorflow",), "jax": ("jax", "jaxlib")}
"""Whose versions a backend's files belong to."""

SEAL = ".sha256"

MOST_BYTES = 64 << 20
"""How much a shared folder may hold: some two hundred programs of small networks. The oldest go first."""


class ProgramCache:
    """Lends the programs in ``shared`` to this process, in the folder ``own``.

    Trouble with files costs time and nothing else: whatever can't be read or written is compiled again.
    """

    def __init__(self, shared: Path, own: Path) -> None:
        self._shared = shared / kind_of_machine()
        self._own = own
        self._backend = keras.backend.backend()
        self._lent: list[Path] = []

    def open(self) -> None:
        """Take what is sound, and tell XLA where it lies. Must come before XLA compiles anything in this process."""
        with contextlib.suppress(OSError):
            self._own.mkdir(parents=True, exist_ok=True)
            for program in self._in(self._shared):
                if _sealed(program):
                    self._lent.append(program)
                    _lend(program, self._own / program.name)
                else:
                    _forget(program)
            if self._backend == "jax":
                _tell_jax(self._own)
            elif self._backend == "tensorflow":
                _tell_tensorflow(self._own)

    def distrust(self) -> bool:
        """Forget every program that was lent; True if there was one. For when XLA can't make use of them."""
        lent, self._lent = self._lent, []
        with contextlib.suppress(OSError):
            for program in lent:
                (self._own / program.name).unlink(missing_ok=True)
                _forget(program)
        return bool(lent)

    def publish(self) -> None:
        """Hand what was compiled here to those who come later, and make room for it."""
        with contextlib.suppress(OSError):
            self._shared.mkdir(parents=True, exist_ok=True)
            for program in self._in(self._own):
                place = self._shared / program.name
                if not _seal_of(place).exists():
                    content = program.read_bytes()
                    write_atomically(place, content)
                    write_atomically(_seal_of(place), hashlib.sha256(content).hexdigest().encode())
            self._tidy()

    def _in(self, folder: Path) -> Iterator[Path]:
        ending = ENDINGS.get(self._backend)
        return iter(()) if ending is None else folder.glob(f"*{ending}")

    def _tidy(self) -> None:
        sizes = {program: program.stat() for program in self._in(self._shared)}
        total = sum(size.st_size for size in sizes.values())
        for program in sorted(sizes, key=lambda one: sizes[one].st_mtime):
            if total <= MOST_BYTES:
                return
            total -= sizes[program].st_size
            _forget(program)


def kind_of_machine() -> str:
    """What a compiled program depends on beside what it computes, in a word for a folder's name."""
    versions = [f"{name} {version(name)}" for name in PACKAGES.get(keras.backend.backend(), ())]
    flags = os.environ.get("XLA_FLAGS", "")
    words = [platform.system(), platform.machine(), _processor(), *versions, flags]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def _tell_tensorflow(folder: Path) -> None:
    if '"' in str(folder):
        return  # no way to write that into a flag
    # In quotes: TensorFlow parts the variable at spaces, and would take another folder.
    flags = [f'--tf_xla_persistent_cache_directory="{folder}"', "--tf_xla_persistent_cache_device_types=CPU"]
    os.environ["TF_XLA_FLAGS"] = " ".join([os.environ.get("TF_XLA_FLAGS", ""), *flags]).strip()


def _tell_jax(folder: Path) -> None:
    import jax

    settings = {
        "jax_compilation_cache_dir": str(folder),
        # Everything: the many small operations of building a model take seconds together.
        "jax_persistent_cache_min_compile_time_secs": 0.0,
        "jax_persistent_cache_min_entry_size_bytes": -1,
        # XLA's own files beside them would bear the name of a folder that is gone with its process.
        "jax_persistent_cache_enable_xla_caches": "none",
    }
    for name, value in settings.items():
        jax.config.update(name, value)  # type: ignore[no-untyped-call]


def _processor() -> str:
    """The processor's name and what it can do, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return "\n".join(sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))}))


def _seal_of(program: Path) -> Path:
    return program.with_name(program.name.removesuffix(ENDINGS["tensorflow"]) + SEAL)


def _sealed(program: Path) -> bool:
    try:
        noted = _seal_of(program).read_text()
        with program.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == noted
    except OSError:
        return False


def _lend(program: Path, place: Path) -> None:
    try:
        os.link(program, place)
    except OSError:  # another file system, or one without links
        shutil.copyfile(program, place)


def _forget(program: Path) -> None:
    for path in (_seal_of(program), program):
        path.unlink(missing_ok=True)
