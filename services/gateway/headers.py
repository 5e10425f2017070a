"""The request headers that the gateway heeds, read once for each request."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kit.context import new_request_id
from services.gateway import errors
from services.gateway.texts import Language

SCOPE_KEY = "fahu.heads"
IDEMPOTENCY_KEY = r"[\x21-\x7e]{1,64}"
IF_MATCH = r'"[1-9][0-9]{0,17}(\.[0-9a-f]{16})?"'
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_KEY = re.compile(IDEMPOTENCY_KEY)
_ETAG = re.compile(IF_MATCH)
_WANTED = frozenset(
    {
        b"authorization",
        b"x-request-id",
        b"idempotency-key",
        b"if-match",
        b"if-none-match",
        b"accept-language",
        b"content-length",
    }
)


@dataclass(slots=True)
class Heads:
    """What the headers say. Values that only some routes need stay raw until they are asked for."""

    request_id: str
    token: str
    language: Language
    length: int | None
    _raw: dict[bytes, bytes]

    def idempotency_key(self) -> str:
        """The client's id of this request. Refused if missing or malformed."""
        given = self._raw.get(b"idempotency-key", b"").decode("latin-1").strip()
        if not given:
            raise errors.IdempotencyKeyMissing
        if not _KEY.fullmatch(given):
            raise errors.IdempotencyKeyInvalid
        return given

    def version(self) -> int:
        """The version that the client saw, from If-Match. Refused if missing or not one ETag of ours."""
        given = self._raw.get(b"if-match", b"").decode("latin-1").strip()
        if not given:
            raise errors.IfMatchMissing
        if not _ETAG.fullmatch(given):
            raise errors.IfMatchInvalid
        return int(given.strip('"').partition(".")[0])

    def has(self, etag: str) -> bool:
        """Whether If-None-Match says that the client has this version already."""
        given = self._raw.get(b"if-none-match")
        if given is None:
            return False
        tags = [tag.strip().removeprefix("W/") for tag in given.decode("latin-1").split(",")]
        return etag in tags or tags == ["*"]


def etag_of(version: int) -> str:
    return f'"{version}"'


def etag_of_content(version: int, content: bytes) -> str:
    """For what is read with things that change without its version: the version, and a mark of what was read."""
    return f'"{version}.{hashlib.sha256(content).hexdigest()[:16]}"'


def read(headers: Iterable[tuple[bytes, bytes]]) -> Heads:
    """Read the ASGI headers of one request."""
    raw = {name: value for name, value in headers if name in _WANTED}
    scheme, _, token = raw.get(b"authorization", b"").decode("latin-1").partition(" ")
    given = raw.get(b"x-request-id", b"")
    length = raw.get(b"content-length", b"")
    return Heads(
        request_id=given.decode() if _REQUEST_ID.fullmatch(given) else new_request_id(),
        token=token.strip() if scheme.lower() == "bearer" else "",
        language=language_of(raw.get(b"accept-language", b"")),
        length=int(length) if length.isdigit() else None,
        _raw=raw,
    )


def language_of(accepted: bytes) -> Language:
    """English only for who prefers it to Chinese."""
    if b"en" not in accepted.lower():
        return "zh"
    best: tuple[float, Language] = (0.0, "zh")
    for part in accepted.decode("latin-1").lower().split(","):
        tag, _, weight = part.strip().partition(";q=")
        quality = float(weight) if re.fullmatch(r"[01](\.[0-9]{0,3})?", weight) else 1.0
        primary = tag.split("-")[0].strip()
        if quality > best[0] and primary in ("zh", "en", "*"):
            best = (quality, "en" if primary == "en" else "zh")
    return best[1]
