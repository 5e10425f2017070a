"""What makes a retry recognisable: the fingerprint of a request's content, kept beside its request id."""

import hashlib

from google.protobuf.message import Message

from kit.errors import IdempotencyKeyReused


def fingerprint(request: Message) -> bytes:
    """SHA-256 over the request's name and canonical bytes, its request id included. 32 bytes.

    The name belongs to it: two acts on one thing, neither with any content, have the same bytes.
    """
    name = request.DESCRIPTOR.full_name.encode()
    return hashlib.sha256(name + b"\0" + request.SerializeToString(deterministic=True)).digest()


def check_same(stored: bytes, given: bytes) -> None:
    """Raise IdempotencyKeyReused unless both fingerprints are of the same content."""
    if stored != given:
        raise IdempotencyKeyReused
