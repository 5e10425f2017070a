"""What may be taken for a text or a name that somebody typed, and goes back into a spreadsheet."""

import re

# Cells that begin so are run as formulas by the spreadsheet that opens an export. The full-width forms too, in some.
_FORMULA = re.compile(r"[=+\-@＝＋－＠]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_PERSON_NAME = re.compile(r"[^\W\d_][\w·•.（）() '-]{0,49}")


def is_safe_text(text: str) -> bool:
    """False if a spreadsheet would run the text as a formula, or if it holds characters that nobody sees."""
    return not _FORMULA.match(text) and not _CONTROL.search(text)


def is_person_name(text: str) -> bool:
    """A letter first, then at most 49 letters, digits, dots, spaces and brackets."""
    return bool(_PERSON_NAME.fullmatch(text))
