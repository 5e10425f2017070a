"""The sweeper: warns when half and four fifths of a term are gone, and books what ran past its due time (DEM-5, DEM-7).

Several replicas may sweep at once: a clock and its demand are locked together and skipped where somebody else holds either,
so nobody waits and each warning is fired once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fahu.dispatch.v1 import demand_pb2, events_pb2
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import fraction_at
from kit.events import outbox
from services.dispatch import moves, rules
from services.dispatch.announcements import Contacts, stamp, subject_of
from services.dispatch.models import Demand
from services.dispatch.moves import Act, Course
from services.dispatch.queries import reference as reference_queries
from services.dispatch.rules import Clock, Party

BATCH = 200
CLAIM = text("""
SELECT c.id AS clock_id, c.kind AS clock_kind, c.holder, c.started_at, c.due_at, c.fired,
       d.id, d.serial, d.version, d.state, d.enterprise_id, d.lead_unit_code, d.round, d.category_code, d.channel,
       (SELECT liaison_person_id FROM liaison_point p
        WHERE p.enterprise_id = d.enterprise_id ORDER BY year DESC LIMIT 1) AS liaison,
       (SELECT contact_ids FROM unit WHERE code = d.lead_unit_code) AS agency,
       (SELECT contact_ids FROM unit WHERE code = :centre) AS centre
FROM demand_clock c JOIN demand d ON d.id = c.demand_id
WHERE c.next_look <= :now ORDER BY c.next_look LIMIT :batch FOR UPDATE OF c, d SKIP LOCKED
""")
BOOK = text("""
UPDATE demand_clock c SET fired = f.fired, next_look = f.next_look,
  breached_at = CASE WHEN f.fired = 100 THEN CAST(:now AS timestamptz) END
FROM unnest(CAST(:ids AS uuid[]), CAST(:fired AS bigint[]), CAST(:looks AS timestamptz[])) AS f(id, fired, next_look)
WHERE c.id = f.id
""")


@dataclass(frozen=True, slots=True)
class Firing:
    """A clock that has reached a mark: 50, 80 or 100 per cent of its time."""

    row: Row[Any]
    percent: int
    next_look: datetime | None


async def sweep(session: AsyncSession, course: Course, now: datetime) -> int:
    """Fire what is due, at most one batch. Returns how many clocks it looked at; a full batch means there may be more."""
    found = (await session.execute(CLAIM, {"now": now, "batch": BATCH, "centre": reference_queries.CENTRE_UNIT})).all()
    firings = [firing_of(row, now) for row in found]
    if firings:
        await _book(session, firings, now)
    for firing in firings:
        if firing.percent == 100 and firing.row.clock_kind == Clock.RATING:
            await _expire(session, firing, course, now)
        else:
            outbox.add(session, _event(firing), str(firing.row.id), firing.row.version)
    return len(found)


def firing_of(row: Row[Any], now: datetime) -> Firing:
    """The highest mark that has passed; marks skipped while nobody swept are not made up for."""
    marks = {percent: fraction_at(row.started_at, row.due_at, percent / 100) for percent in rules.WARNINGS}
    percent = max(p for p, at in marks.items() if at <= now)
    ahead = [at for p, at in marks.items() if p > percent]
    return Firing(row, percent, min(ahead) if ahead else None)


async def _book(session: AsyncSession, firings: Sequence[Firing], now: datetime) -> None:
    values = {
        "ids": [f.row.clock_id for f in firings],
        "fired": [f.percent for f in firings],
        "looks": [f.next_look for f in firings],
        "now": now,
    }
    await session.execute(BOOK, values)


def _event(firing: Firing) -> events_pb2.DeadlineWarning | events_pb2.DeadlineBreached:
    row = firing.row
    fields: dict[str, Any] = {
        "demand": subject_of(row._asdict()),
        "clock": demand_pb2.ClockKind.Value(f"CLOCK_KIND_{row.clock_kind}"),
        "due_at": stamp(row.due_at),
    }
    holder = Party(row.holder)
    if firing.percent == 100:
        return events_pb2.DeadlineBreached(audience=_contacts(row).of((holder, Party.CENTRE)), **fields)
    return events_pb2.DeadlineWarning(audience=_contacts(row).of((holder,)), percent=firing.percent, **fields)


def _contacts(row: Row[Any]) -> Contacts:
    return Contacts((row.liaison,) if row.liaison else (), tuple(row.agency or ()), tuple(row.centre or ()))


async def _expire(session: AsyncSession, firing: Firing, course: Course, now: datetime) -> None:
    """Close a reply that nobody rated in time. Unrated is not satisfied: the demand says so for ever."""
    demand = await session.get_one(Demand, firing.row.id)
    written = moves.start({column.key: getattr(demand, column.key) for column in demand.__table__.columns})
    act, contacts = Act(None, now), _contacts(firing.row)
    moves.take(written, rules.Action.EXPIRE, act, course, contacts, {"rating_expired": True}, {"rating_expired": True})
    await moves.save(session, written)
