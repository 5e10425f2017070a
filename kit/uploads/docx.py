"""Word documents without macros: an archive of harmless parts, whose relations lead nowhere but to web pages by a click."""

import posixpath
import re

from kit.uploads.archive import Archive, Entry
from kit.uploads.errors import UploadActiveContent, UploadMalformed, UploadTypeNotAllowed
from kit.uploads.words import words
from kit.uploads.xmlparts import Relation, XmlPart, read_xml

MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TYPES, ROOT_RELATIONS = "[Content_Types].xml", "_rels/.rels"
XML_ENDINGS = frozenset({"xml", "rels", "vml"})
# Pictures, embedded fonts, signatures. What else Word can carry is a file of its own, or a program.
OTHER_ENDINGS = frozenset(
    {"png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "dib", "tif", "tiff", "emf", "wmf", "wdp", "svg", "odttf", "sigs"}
)
ACTIVE_TYPES = re.compile(r"macro|vba|activex|oleobject|webextension|spreadsheetml|presentationml|html|rtf", re.IGNORECASE)
# The last words of types of relations, in small letters.
ACTIVE_RELATIONS = words(
    "vbaproject vbaprojectsignature wordvbadata oleobject package control activexcontrolbinary afchunk "
    "attachedtemplate subdocument frame attachedtoolbars keymapcustomizations mailmergesource mailmergeheadersource "
    "recipientdata externallink externallinkpath ctrlprop webextension webextensiontaskpanes extensibility video "
    "audio media movie transform xlmacrosheet"
)
CLICKED = ("http", "https", "mailto", "tel")
NESTED = (
    (b"PK\x03\x04", "an archive"),
    (b"PK\x05\x06", "an archive"),
    (b"Rar!\x1a\x07", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"\x1f\x8b\x08", "an archive"),
    (b"\xfd7zXZ\0", "an archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an OLE object"),
    (b"\x7fELF", "a program"),
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "an RTF document"),
)
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.\-]*)\s*:")


def check_docx(content: bytes) -> None:
    """Raise UploadRefused unless it is a macro-free Word document and nothing else."""
    archive = Archive(content)
    if TYPES not in archive.entries or ROOT_RELATIONS not in archive.entries:
        raise UploadTypeNotAllowed("an archive, but no Word document")
    for entry in archive.entries.values():
        _check_name(entry)
    parts = {name: _read(archive, entry) for name, entry in archive.entries.items()}
    _check_types(parts[TYPES], _main_part(parts[ROOT_RELATIONS]))
    for name, part in parts.items():
        for relation in part.relations:
            _check_relation(name, relation)


def _check_name(entry: Entry) -> None:
    if entry.name.endswith("/"):
        if entry.size:
            raise UploadMalformed("a folder with content")
        return
    ending = posixpath.basename(entry.name).rpartition(".")[2].lower()
    if ending not in XML_ENDINGS | OTHER_ENDINGS:
        raise UploadActiveContent(f"a part of another kind ({ending[:20]})")


def _read(archive: Archive, entry: Entry) -> XmlPart:
    """Unfold one part, whatever it is; XML is parsed on the way, the rest is looked at where it begins."""
    ending = entry.name.rpartition(".")[2].lower()
    if ending in XML_ENDINGS:
        return read_xml(archive.pieces(entry), is_word=not entry.name.lower().startswith("customxml/"))
    if ending == "svg":
        return read_xml(archive.pieces(entry), is_word=True)
    beginning = b""
    for piece in archive.pieces(entry):
        beginning = beginning or piece
    for start, what in NESTED:
        if beginning.startswith(start):
            raise UploadActiveContent(f"{what} within the document")
    if beginning[:2] == b"MZ" and b"PE\0\0" in beginning[:4096]:
        raise UploadActiveContent("a program within the document")
    return XmlPart()


def _main_part(root: XmlPart) -> str:
    mains = [relation.target for relation in root.relations if relation.kind == "officedocument"]
    if len(mains) != 1:
        raise UploadTypeNotAllowed("an archive, but no Word document")
    return "/" + mains[0].lstrip("/")


def _check_types(types: XmlPart, main: str) -> None:
    """The part that opens first is of the one type without macros, and no part is of an active type."""
    for _, kind in types.types:
        if kind != MAIN and ACTIVE_TYPES.search(kind):
            raise UploadActiveContent(f"a part of type {kind[-60:]}")
    declared = [name for name, kind in types.types if kind == MAIN]
    if declared != [main]:
        raise UploadTypeNotAllowed("an archive, but no Word document")


def _check_relation(part: str, relation: Relation) -> None:
    if relation.kind in ACTIVE_RELATIONS:
        raise UploadActiveContent(f"a relation of type {relation.kind}")
    scheme = _SCHEME.match(relation.target)
    if not relation.external:
        if scheme or relation.target.startswith(("\\", "//")):
            raise UploadActiveContent("a relation that leads elsewhere")
        return
    if relation.kind != "hyperlink":
        raise UploadActiveContent(f"an external {relation.kind}")
    if (scheme and scheme[1].lower() not in CLICKED) or relation.target.lstrip().startswith(("\\", "//")):
        raise UploadActiveContent("a link to something that is no web page")
