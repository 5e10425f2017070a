"""CalendarService: the tables of working days."""

from typing import Any

from fahu.dispatch.v1 import calendar_service_pb2 as rpc
from fahu.dispatch.v1.calendar_service_pb2_grpc import CalendarServiceServicer
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database
from kit.rpc.interceptors import actor_of
from services.dispatch import rules
from services.dispatch.announcements import stamp
from services.dispatch.models import CalendarTable
from services.dispatch.moves import Course
from services.dispatch.protos import day_of
from services.dispatch.queries import calendars as queries
from services.dispatch.rules import YearTable
from services.dispatch.service import calendars
from services.dispatch.servicer.edge import now


class CalendarServicer(CalendarServiceServicer):
    """See proto/fahu/dispatch/v1/calendar_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self.course = course

    async def ListCalendars(self, request: rpc.ListCalendarsRequest, context: Any) -> rpc.ListCalendarsResponse:
        async with self.db.read() as session:
            revision, found = await queries.revision(session), await queries.years(session)
        return rpc.ListCalendarsResponse(calendars=[_calendar_of(table) for table in found], revision=revision)

    async def GetCalendar(self, request: rpc.GetCalendarRequest, context: Any) -> rpc.GetCalendarResponse:
        async with self.db.read() as session:
            revision = await queries.revision(session)
            return rpc.GetCalendarResponse(calendar=await _shown(session, request.year), revision=revision)

    async def SetCalendar(self, request: rpc.SetCalendarRequest, context: Any) -> rpc.SetCalendarResponse:
        async with self.db.begin() as session:
            table = _table_of(request)
            await calendars.set_year(session, actor_of(context), request.expected_revision, table, now())
            revision = await queries.revision(session)
            shown = await _shown(session, request.year)
        # Whoever loaded it counts by it at once; the clocks that run follow, as do other processes.
        async with self.db.read() as session:
            await calendars.refresh(session, self.course)
        return rpc.SetCalendarResponse(calendar=shown, revision=revision)


def _table_of(request: rpc.SetCalendarRequest) -> YearTable:
    days_off = (rules.read_day(day, "days_off") for day in request.days_off)
    workdays = (rules.read_day(day, "workdays") for day in request.workdays)
    return YearTable(
        request.year, request.notice.strip(), tuple(day for day in days_off if day), tuple(day for day in workdays if day)
    )


async def _shown(session: AsyncSession, year: int) -> rpc.Calendar:
    found = await queries.year(session, year)
    if found is None:
        return rpc.Calendar(year=year)
    calendar = _calendar_of(found.table)
    calendar.days_off.extend(map(day_of, found.days_off))
    calendar.workdays.extend(map(day_of, found.workdays))
    return calendar


def _calendar_of(table: CalendarTable) -> rpc.Calendar:
    return rpc.Calendar(
        year=table.year,
        revision=table.revision,
        notice=table.notice,
        loaded_by=str(table.loaded_by or ""),
        loaded_at=stamp(table.loaded_at),
    )
