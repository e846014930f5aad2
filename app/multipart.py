"""Reading ``multipart/form-data``: a form with a file in it, as browsers and scripts send one.

Small, because a body is in memory already and no larger than the doors let in.
"""

from dataclasses import dataclass
from email.message import Message

from app.errors import Problem


@dataclass(frozen=True)
class Part:
    """One part of a form. ``filename`` is None for a plain field."""

    name: str
    filename: str | None
    content: bytes


def parts(content_type: str, body: bytes) -> list[Part]:
    """The parts of a form, in order.

    Args:
        content_type: the whole header, with the boundary.
        body: all of it.

    Raises:
        Problem: ``malformed-body``.
    """
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise Problem("malformed-body", "The multipart body's Content-Type names no boundary. Let your client set it.")
    sections = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1", "replace"))
    if len(sections) < 3 or not sections[-1].startswith(b"--"):
        raise Problem("malformed-body", "The multipart body does not end with its boundary. Send it whole.")
    return [_part(section) for section in sections[1:-1]]


def _part(section: bytes) -> Part:
    head, separator, content = section.lstrip(b" \t").partition(b"\r\n\r\n")
    header = Message()
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            header["Content-Disposition"] = value.strip()
    field = header.get_param("name", header="content-disposition")
    if not separator or not isinstance(field, str):
        raise Problem("malformed-body", "A part of the multipart body has no name. Send form fields with names.")
    filename = header.get_param("filename", header="content-disposition")
    return Part(field, filename if isinstance(filename, str) else None, content)
