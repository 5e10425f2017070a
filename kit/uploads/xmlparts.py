"""XML within documents, read as a stream by expat: no document types, no entities, no elements or fields that act.

expat and not defusedxml, which wraps the same parser: its one thing we need, refusing a document type, is one handler.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from kit.uploads.errors import UploadActiveContent, UploadBomb, UploadMalformed

MAX_DEPTH = 1_000
MAX_XML = 48 * 1024 * 1024
MAX_FIELD = 10_000
# Of WordprocessingML and VML: what is run, fetched or shown in place.
ACTIVE_ELEMENTS = frozenset(
    {"OLEObject", "control", "altChunk", "ocx", "script", "foreignObject", "movie", "subDoc", "webExtension"}
)
ACTIVE_FIELDS = re.compile(r"^\W*(DDEAUTO|DDE|INCLUDETEXT|LINK|IMPORT)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part leads. `kind` is the last word of its type, in small letters."""

    kind: str
    target: str
    external: bool


@dataclass(slots=True)
class XmlPart:
    """What matters of one part beyond its being well-formed."""

    relations: list[Relation] = field(default_factory=list)
    types: list[tuple[str, str]] = field(default_factory=list)


def read_xml(pieces: Iterable[bytes], is_word: bool) -> XmlPart:
    """Parse one part. Raises UploadRefused. `is_word`: Word acts on it; data that is merely attached is only parsed."""
    reader, total = _Reader(is_word), 0
    try:
        for piece in pieces:
            total += len(piece)
            if total > MAX_XML:
                raise UploadBomb("a text is too long")
            reader.parser.Parse(piece, False)
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UploadMalformed("a part is no XML") from error
    return reader.part


class _Reader:
    def __init__(self, is_word: bool) -> None:
        self.part = XmlPart()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = _no_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._is_word = is_word
        self._depth = 0
        self._field = ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UploadBomb("elements within elements without end")
        local = name.rpartition(" ")[2]
        if local == "Relationship":
            self._relate(attributes)
        elif local in ("Override", "Default"):
            self.part.types.append((attributes.get("PartName", ""), attributes.get("ContentType", "")))
        elif self._is_word:
            self._act(local, attributes)

    def _relate(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2].lower()
        mode = attributes.get("TargetMode", "Internal").strip().lower()
        self.part.relations.append(Relation(kind, attributes.get("Target", ""), mode != "internal"))

    def _act(self, local: str, attributes: dict[str, str]) -> None:
        if local in ACTIVE_ELEMENTS:
            raise UploadActiveContent(f"an element {local}")
        if local == "instrText":
            self.parser.CharacterDataHandler = self._text
        elif local == "fldChar":
            self._close_field()
        elif local == "fldSimple":
            for key, value in attributes.items():
                if key.rpartition(" ")[2] == "instr":
                    _check_field(value)

    def _text(self, text: str) -> None:
        # A field's instruction may be spread over many runs.
        if len(self._field) < MAX_FIELD:
            self._field += text

    def _close_field(self) -> None:
        _check_field(self._field)
        self._field = ""

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name.endswith(" instrText"):
            self.parser.CharacterDataHandler = None
        if not self._depth:
            self._close_field()


def _check_field(instruction: str) -> None:
    if found := ACTIVE_FIELDS.match(instruction):
        raise UploadActiveContent(f"a field {found[1].upper()}")


def _no_doctype(*_declaration: Any) -> None:
    raise UploadActiveContent("a document type declaration")
