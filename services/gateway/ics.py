"""Bookings as iCalendar (RFC 5545), for whatever calendar people use.

All moments are in UTC, which needs no time zone to be described. UID is the booking's, and SEQUENCE rises with each change
of it or of its lecture: a calendar that has an older one replaces it, and takes away what is CANCELLED. The same bookings
are the same bytes.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from fahu.courses.v1 import calendar_feed_service_pb2 as pb
from fahu.courses.v1 import lecture_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from icalendar import Calendar, Event
from starlette.responses import Response

from services.gateway.headers import Heads
from services.gateway.texts import Language
from services.gateway.texts import calendars as texts

MEDIA = "text/calendar; charset=utf-8"
PRODUCT = "-//fahu-jinqi//courses//ZH"
# How often a calendar is asked to look again; not all heed it.
REFRESH = timedelta(hours=1)
TENTATIVE = {
    lecture_pb2.BOOKING_STATE_WAITING: texts.WAITING,
    lecture_pb2.BOOKING_STATE_OFFERED: texts.OFFERED,
}
ENDED = (lecture_pb2.BOOKING_STATE_CANCELLED, lecture_pb2.BOOKING_STATE_LAPSED)


def calendar_answer(entries: Iterable[pb.CalendarEntry], heads: Heads, name: str) -> Response:
    """A calendar to open or subscribe to; 304 if the client has the same already."""
    content = calendar_of(entries, heads.language)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "private, no-cache", "vary": "Accept-Language"}
    if heads.has(etag):
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = f'attachment; filename="{name}.ics"'
    return Response(content, headers=headers, media_type=MEDIA)


def calendar_of(entries: Iterable[pb.CalendarEntry], language: Language) -> bytes:
    """One calendar of bookings."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", texts.NAME.say(language))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        calendar.add_component(_event(entry, language))
    return bytes(calendar.to_ical())


def _event(entry: pb.CalendarEntry, language: Language) -> Event:
    booking, event = entry.booking, Event()
    prefix = TENTATIVE[booking.state].say(language) if booking.state in TENTATIVE else ""
    event.add("uid", f"{booking.id}@fahu-jinqi")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", _utc(entry.changed_at))
    event.add("last-modified", _utc(entry.changed_at))
    event.add("dtstart", _utc(booking.starts_at))
    event.add("dtend", _utc(booking.ends_at))
    event.add("summary", prefix + texts.SUMMARY.say(language, title=booking.lecture_title))
    event.add("location", booking.place)
    event.add("description", _description(entry, language))
    event.add("status", _status(booking.state))
    # Who only waits is not busy then.
    event.add("transp", "OPAQUE" if _status(booking.state) == "CONFIRMED" else "TRANSPARENT")
    return event


def _status(state: int) -> str:
    if state in ENDED:
        return "CANCELLED"
    return "TENTATIVE" if state in TENTATIVE else "CONFIRMED"


def _description(entry: pb.CalendarEntry, language: Language) -> str:
    lines = (
        texts.UNIT.say(language, unit=entry.unit_name),
        texts.LECTURER.say(language, lecturer=entry.lecturer_name),
        texts.HEADS.say(language, heads=entry.booking.heads),
        texts.SERIAL.say(language, serial=entry.booking.lecture_serial),
    )
    return "\n".join(lines)


def _utc(stamp: Timestamp) -> datetime:
    """To the second, as a calendar has it."""
    return datetime.fromtimestamp(stamp.seconds, UTC)
