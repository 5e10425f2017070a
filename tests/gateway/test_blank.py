"""A text that must say something does: what nobody sees is nothing, by the gateway's schema and by the contracts alike."""

import re
import unicodedata
from pathlib import Path
from typing import Annotated

import pytest
from fahu.dispatch.v1 import dispatch_service_pb2 as pb
from pydantic import TypeAdapter, ValidationError

from kit.rpc.validation import violations_of
from services.gateway.schemas import written

PROTO = Path(__file__).parents[2] / "proto"
TEXT: TypeAdapter[str] = TypeAdapter(Annotated[str, written(100)])
NOTHING = {
    "a space": " ",
    "an ideographic space": "\u3000",
    "a zero-width space": "\u200b",
    "a joiner": "\u200d\u2060",
    "a byte order mark": "\ufeff",
    "the braille blank": "\u2800",
    "the Hangul filler": "\u3164",
    "other Hangul fillers": "\u115f\u1160\uffa0",
    "a mark on nothing": "\u0301\u20dd",
    "a variation selector": "\ufe0f",
    "a mark of the kana": "\u3099",
    "an object that is not there": "\ufffc",
    "a soft hyphen": "\u00ad",
    "private use": "\ue000",
    "several": "\u2800\u3164 \u200b\u0301",
}
SOMETHING = ("题", "é", "e\u0301", "\u2800题", "か\u3099", "1", "?", "😀", "\U00020000", "❤\ufe0f", "नि")


def schema_takes(text: str) -> bool:
    try:
        TEXT.validate_python(text)
    except ValidationError:
        return False
    return True


def contract_takes(text: str) -> bool:
    found = violations_of(pb.SubmitDemandRequest(title=text))
    return "title" not in {violation.field for violation in found}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING.keys())
def test_what_nobody_sees_says_nothing(text: str) -> None:
    assert (schema_takes(text), contract_takes(text)) == (False, False)


@pytest.mark.parametrize("text", SOMETHING)
def test_what_somebody_sees_says_something(text: str) -> None:
    assert (schema_takes(text), contract_takes(text)) == (True, True)


def test_schema_and_contract_agree_on_every_character() -> None:
    """On all that could be doubtful in the basic plane; beyond it, the contract alone knows."""
    doubtful = [chr(n) for n in range(1, 0x10000) if unicodedata.category(chr(n))[0] in "MZC" and not 0xD800 <= n <= 0xDFFF]
    doubtful = [c for c in doubtful if unicodedata.category(c) not in ("Cn", "Co")] + ["\ue000", "\uf8ff", "\u3164"]
    assert [hex(ord(c)) for c in doubtful if schema_takes(c) is not contract_takes(c)] == []


def test_every_contract_means_the_same_by_it() -> None:
    patterns = {
        found
        for path in PROTO.rglob("*.proto")
        for found in re.findall(r'pattern: "(\[\^\\\\s.*?\])"', path.read_text("utf-8"))
    }
    assert len(patterns) == 1
