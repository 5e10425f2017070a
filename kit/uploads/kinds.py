"""The kinds of files that are taken, how their names end and their contents begin, and what a file may be called."""

import re
import unicodedata
from enum import StrEnum

from kit.uploads.errors import (
    UploadEmpty,
    UploadMislabelled,
    UploadNameInvalid,
    UploadTooLarge,
    UploadTypeNotAllowed,
)

MAX_BYTES = 20 * 1024 * 1024
MAX_NAME = 120


class Kind(StrEnum):
    DOCX = "docx"
    PDF = "pdf"
    JPG = "jpg"
    PNG = "png"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.PDF: "application/pdf",
    Kind.JPG: "image/jpeg",
    Kind.PNG: "image/png",
}
ENDINGS = {"docx": Kind.DOCX, "pdf": Kind.PDF, "jpg": Kind.JPG, "jpeg": Kind.JPG, "png": Kind.PNG}
BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPG),
    (b"%PDF-", Kind.PDF),
    (b"PK\x03\x04", Kind.DOCX),
)
# Path separators, what shells and Windows take for more than a letter, and names that Windows keeps for devices.
_FORBIDDEN = re.compile(r'[/\\:*?"<>|]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def shown_name(name: str) -> str:
    """The name as it is kept and shown: composed, without space around. Raises UploadNameInvalid.

    Invisible signs are refused, not dropped: one that turns the direction of writing makes "fdp.exe" read as "exe.pdf".
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not name or len(name) > MAX_NAME or len(name.encode("utf-8", "replace")) > 255:
        raise UploadNameInvalid(f"1 to {MAX_NAME} characters")
    if any(unicodedata.category(sign)[0] == "C" or unicodedata.category(sign) in ("Zl", "Zp") for sign in name):
        raise UploadNameInvalid("signs that cannot be seen")
    if _FORBIDDEN.search(name) or name.startswith(".") or _DEVICE.fullmatch(name):
        raise UploadNameInvalid("signs that mean something else to some computer")
    return name


def kind_of_name(name: str) -> Kind:
    """What the name's ending says. Raises UploadTypeNotAllowed."""
    _, dot, ending = name.rpartition(".")
    if not dot or ending.lower() not in ENDINGS:
        raise UploadTypeNotAllowed("its name ends otherwise")
    return ENDINGS[ending.lower()]


def kind_of_content(content: bytes) -> Kind:
    """What the first bytes say. Raises UploadTypeNotAllowed."""
    for beginning, kind in BEGINNINGS:
        if content.startswith(beginning):
            return kind
    raise UploadTypeNotAllowed("its content begins otherwise")


def admit(content: bytes, name: str, media_type: str = "") -> Kind:
    """What costs nothing to see: size, name, and whether name, media type and first bytes agree. Raises UploadRefused."""
    if not content:
        raise UploadEmpty
    if len(content) > MAX_BYTES:
        raise UploadTooLarge
    named, found = kind_of_name(shown_name(name)), kind_of_content(content)
    if named is not found:
        raise UploadMislabelled(f"named {named}, begins as {'a zip archive' if found is Kind.DOCX else found}")
    if media_type and media_type != named.media_type:
        raise UploadMislabelled("sent with another media type")
    return found
