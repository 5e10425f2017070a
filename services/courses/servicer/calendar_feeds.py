"""CalendarFeedService: bookings for the calendars that people use anyway."""

from typing import Any
from uuid import UUID

from fahu.courses.v1 import calendar_feed_service_pb2 as rpc
from fahu.courses.v1.calendar_feed_service_pb2_grpc import CalendarFeedServiceServicer

from kit.db import Database
from kit.errors import PermissionDenied
from kit.rpc.interceptors import actor_of
from services.courses.queries import calendar_feeds as queries
from services.courses.queries.calendar_feeds import Entry
from services.courses.service import calendar_feeds
from services.courses.servicer.bookings import booking
from services.courses.servicer.edge import errand, now, stamp


class CalendarFeedServicer(CalendarFeedServiceServicer):
    """See proto/fahu/courses/v1/calendar_feed_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def GetCalendarEntry(self, request: rpc.GetCalendarEntryRequest, context: Any) -> rpc.GetCalendarEntryResponse:
        async with self.db.read() as session:
            found = await queries.entry(session, actor_of(context), UUID(request.booking_id))
        return rpc.GetCalendarEntryResponse(entry=_entry(found))

    async def RenewCalendarFeed(self, request: rpc.RenewCalendarFeedRequest, context: Any) -> rpc.RenewCalendarFeedResponse:
        actor = actor_of(context)
        if actor.organisation_id is None:
            raise PermissionDenied
        async with errand(self.db, actor, request, "") as begun:
            token = await calendar_feeds.renew(begun, actor.organisation_id)
        return rpc.RenewCalendarFeedResponse(token=token)

    async def GetCalendarFeed(self, request: rpc.GetCalendarFeedRequest, context: Any) -> rpc.GetCalendarFeedResponse:
        async with self.db.read() as session:
            found = await queries.feed(session, request.token, now())
        return rpc.GetCalendarFeedResponse(entries=map(_entry, found))


def _entry(one: Entry) -> rpc.CalendarEntry:
    return rpc.CalendarEntry(
        booking=booking(one.booking, one.lecture),
        unit_name=one.unit_name,
        lecturer_name=one.lecturer_name,
        sequence=one.sequence,
        changed_at=stamp(one.changed_at),
    )
