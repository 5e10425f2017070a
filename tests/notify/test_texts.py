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
from services.notify.catalogue import FOR_STAFF, TEXTS, VARIANTS
from services.notify.catalogue.enterprises import FOR_ENTERPRISES
from services.notify.catalogue.phrases import PHRASES
from services.notify.catalogue.text import Language
from services.notify.rules import Kind
from services.notify.service.lecture_requests import ENDS
from services.notify.texts import Message, render

HAPPENED = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
FACTS: dict[str, list[Any]] = {
    "unit": ["", "hrss"],
    "due": [None, "2026-11-24T09:30:00+00:00"],
    "starts": [None, "2026-11-24T06:00:00+00:00"],
    "opens": [None, "2026-11-24T01:00:00+00:00"],
    "end": ["", *ENDS.values()],
    "reason": sorted(notices.TRIAGE_REASONS.values()),
    "disposition": sorted(notices.DISPOSITIONS.values()),
    "reply": sorted(notices.REPLIES.values()),
    "satisfaction": [1, 2, 3, 4, 5],
    "solved": sorted(notices.SOLVED.values()),
    "look_back": [True, False],
    "unrated": [True, False],
    "clock": sorted(notices.CLOCKS.values()),
    "holder": ["AGENCY", "AGENCY_LEAD", "CENTRE", "CO_HANDLER"],
    "approval": sorted(notices.APPROVALS.values()),
    "return_reason": sorted(notices.RETURN_REASONS.values()),
    "timed_out": [True, False],
    "waived": [True, False],
    "origin": sorted(notices.ORIGINS.values()),
    "outcome": sorted(notices.OUTCOMES.values()),
    "round": [1, 2, 3],
    "level": sorted(notices.LEVELS.values()),
    "upheld": [True, False],
}
PHRASED = {
    "reason": notices.TRIAGE_REASONS,
    "task": notices.CLOCKS,
    "solved": notices.SOLVED,
    "approval": notices.APPROVALS,
    "return_reason": notices.RETURN_REASONS,
    "origin": notices.ORIGINS,
    "outcome": notices.OUTCOMES,
    "level": notices.LEVELS,
}
HAN = re.compile(r"[\u4e00-\u9fff]")


def message(kind: Kind, unit_name: str = "区人社局", **facts: object) -> Message:
    return Message(kind, uuid4(), "FH2026-000123", facts, HAPPENED, unit_name)


def every_set_of_facts() -> Iterator[dict[str, object]]:
    """No facts, facts unknown to us, and each value of each fact beside the first values of the others."""
    yield {}
    yield dict.fromkeys(FACTS, "NEW_TO_US") | {"due": None, "starts": None, "opens": None}
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
    for name, values in PHRASED.items():
        assert set(values.values()) - {"UNSPECIFIED"} == set(PHRASES[name]) - {""}, name
    assert PHRASED.keys() | {"satisfaction"} == PHRASES.keys()
    replies = {variant for kind, variant in filter(_is_pair, FOR_ENTERPRISES) if kind is Kind.DEMAND_REPLIED}
    assert set(notices.REPLIES.values()) - {"UNSPECIFIED"} == replies - {""}


def test_a_kind_with_several_texts_says_which_fact_chooses() -> None:
    assert {key[0] for key in TEXTS if isinstance(key, tuple)} == VARIANTS.keys()
    assert {key if isinstance(key, Kind) else key[0] for key in TEXTS} == set(Kind)


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
    assisting = message(Kind.CENTRE_DEADLINE_BREACHED, unit="hrss", clock="OPINION", holder="CO_HANDLER")
    assert "应由协办部门" in render(assisting, "zh")[1]
    signing = message(Kind.SUPERVISOR_DEADLINE_BREACHED, unit="hrss", clock="APPROVAL", holder="AGENCY_LEAD")
    assert "应由区人社局分管负责人" in render(signing, "zh")[1]


def test_every_event_with_an_audience_is_listened_to() -> None:
    told: set[Any] = {
        name
        for name, descriptor in events_pb2.DESCRIPTOR.message_types_by_name.items()
        if "audience" in descriptor.fields_by_name
    }
    assert told == {kind.DESCRIPTOR.name for kind in notices.READERS}
