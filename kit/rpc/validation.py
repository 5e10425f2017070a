"""Whether a request keeps the rules of its contract, and one rule that all contracts share: no text holds a NUL.

PostgreSQL cannot store that character, so it must stop at the edge and not in the middle of a transaction.
"""

from collections.abc import Iterator
from typing import Any

import protovalidate
from google.protobuf.message import Message

from kit.errors import FieldViolation

NUL = "\x00"
NO_NUL = "string.no_nul"


def violations_of(request: Message) -> list[FieldViolation]:
    """Everything that is wrong with a request; empty if it may pass."""
    found = [_violation(v.proto) for v in protovalidate.collect_violations(request)]
    if NUL.encode() in request.SerializeToString():  # rarely true, then mostly a number's byte
        found += [FieldViolation(path, NO_NUL, "must not contain the character NUL") for path in _nuls(request)]
    return found


def _violation(found: Any) -> FieldViolation:
    path = ".".join(map(_element, found.field.elements)) if found.field else ""
    return FieldViolation(field=path, rule=found.rule_id, description=found.message)


def _element(element: Any) -> str:
    return f"{element.field_name}[{element.subscript.value}]" if element.subscript else str(element.field_name)


def _nuls(message: Message, before: str = "") -> Iterator[str]:
    """Paths of the texts that hold a NUL."""
    for descriptor, value in message.ListFields():
        name = before + descriptor.name
        values = value if descriptor.is_repeated else [value]
        for position, single in enumerate(values):
            path = f"{name}[{position}]" if descriptor.is_repeated else name
            if isinstance(single, Message):
                yield from _nuls(single, path + ".")
            elif isinstance(single, str) and NUL in single:
                yield path
