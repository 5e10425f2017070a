"""Every message in both languages, with all the facts it may or may not have."""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from fahu.dispatch.v1 import events_pb2

from services.notify import notices
from services.notify.catalogue import FOR_ENTERPRISES, FOR_STAFF, PHRASES, Language
from services.notify.rules import Kind
from services.notify.texts import Message, render

HAPPENED = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
FACTS: dict[str, list[Any]] = {
    "unit": ["", "hrss"],
    "due": [None, "2026-11-24T09:30:00+00:00"],
    "reason": sorted(notices.TRIAGE_REASONS.values()),
    "disposition": sorted(notices.DISPOSITIONS.values()),
    "reply": sorted(notices.REPLIES.values()),
    "satisfaction": [1, 2, 3, 4, 5],
    "solved": sorted(notices.SOLVED.values()),
    "look_back": [True, False],
    "unrated": [True, False],
    "clock": sorted(notices.CLOCKS.values()),
}
HAN = re.compile(r"[\u4e00-\u9fff]")


def message(kind: Kind, unit_name: str = "区人社局", **facts: object) -> Message:
    return Message(kind, uuid4(), "FH2026-000123", facts, HAPPENED, unit_name)


def every_set_of_facts() -> Iterator[dict[str, object]]:
    """No facts, facts unknown to us, and each value of each fact beside the first values of the others."""
    yield {}
    yield dict.fromkeys(FACTS, "NEW_TO_US") | {"due": None}
    first = {name: values[0] for name, values in FACTS.items()}
    for name, values in FACTS.items():
        yield from (first | {name: value} for value in values)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_message_reads_whole_whatever_it_knows(kind: Kind, language: Language) -> None:
    for facts, unit_name in itertools.product(every_set_of_facts(), ["", "区人社局"]):
        title, body = render(message(kind, unit_name, **facts), language)
        assert "FH2026-000123" in body
        assert not re.search(r"[{}_]|None|UNSPECIFIED|NEW_TO_US|  |。。|\.\.", title + body)
        assert len(title) <= (20 if language == "zh" else 40)
        assert bool(HAN.search(title)) == (language == "zh")
        assert body.endswith("。" if language == "zh" else ".")


def test_enterprises_are_addressed_and_staff_are_not() -> None:
    assert all("您" in text.body["zh"] for text in FOR_ENTERPRISES.values())
    assert not any("您" in text.body["zh"] for text in FOR_STAFF.values())


def test_every_value_of_the_contract_has_a_phrase_of_its_own() -> None:
    assert set(notices.TRIAGE_REASONS.values()) - {"UNSPECIFIED"} == set(PHRASES["reason"]) - {""}
    assert set(notices.CLOCKS.values()) - {"UNSPECIFIED"} == set(PHRASES["task"]) - {""}
    assert set(notices.SOLVED.values()) - {"UNSPECIFIED"} == set(PHRASES["solved"]) - {""}
    replies = {variant for kind, variant in filter(_is_pair, FOR_ENTERPRISES) if kind is Kind.DEMAND_REPLIED}
    assert set(notices.REPLIES.values()) - {"UNSPECIFIED"} == replies - {""}


def _is_pair(key: object) -> bool:
    return isinstance(key, tuple)


def test_times_are_written_as_people_write_them() -> None:
    due = message(Kind.DEMAND_DISPATCHED, due="2026-11-24T09:30:00+00:00")
    assert "请于11月24日17:30前接收" in render(due, "zh")[1]
    assert "by 17:30 on 24 November;" not in render(due, "en")[1]
    assert "by 17:30 on 24 November" in render(due, "en")[1]
    next_year = message(Kind.DEMAND_DISPATCHED, due="2027-01-04T09:30:00+00:00")
    assert "请于2027年1月4日17:30前接收" in render(next_year, "zh")[1]
    unknown = message(Kind.DEMAND_DISPATCHED)
    assert "请于规定时限内接收" in render(unknown, "zh")[1]


def test_whoever_is_at_it_is_named() -> None:
    assert "区人社局已接收您的需求" in render(message(Kind.DEMAND_ACCEPTED, unit="hrss"), "zh")[1]
    assert "承办部门已接收您的需求" in render(message(Kind.DEMAND_ACCEPTED, "", unit="hrss"), "zh")[1]
    overdue = message(Kind.CENTRE_DEADLINE_BREACHED, "", unit="", clock="TRIAGE")
    assert "应由区综治中心" in render(overdue, "zh")[1]


def test_every_event_with_an_audience_is_listened_to() -> None:
    told: set[Any] = {
        name
        for name, descriptor in events_pb2.DESCRIPTOR.message_types_by_name.items()
        if "audience" in descriptor.fields_by_name
    }
    assert told == {kind.DESCRIPTOR.name for kind in notices.READERS}
