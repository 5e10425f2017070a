"""Invite codes: what one is made of, and how people write it."""

import unicodedata
from datetime import timedelta

CODE_LENGTH = 8
# Without what people take for something else: 0 and O, 1, I and L, S (a 5) and Z (a 2).
ALPHABET = "23456789ABCDEFGHJKMNPQRTUVWXY"
# An account that gave so many wrong codes gives none for the rest of the day.
MOST_FAILURES = 5
FAILURES_COUNT_FOR = timedelta(days=1)


def code_of(drawn: bytes) -> str:
    """The code that these bytes stand for; 29 to the power of 8 are 500 milliards."""
    number, signs = int.from_bytes(drawn), []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[place])
    return "".join(signs)


def normal_code(text: str) -> str:
    """A code as it was made, from how it was typed: case, full-width forms, spaces and hyphens do not matter."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign in ALPHABET)
