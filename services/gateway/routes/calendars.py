"""Which days are worked: the tables of the State Council's notices by year, 调休 included."""

from datetime import datetime
from typing import Annotated, Any

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import calendar_service_pb2 as pb
from fastapi import APIRouter, Depends, Path
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import AnyRole, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.schemas import UNIQUE, Day, Id, In, Out, written
from services.gateway.words import moment

router = APIRouter(prefix="/api/v1/calendars", tags=["calendars"])
CentreLead = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD))]
Year = Annotated[int, Path(ge=2000, le=2199)]


class CalendarIn(In):
    """放假通知的内容；放假日可含周末，调休上班日须为周末。"""

    notice: Annotated[str, written(200)]
    days_off: Annotated[list[Day], Field(min_length=1, max_length=100, json_schema_extra=UNIQUE)]
    workdays: Annotated[list[Day], Field(max_length=100, json_schema_extra=UNIQUE)]


class CalendarYear(Out):
    """一个年度的节假日安排。"""

    year: int
    revision: Annotated[int, Field(description="第几次载入；0 为尚未公布。Revision it came with; 0 if not published.")]
    notice: str
    loaded_by: Annotated[Id | None, Field(description="平台自带的为空。Null for those that came with the platform.")]
    loaded_at: datetime | None


class CalendarOut(CalendarYear):
    """With its days."""

    days_off: list[Day]
    workdays: list[Day]


class Calendars(Out):
    """The years that have a table, in order."""

    calendars: list[CalendarYear]


@router.get("", summary="各年度节假日安排", openapi_extra=tells())
async def list_calendars(caller: AnyRole) -> Calendars:
    """Which years have a table. What reaches into others is provisional."""
    answer = await caller.clients.calendars.ListCalendars(pb.ListCalendarsRequest())
    return Calendars(calendars=[CalendarYear(**_year(one)) for one in answer.calendars])


@router.get("/{year}", response_model=CalendarOut, summary="一个年度的节假日安排", openapi_extra=tells(etag=True))
async def get_calendar(year: Year, caller: AnyRole) -> Response:
    """The free days and make-up days of a year; none if they are not published. The ETag is that of the whole calendar."""
    answer = await caller.clients.calendars.GetCalendar(pb.GetCalendarRequest(year=year))
    etag = etag_of(answer.revision)
    if caller.heads.has(etag):
        return Response(status_code=304, headers={"etag": etag})
    return json_answer(_calendar(answer.calendar), headers={"etag": etag})


@router.put(
    "/{year}",
    response_model=CalendarOut,
    summary="载入年度节假日安排",
    openapi_extra=tells("DAY_INVALID", "CALENDAR_DAY_INVALID", versioned=True, etag=True),
)
async def set_calendar(year: Year, body: CalendarIn, caller: CentreLead) -> Response:
    """Load a year's table; terms that run are counted again. The same said twice takes effect once."""
    request = pb.SetCalendarRequest(
        year=year,
        expected_revision=caller.heads.version(),
        notice=body.notice,
        days_off=body.days_off,
        workdays=body.workdays,
    )
    answer = await caller.clients.calendars.SetCalendar(request)
    return json_answer(_calendar(answer.calendar), headers={"etag": etag_of(answer.revision)})


def _year(one: pb.Calendar) -> dict[str, Any]:
    return {
        "year": one.year,
        "revision": one.revision,
        "notice": one.notice,
        "loaded_by": one.loaded_by or None,
        "loaded_at": moment(one, "loaded_at"),
    }


def _calendar(one: pb.Calendar) -> CalendarOut:
    return CalendarOut(**_year(one), days_off=list(one.days_off), workdays=list(one.workdays))
