"""PDF without anything that acts: every object is looked at, in object streams too, with qpdf's strict parser (pikepdf)."""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from kit.uploads.errors import UploadActiveContent, UploadBomb, UploadEncrypted, UploadMalformed, UploadPolyglot
from kit.uploads.foreign import refuse_archive
from kit.uploads.words import words

MAX_OBJECTS = 100_000
MAX_NESTED = 2_000_000
MAX_STREAM = 160 * 1024 * 1024
MAX_UNFOLDED = 640 * 1024 * 1024
MAX_FILTERS = 4
HEADER = re.compile(rb"%PDF-[12]\.[0-9]\s*[\r\n]")
END = re.compile(rb"%%EOF[\s\0]{0,1024}\Z")
SECOND = re.compile(rb"[\r\n]%PDF-[0-9]")
CLICKED = ("http", "https", "mailto", "tel", "ftp")
ACTIVE_KEYS = words(
    "/JS /JavaScript /EF /EmbeddedFiles /AF /XFA /RichMediaContent /RichMediaSettings /RichMedia /Movie /Collection /Encrypt"
)
ACTIVE_ACTIONS = words(
    "/JavaScript /Launch /ImportData /SubmitForm /ResetForm /GoToR /GoToE /Rendition /Movie /Sound /RichMediaExecute "
    "/GoTo3DView /GoToDp /Hide"
)
ACTIVE_TYPES = words("/EmbeddedFile /RichMedia /Screen /Movie /Sound /3D /FileAttachment /Rendition /MediaClip")
# What a lenient reader may find in bytes that the table of objects leaves out. Short names would come up by chance.
HIDDEN = re.compile(rb"/(JavaScript|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|Launch)(?=[\s/<(\[\]>])")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
FLATE = ("/FlateDecode", "/Fl")
FILTERS = words(
    "/FlateDecode /Fl /LZWDecode /LZW /ASCII85Decode /A85 /ASCIIHexDecode /AHx /RunLengthDecode /RL /DCTDecode /DCT "
    "/CCITTFaxDecode /CCF /JPXDecode /JBIG2Decode"
)


def check_pdf(content: bytes) -> None:
    """Raise UploadRefused unless it is a whole PDF that does nothing by itself and nothing else."""
    if not HEADER.match(content):
        raise UploadMalformed("its header makes no sense")
    if not END.search(content, max(0, len(content) - 1100)):
        raise UploadPolyglot("something follows its end") if b"%%EOF" in content else UploadMalformed("it has no end")
    if SECOND.search(content):
        raise UploadPolyglot("a second PDF")
    refuse_archive(content)
    if found := HIDDEN.search(ESCAPED.sub(_unescaped, content)):
        raise UploadActiveContent(found[1].decode())
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
            _check(pdf)
    except pikepdf.PasswordError as error:
        raise UploadEncrypted from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise UploadMalformed("it cannot be read") from error


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])


def _check(pdf: pikepdf.Pdf) -> None:
    if pdf.is_encrypted or "/Encrypt" in pdf.trailer:
        raise UploadEncrypted
    if len(pdf.objects) > MAX_OBJECTS:
        raise UploadBomb(f"{len(pdf.objects)} objects")
    if not len(pdf.pages):
        raise UploadMalformed("it has no pages")
    _check_opening(pdf.Root.get("/OpenAction"))
    budget = MAX_UNFOLDED
    for thing in _everything(pdf):
        _check_values(thing)
        if isinstance(thing, pikepdf.Stream):
            budget -= _unfolded_size(thing)
            if budget < 0:
                raise UploadBomb("it unfolds beyond all measure")


def _everything(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary and stream, wherever it stands; an object of its own comes once, not again where it is used."""
    seen = 0
    for top in pdf.objects:
        waiting = [top]
        while waiting:
            thing = waiting.pop()
            seen += 1
            if seen > MAX_NESTED:
                raise UploadBomb("too many things in it")
            if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                yield thing
                inner = [value for _, value in thing.items()]
            elif isinstance(thing, pikepdf.Array):
                inner = list(thing)
            else:
                continue
            waiting += [one for one in inner if isinstance(one, pikepdf.Object) and not one.is_indirect]


def _check_values(thing: Any) -> None:
    keys = set(thing.keys())
    if found := keys & ACTIVE_KEYS:
        raise UploadActiveContent(min(found).lstrip("/"))
    if "/AA" in keys and len(thing["/AA"]):
        raise UploadActiveContent("AA")
    if "/S" in keys and (action := str(thing["/S"])) in ACTIVE_ACTIONS:
        raise UploadActiveContent(action.lstrip("/"))
    for key in ("/Type", "/Subtype"):
        if key in keys and (kind := str(thing[key])) in ACTIVE_TYPES:
            raise UploadActiveContent(kind.lstrip("/"))
    if "/URI" in keys and isinstance(thing["/URI"], pikepdf.String):
        _check_address(str(thing["/URI"]))


def _check_address(address: str) -> None:
    scheme, colon, _ = address.strip().partition(":")
    named = colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.\-]*", scheme) and "." not in scheme
    if (named and scheme.lower() not in CLICKED) or address.strip().startswith(("\\", "//")):
        raise UploadActiveContent("a link to something that is no web page")


def _check_opening(action: Any) -> None:
    """Many programs say at which page to open; only that is let pass."""
    if action is None or isinstance(action, pikepdf.Array):
        return
    if not isinstance(action, pikepdf.Dictionary) or action.get("/S") != "/GoTo" or "/Next" in action:
        raise UploadActiveContent("OpenAction")


def _unfolded_size(stream: pikepdf.Stream) -> int:
    """How much a stream unfolds to, as far as Flate folds it. Raises UploadRefused."""
    if "/F" in stream or "/FFilter" in stream:
        raise UploadActiveContent("a stream that lies elsewhere")
    named = stream.get("/Filter")
    filters = [] if named is None else [str(one) for one in named] if isinstance(named, pikepdf.Array) else [str(named)]
    if len(filters) > MAX_FILTERS or not FILTERS.issuperset(filters):
        raise UploadMalformed("a stream is folded in an uncommon way")
    data = bytes(stream.read_raw_bytes())
    for name in filters:
        if name not in FLATE:
            break
        data = _inflated(data)
    return len(data)


def _inflated(data: bytes) -> bytes:
    unfolding, found = zlib.decompressobj(), bytearray()
    try:
        while data and not unfolding.eof:
            found += unfolding.decompress(data, 1 << 22)
            data = unfolding.unconsumed_tail
            if len(found) > MAX_STREAM:
                raise UploadBomb("a stream unfolds without end")
    except zlib.error:
        # Readers show what there is of a damaged stream: it counts so far, and is no danger.
        return bytes(found)
    return bytes(found)
