"""Page tokens for lists read by keyset: where the last page ended, bound to the filter it was read with.

A token is neither secret nor signed. Whoever forges one only chooses where a list begins, and every row of
it is filtered by the caller's rights anyway. What matters is that garbage is refused with a clear error
before it reaches a query; every check below is one that a database error would otherwise report.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.errors import InvalidArgument

Key = str | int | datetime | UUID

DEFAULT_PAGE_SIZE = 20
MAX_PAGE_SIZE = 100

_VERSION = 1
_MAX_TOKEN_LENGTH = 4_000
_BIGINT = range(-(2**63), 2**63)


class BadPageToken(InvalidArgument):
    """The token is garbage, or of another list or filter."""

    reason = "PAGE_TOKEN_INVALID"
    message = "The page token is not one of this list."


class BadPageSize(InvalidArgument):
    """The page size is negative."""

    reason = "PAGE_SIZE_INVALID"
    message = "The page size must not be negative."


def fingerprint(**filters: object) -> str:
    """One text for a list's name and the filters in force, whatever their order; both functions take it."""
    return json.dumps(filters, sort_keys=True, default=str, ensure_ascii=False)


def encode_token(filter_fingerprint: str, keys: Sequence[Key]) -> str:
    """The token for the page after the row with these sort keys."""
    content = [_VERSION, _digest(filter_fingerprint), [_pack(key) for key in keys]]
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_token(token: str, filter_fingerprint: str, kinds: Sequence[type[Key]] | None = None) -> tuple[Any, ...]:
    """The sort keys in a token. Raises BadPageToken when it is malformed or belongs to another filter.

    With `kinds`, the types of the list's sort keys, keys of other types or number are refused as well; give
    it wherever the keys go into a query.
    """
    try:
        keys = _unpack_token(token, _digest(filter_fingerprint))
    except (ValueError, TypeError, LookupError, RecursionError):
        raise BadPageToken from None
    if kinds is not None and [type(key) for key in keys] != list(kinds):
        raise BadPageToken
    return keys


def normal_page_size(requested: int | None) -> int:
    """The size to use: 20 when none (or 0) is asked for, never more than 100."""
    if requested is not None and requested < 0:
        raise BadPageSize
    return min(requested or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)


def _unpack_token(token: str, digest: str) -> tuple[Key, ...]:
    if len(token) > _MAX_TOKEN_LENGTH:
        raise ValueError("too long")
    padded = token + "=" * (-len(token) % 4)
    version, filtered_by, packed = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    if version != _VERSION or filtered_by != digest or not isinstance(packed, list):
        raise ValueError("another version, filter or form")
    return tuple(_unpack(key) for key in packed)


def _digest(filter_fingerprint: str) -> str:
    # Shortens the token, and keeps what people searched for out of addresses and access logs.
    return hashlib.sha256(filter_fingerprint.encode()).hexdigest()[:16]


def _pack(key: Key) -> str | int | dict[str, str]:
    match key:
        case datetime():
            if key.tzinfo is None:
                raise ValueError("a sort key in time needs a time zone")
            return {"at": key.isoformat()}
        case UUID():
            return {"id": str(key)}
    return key


def _unpack(packed: object) -> Key:
    match packed:
        case bool():
            raise ValueError("no sort key is a truth value")
        case int() if packed in _BIGINT:
            return packed
        case str() if "\x00" not in packed:
            packed.encode()  # a lone surrogate fails here and not in the driver
            return packed
        case {"at": str(text), **rest} if not rest:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError("without a time zone")
            return moment
        case {"id": str(text), **rest} if not rest:
            return UUID(text)
    raise ValueError("not a sort key")
