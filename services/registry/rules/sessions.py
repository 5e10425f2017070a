"""Refresh tokens: what one is made of, and what showing one means.

A token is a family, which stays for the session's life, and a secret, which each refresh replaces. Both are random and only
their hashes are stored. Whoever knows the family has held a token of this session, so a wrong secret beside the right family
is a token used before: it leaked, and the session ends.

One case looks the same and is none: the answer to a refresh got lost, and the device asks again with the token it still has.
The next secret is therefore not drawn but derived, by a key, from the one before: within a short grace the same question
gets the same answer, byte for byte. There are never two live tokens. A thief who is first within the grace holds what the
owner holds, and whichever of them comes second to the next refresh, after the grace, ends the session.
"""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

_FAMILY_BYTES = 16
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """`lifetime` counts from the last refresh."""

    lifetime: timedelta
    grace: timedelta


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One refresh token, taken apart."""

    family: bytes
    secret: bytes

    @classmethod
    def new(cls) -> Self:
        return cls(secrets.token_bytes(_FAMILY_BYTES), secrets.token_bytes(_SECRET_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what was never a token of ours."""
        try:
            raw = base64.b64decode(text, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(raw) != _FAMILY_BYTES + _SECRET_BYTES:
            return None
        return cls(raw[:_FAMILY_BYTES], raw[_FAMILY_BYTES:])

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(self.family + self.secret).decode()

    @property
    def family_hash(self) -> bytes:
        return hashlib.sha256(self.family).digest()

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self.family + self.secret).digest()


class Verdict(StrEnum):
    """What to do with a token that was shown."""

    ROTATE = "ROTATE"
    REPEAT = "REPEAT"
    END = "END"


def judge(shown: bytes, current: bytes, previous: bytes | None, since_rotation: timedelta, policy: SessionPolicy) -> Verdict:
    """Decide by the hashes of the token shown, of the newest token and of the one before it."""
    if shown == current:
        return Verdict.ROTATE
    if shown == previous and since_rotation <= policy.grace:
        return Verdict.REPEAT
    return Verdict.END


def is_over(expires_at: datetime, now: datetime) -> bool:
    return expires_at <= now
