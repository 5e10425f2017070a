"""A calendar as calendars read it: moments in UTC, what ended is cancelled, and any text comes through."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fahu.courses.v1 import calendar_feed_service_pb2 as rpc
from fahu.courses.v1 import lecture_pb2 as pb
from google.protobuf.timestamp_pb2 import Timestamp
from icalendar import Calendar, Event

from kit.calendar import BEIJING
from services.gateway.ics import calendar_of

BEGINS = datetime(2026, 6, 18, 14, 0, tzinfo=BEIJING)
CONFIRMED, TENTATIVE, CANCELLED = "CONFIRMED", "TENTATIVE", "CANCELLED"


def entry(state: str = "CONFIRMED", **changes: Any) -> rpc.CalendarEntry:
    begins, ends, changed = Timestamp(), Timestamp(), Timestamp(seconds=1_780_000_000, nanos=999)
    begins.FromDatetime(BEGINS.astimezone(UTC))
    ends.FromDatetime(BEGINS.replace(hour=16).astimezone(UTC))
    values: dict[str, Any] = {
        "lecture_title": "解除劳动合同",
        "place": "报告厅",
        "heads": 2,
        "lecture_serial": "JK2026-000012",
    }
    booking = pb.Booking(
        id="019ab0e0-0021-7c1f-8e0a-5c1d2b3a4f77",
        state=pb.BookingState.Value(f"BOOKING_STATE_{state}"),
        starts_at=begins,
        ends_at=ends,
        **(values | changes),
    )
    return rpc.CalendarEntry(booking=booking, unit_name="区人社局", lecturer_name="例讲师", sequence=5, changed_at=changed)


def read(content: bytes) -> Event:
    [event] = Calendar.from_ical(content).events
    return event


def test_moments_are_those_of_shanghai_told_in_utc() -> None:
    content = calendar_of([entry()], "zh")
    assert b"DTSTART:20260618T060000Z\r\n" in content
    assert b"DTEND:20260618T080000Z\r\n" in content
    assert read(content).start == BEGINS


@pytest.mark.parametrize(
    ("state", "status", "busy"),
    [
        ("CONFIRMED", CONFIRMED, "OPAQUE"),
        ("ATTENDED", CONFIRMED, "OPAQUE"),
        ("NO_SHOW", CONFIRMED, "OPAQUE"),
        ("WAITING", TENTATIVE, "TRANSPARENT"),
        ("OFFERED", TENTATIVE, "TRANSPARENT"),
        ("CANCELLED", CANCELLED, "TRANSPARENT"),
        ("LAPSED", CANCELLED, "TRANSPARENT"),
    ],
)
def test_each_state_of_a_booking_has_its_status(state: str, status: str, busy: str) -> None:
    event = read(calendar_of([entry(state)], "zh"))
    assert (event["status"], event["transp"], event["sequence"]) == (status, busy, 5)
    assert event["uid"] == "019ab0e0-0021-7c1f-8e0a-5c1d2b3a4f77@fahu-jinqi"


def test_who_waits_reads_it_at_once() -> None:
    assert str(read(calendar_of([entry("WAITING")], "zh"))["summary"]) == "（候补）法治宣讲：解除劳动合同"
    assert str(read(calendar_of([entry("OFFERED")], "en"))["summary"]).startswith("(to be confirmed) Lecture on law: ")


def test_any_title_comes_through() -> None:
    """Lines are folded by octets, never within a character, and nothing in a title begins a line of its own."""
    title = "合同；违约, 赔偿\\与{braces}\nEND:VEVENT\r\nX-EVIL:1" + "很长的标题" * 30
    content = calendar_of([entry(lecture_title=title)], "zh")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    for line in content.split(b"\r\n"):
        line.decode()
    event = read(content)
    assert "X-EVIL" not in event
    assert str(event["summary"]).replace("\r\n", "\n") == "法治宣讲：" + title.replace("\r\n", "\n")


def test_the_same_bookings_are_the_same_bytes() -> None:
    assert calendar_of([entry()], "zh") == calendar_of([entry()], "zh")
    assert len(Calendar.from_ical(calendar_of([], "zh")).events) == 0
