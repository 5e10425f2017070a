"""One file looked at from its first byte to its last, by what it is. May take long and much memory: see `Checker`."""

from collections.abc import Callable

from kit.uploads.docx import check_docx
from kit.uploads.errors import UploadBomb
from kit.uploads.jpeg import check_jpeg
from kit.uploads.kinds import Kind, admit
from kit.uploads.pdf import check_pdf
from kit.uploads.png import check_png

CHECKS: dict[Kind, Callable[[bytes], None]] = {
    Kind.DOCX: check_docx,
    Kind.PDF: check_pdf,
    Kind.JPG: check_jpeg,
    Kind.PNG: check_png,
}


def inspect(content: bytes, name: str, media_type: str = "") -> Kind:
    """The file's kind. Raises UploadRefused, saying why it is not taken."""
    kind = admit(content, name, media_type)
    try:
        CHECKS[kind](content)
    except (MemoryError, RecursionError) as error:
        raise UploadBomb("out of memory") from error
    return kind
