"""Attendance: when a check-in is open, and the secrets by which somebody at the door is known."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

DIGITS = re.compile("[0-9]{6}")


@dataclass(frozen=True, slots=True)
class AttendanceTerms:
    """Check-in is open from `opens_before` the beginning until `late` after the end; a code lasts `code_lasts`."""

    opens_before: timedelta
    late: timedelta
    code_lasts: timedelta

    def may_attend(self, starts_at: datetime, now: datetime) -> bool:
        """Whether people may be at the door by now."""
        return now >= starts_at - self.opens_before

    def code_ends(self, starts_at: datetime, ends_at: datetime, now: datetime) -> datetime | None:
        """When a code made now ends, never after check-in itself does; None while check-in is not open."""
        closes_at = ends_at + self.late
        return min(now + self.code_lasts, closes_at) if self.may_attend(starts_at, now) and now < closes_at else None


def new_code() -> str:
    """Six digits, to be typed. So few are enough only where guesses are counted and whoever guesses has signed in."""
    return f"{secrets.randbelow(10**6):06d}"


def new_scene() -> str:
    """22 characters for a QR code, within the 32 that WeChat allows, that nobody guesses."""
    return secrets.token_urlsafe(16)


def new_token() -> str:
    """32 characters that nobody guesses."""
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> bytes:
    """What is kept of a scene or token. A secret of chance needs no salt."""
    return hashlib.sha256(token.encode()).digest()


def code_hash(lecture_id: UUID, code: str) -> bytes:
    """What is kept of six digits: another lecture's with the same digits look different."""
    return token_hash(f"{lecture_id}/{code}")


def is_digits(code: str) -> bool:
    return bool(DIGITS.fullmatch(code))
