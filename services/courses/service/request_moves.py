"""The one way in which a request for a lecture changes its state, and the clock of whoever's move it is.

Whoever calls holds the lock of the request.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import Due
from kit.deadlines import next_mark, passed
from services.courses.errors import LectureRequestNotYourTurn, LectureRequestWrongState
from services.courses.models import LectureRequest
from services.courses.queries import lecture_requests as queries
from services.courses.rules.lecture_requests import ANSWERS, Action, RequestTerms, Side, after
from services.courses.service import events

AT_ONCE = 200
# The people of each side that are told.
Told = Mapping[Side, list[UUID]]
NOBODY: Told = {}


def check(request: LectureRequest, action: Action, side: Side) -> None:
    """Raises LectureRequestWrongState if this may not be done now, LectureRequestNotYourTurn if the other side may do it."""
    if after(request.state, request.turn, action) is None:
        raise LectureRequestWrongState(state=request.state)
    if action in ANSWERS and request.turn != side:
        raise LectureRequestNotYourTurn


async def move(
    session: AsyncSession,
    request: LectureRequest,
    action: Action,
    now: datetime,
    terms: RequestTerms | None = None,
    reason: str = "",
    lecture_id: UUID | None = None,
    by: UUID | None = None,
) -> None:
    """Do it: give the turn and its time to the other side, or end the request. No terms for what ends it. Whoever does it
    is not told.

    All is written at once, as the database lets nothing be written to what has ended.
    """
    stage = after(request.state, request.turn, action)
    if stage is None:
        raise LectureRequestWrongState(state=request.state)
    told = await _concerned(session, request, stage[1], by)
    if action in ANSWERS and request.turn == Side.AGENCY and request.answered_at is None:
        request.answered_at = now
    request.state, request.turn = stage
    request.end_reason, request.lecture_id = reason or None, lecture_id
    if request.turn and terms:
        request.round += 1
        begin_turn(request, now, terms.due(now))
    else:
        request.next_look = None
    await touch(session, request, now, told)


def begin_turn(request: LectureRequest, now: datetime, due: Due) -> None:
    """Start the clock of whoever's move it is."""
    request.turn_began_at, request.due_at, request.provisional = now, due.at, due.provisional
    request.fired, request.next_look = 0, next_mark(now, due.at, 0)


async def _concerned(session: AsyncSession, request: LectureRequest, turn: Side | None, by: UUID | None) -> Told:
    """Whoever's move it will be; at the end both sides, and who joined."""
    told = {side: await queries.people_of(session, request, [side]) for side in ([turn] if turn else Side)}
    if not turn:
        told[Side.ENTERPRISE] += await queries.joined_people(session, request.id)
    return {side: [one for one in people if one != by] for side, people in told.items()}


async def touch(session: AsyncSession, request: LectureRequest, now: datetime, told: Told = NOBODY) -> None:
    """Write a request anew in its next version, and say so."""
    request.version += 1
    request.changed_at = now
    await session.flush()
    events.request_changed(session, request, told.get(Side.ENTERPRISE, []), told.get(Side.AGENCY, []))


async def hand_over(session: AsyncSession, request_id: UUID, lecturer_id: UUID, now: datetime) -> None:
    """Have another lecturer stand in the agency's offer. Whoever answers it has to have seen that."""
    request = await queries.lock_request(session, request_id)
    request.lecturer_id = lecturer_id
    await touch(session, request, now)


async def look_at_clocks(session: AsyncSession, now: datetime) -> int:
    """Warn when half and four fifths of a term are gone. At its end tell of a late agency, and let a request expire that its
    enterprise did not answer. Marks skipped while nobody looked are not made up for. Returns how many were looked at.
    """
    found = await queries.due_requests(session, now, AT_ONCE)
    for request in found:
        request.fired = passed(request.turn_began_at, request.due_at, now)
        request.next_look = next_mark(request.turn_began_at, request.due_at, request.fired)
        turn = Side.AGENCY if request.turn == Side.AGENCY else Side.ENTERPRISE
        if request.fired < 100:
            told = await queries.people_of(session, request, [turn])
            events.request_due(session, request, request.fired, told)
        elif turn is Side.AGENCY:
            events.request_overdue(session, request, *await queries.told_when_late(session, request))
        else:
            await move(session, request, Action.EXPIRE, now)
    return len(found)
