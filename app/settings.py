"""What can be set from outside, and what may not start together.

Every setting is an environment variable ``FITBOARD_<NAME>``. Nothing else is read: no file, no command line; the
commands pass their flags on as variables, so that server and worker always see the same values.
"""

import ipaddress
import os
import re
import secrets
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SHORTEST_SECRET = 16


class SettingsError(Exception):
    """A combination of settings that must not start; the message says what to change."""


class Settings(BaseSettings):
    """The settings of one server, read once at start and handed down as an argument."""

    model_config = SettingsConfigDict(env_prefix="FITBOARD_", env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on. Anything but loopback needs FITBOARD_TOKEN.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="Port to listen on.")
    data_dir: Path = Field(Path("data"), description="Folder for the database, the runs' files and downloaded data.")
    database_url: str | None = Field(
        None, description="SQLAlchemy URL. Default: SQLite in the data folder; postgresql+psycopg://… for PostgreSQL."
    )
    datasets_dir: Path | None = Field(None, description="Folder with your own copies of the course's data files.")
    token: SecretStr | None = Field(None, description="When set, every request must carry it.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further host names, comma-separated, by which browsers may reach the server."
    )
    worker_key: SecretStr | None = Field(
        None, description="Key by which workers sign in. Default: made at first start, in data/worker.key."
    )
    downloads: bool = Field(True, description="Whether missing datasets may be downloaded.")
    largest_upload: Annotated[int, Field(ge=1, le=2000)] = Field(
        200, description="Millions of bytes that an uploaded dataset may have."
    )
    slots: Annotated[int, Field(ge=1, le=64)] | None = Field(
        None, description="Runs a worker trains at once. Default: one, or one per GPU."
    )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip().lower() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("token", "worker_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[\x21-\x7e]*", value.get_secret_value()):
            raise ValueError("holds characters that no HTTP header can carry. Use letters, digits and punctuation only")
        if value is not None and len(value.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(
                f"has {len(value.get_secret_value())} characters and could be guessed. Use 16 or more, for example "
                "the output of: python3 -c 'import secrets; print(secrets.token_urlsafe())'"
            )
        return value

    @property
    def url(self) -> str:
        """The database as a SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'fitboard.sqlite3').absolute()}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the address listened on."""
        if self.host.lower() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def origin(self) -> str:
        """The address to open in a browser on this machine."""
        wildcard = self.host in ("0.0.0.0", "::", "[::]")
        host = "127.0.0.1" if wildcard else self.host.strip("[]")
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def worker_key_file(self) -> Path:
        """Where the worker key lies when it isn't given."""
        return self.data_dir / "worker.key"

    @cached_property
    def worker_secret(self) -> str:
        """The worker key: given, or kept in the data folder, or made now (readable by the owner alone)."""
        if self.worker_key is not None:
            return self.worker_key.get_secret_value()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if not self.worker_key_file.exists():
            self._make_worker_key()
        key = self.worker_key_file.read_text().strip()
        if len(key) < SHORTEST_SECRET:
            raise SettingsError(
                f"{self.worker_key_file} holds no key (a full disk, perhaps). Remove that file and start again."
            )
        return key

    def _make_worker_key(self) -> None:
        """Write the key aside and put it into place: whoever finds the file finds all of it, and the first wins."""
        handle, name = tempfile.mkstemp(dir=self.data_dir, prefix=".worker-key-")  # readable by its owner alone
        try:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(32))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(name, self.worker_key_file)
            except FileExistsError:
                return
            except OSError:  # a file system without hard links
                os.replace(name, self.worker_key_file)
        finally:
            Path(name).unlink(missing_ok=True)

    def check(self) -> None:
        """Refuse what must not start.

        Raises:
            SettingsError: with the sentence to print.
        """
        if not self.loopback and self.token is None:
            raise SettingsError(
                f"FITBOARD_HOST={self.host} can be reached from other machines, and no FITBOARD_TOKEN is set. "
                "Set a token of 16 or more characters, or leave FITBOARD_HOST at 127.0.0.1."
            )


def load() -> Settings:
    """Read the settings from the environment and check them.

    Raises:
        SettingsError: naming the variable, the value received and the remedy.
    """
    try:
        settings = Settings()
    except ValidationError as problem:
        lines = []
        for error in problem.errors(include_url=False):
            name = "FITBOARD_" + str(error["loc"][0]).upper()
            secret = name in ("FITBOARD_TOKEN", "FITBOARD_WORKER_KEY")
            shown = name if secret else f"{name}={error['input']}"
            lines.append(f"{shown}: {error['msg'].removeprefix('Value error, ')}.")
        raise SettingsError(" ".join(lines)) from None
    settings.check()
    return settings
