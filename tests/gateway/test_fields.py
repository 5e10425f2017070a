"""Fields are named as the body has them, and what is wrong with them is said as it is."""

from typing import Any

import pytest
from fahu.notify.v1.notification_pb2 import CallTask
from pydantic import TypeAdapter, ValidationError

from kit.errors import FieldViolation
from kit.sheets.spreadsheet import LIMITS
from services.gateway import fields
from services.gateway.headers import read
from services.gateway.problems import problem
from services.gateway.routes.call_tasks import CAUSES, CallTaskOut
from services.gateway.schemas import Percent, Score
from services.notify.rules import Cause
from services.registry.errors import ImportTooLarge


def violation(path: str) -> list[dict[str, str]]:
    return fields.of_violations([FieldViolation(path, "string.max_len", "")], "zh", "replace_liaison")


@pytest.mark.parametrize(
    ("field", "route", "sent"),
    [
        ("phone", "replace_liaison", "liaison.phone"),
        ("consented", "replace_liaison", "liaison.consented"),
        ("liaison.name", "replace_liaison", "liaison.name"),
        ("reason", "replace_liaison", "reason"),
        ("liaison.name", "appoint_liaison", "name"),
        ("phone", "appoint_liaison", "phone"),
        ("phone", "sign_in_with_wechat", "phone"),
        ("", "replace_liaison", ""),
    ],
)
def test_a_field_is_named_as_it_was_sent(field: str, route: str, sent: str) -> None:
    assert fields.as_sent(field, route) == sent


def test_a_reason_names_its_field_as_it_was_sent() -> None:
    told = problem(read(()), "PHONE_INVALID", route="replace_liaison")
    assert b'"field": "liaison.phone"' in told.body


def test_a_fault_of_the_whole_body_names_no_field() -> None:
    (told,) = fields.of_schema([{"type": "missing", "loc": ("body",)}], "zh")
    assert told == {"reason": "MISSING", "message": "必填"}
    assert "field" not in violation("")[0]
    assert violation("reason")[0]["field"] == "reason"


@pytest.mark.parametrize("kind", [Score, Percent])
@pytest.mark.parametrize("given", [True, False])
def test_true_is_of_the_wrong_type(kind: Any, given: bool) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(given)
    found = [dict(one) | {"loc": ("body", "satisfaction")} for one in caught.value.errors()]
    assert fields.of_schema(found, "zh") == [{"field": "satisfaction", "reason": "TYPE_WRONG", "message": "类型不正确"}]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_an_import_too_large_is_told_every_limit(language: str) -> None:
    heads = read([(b"accept-language", language.encode())])
    told = bytes(problem(heads, "IMPORT_TOO_LARGE", metadata=ImportTooLarge(**LIMITS).metadata).body).decode()
    assert all(limit in told.split('"detail"')[1].split('"rows"')[0] for limit in LIMITS.values())


@pytest.mark.parametrize("cause", list(Cause))
def test_why_somebody_is_to_be_called_is_said_in_words(cause: Cause) -> None:
    zh = CallTaskOut.of(CallTask(cause=cause), {}, "zh")
    assert (zh.cause, zh.cause_text) == (cause.lower(), CAUSES[cause.lower()].zh)
    assert CallTaskOut.of(CallTask(cause=cause), {}, "en").cause_text == CAUSES[cause.lower()].en
