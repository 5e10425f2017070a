"""The sweeper: warns when half and four fifths of a term are gone, and books what ran past its due time (DEM-5, DEM-7).

Several replicas may sweep at once: a clock and its demand are locked together and skipped where somebody else holds either,
so nobody waits and each warning is fired once. Two terms end in a move: the enterprise's time to rate, and its time to
answer questions. No term ends in a yes.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fahu.dispatch.v1 import demand_pb2, events_pb2
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.deadlines import next_mark, passed
from kit.events import outbox
from services.dispatch import moves
from services.dispatch.announcements import Contacts, stamp, subject_of
from services.dispatch.moves import Act, Course
from services.dispatch.queries import changes, reference
from services.dispatch.rules import Action, Clock, Party

BATCH = 200
CLAIM = text("""
SELECT c.id AS clock_id, c.kind AS clock_kind, c.holder, c.started_at, c.due_at, c.fired,
       d.id, d.serial, d.version, d.state, d.enterprise_id, d.lead_unit_code, d.round, d.category_code, d.channel,
       d.shielded, d.subject_unit_code,
       (SELECT liaison_person_id FROM liaison_point p
        WHERE p.enterprise_id = d.enterprise_id ORDER BY year DESC LIMIT 1) AS liaison,
       u.contact_ids AS unit_contacts, u.leader_ids AS unit_leaders, s.contact_ids || s.leader_ids AS of_subject,
       (SELECT contact_ids FROM unit WHERE code = :centre) AS centre,
       (SELECT array_agg(p) FROM unit v, unnest(v.contact_ids) p WHERE v.kind = 'SUPERVISOR' AND v.active) AS supervisor
FROM demand_clock c JOIN demand d ON d.id = c.demand_id
LEFT JOIN unit u ON u.code = c.unit_code LEFT JOIN unit s ON s.code = d.subject_unit_code
WHERE c.next_look <= :now ORDER BY c.next_look LIMIT :batch FOR UPDATE OF c, d SKIP LOCKED
""")
BOOK = text("""
UPDATE demand_clock c SET fired = f.fired, next_look = f.next_look,
  breached_at = CASE WHEN f.fired = 100 THEN CAST(:now AS timestamptz) ELSE breached_at END
FROM unnest(CAST(:ids AS uuid[]), CAST(:fired AS bigint[]), CAST(:looks AS timestamptz[])) AS f(id, fired, next_look)
WHERE c.id = f.id
""")
TIMED_OUT = text("""
UPDATE demand_info_request SET timed_out = true WHERE demand_id = :demand AND answered_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class Firing:
    """A clock that has reached a mark: 50, 80 or 100 per cent of its time."""

    row: Row[Any]
    percent: int
    next_look: datetime | None


async def sweep(session: AsyncSession, course: Course, now: datetime) -> int:
    """Fire what is due, at most one batch. Returns how many clocks it looked at; a full batch means there may be more."""
    found = (await session.execute(CLAIM, {"now": now, "batch": BATCH, "centre": reference.CENTRE_UNIT})).all()
    firings = [firing_of(row, now) for row in found]
    if firings:
        await _book(session, firings, now)
    for firing in firings:
        end = ENDS.get(firing.row.clock_kind) if firing.percent == 100 else None
        if end:
            await end(session, firing, course, now)
        else:
            outbox.add(session, _event(firing), str(firing.row.id), firing.row.version)
    return len(found)


def firing_of(row: Row[Any], now: datetime) -> Firing:
    """The highest mark that has passed; marks skipped while nobody swept are not made up for."""
    percent = passed(row.started_at, row.due_at, now)
    return Firing(row, percent, next_mark(row.started_at, row.due_at, percent))


async def _book(session: AsyncSession, firings: Sequence[Firing], now: datetime) -> None:
    values = {
        "ids": [f.row.clock_id for f in firings],
        "fired": [f.percent for f in firings],
        "looks": [f.next_look for f in firings],
        "now": now,
    }
    await session.execute(BOOK, values)


def _event(firing: Firing) -> events_pb2.DeadlineWarning | events_pb2.DeadlineBreached:
    """A warning is for the holder; of a breach, whoever follows the holder's work learns too."""
    row = firing.row
    fields: dict[str, Any] = {
        "demand": subject_of(row._asdict()),
        "clock": demand_pb2.ClockKind.Value(f"CLOCK_KIND_{row.clock_kind}"),
        "due_at": stamp(row.due_at),
    }
    holder = Party(row.holder)
    if firing.percent == 100:
        above = Party.SUPERVISOR if holder is Party.CENTRE else Party.CENTRE
        return events_pb2.DeadlineBreached(audience=_contacts(row).of((holder, above)), **fields)
    return events_pb2.DeadlineWarning(audience=_contacts(row).of((holder,)), percent=firing.percent, **fields)


def _contacts(row: Row[Any]) -> Contacts:
    """The clock's own unit stands for the agency, or for the agency that assists, whichever holds the clock."""
    return Contacts(
        liaison=(row.liaison,) if row.liaison else (),
        agency=tuple(row.unit_contacts or ()),
        agency_lead=tuple(row.unit_leaders or ()),
        co_handler=tuple(row.unit_contacts or ()),
        centre=tuple(row.centre or ()),
        supervisor=tuple(row.supervisor or ()),
        of_subject=frozenset(row.of_subject or ()),
    )


async def _expire(session: AsyncSession, firing: Firing, course: Course, now: datetime) -> None:
    """Close a reply that nobody rated in time. Unrated is not satisfied: the demand says so for ever."""
    await _move(session, firing, Action.EXPIRE, course, now, {"rating_expired": True}, {"rating_expired": True})


async def _go_on_without(session: AsyncSession, firing: Firing, course: Course, now: datetime) -> None:
    """Give the demand back to whoever asked: the enterprise did not answer in time."""
    await session.execute(TIMED_OUT, {"demand": firing.row.id})
    await _move(session, firing, Action.INFO_TIMEOUT, course, now, {}, {"timed_out": True})


async def _move(
    session: AsyncSession,
    firing: Firing,
    action: Action,
    course: Course,
    now: datetime,
    row: moves.Row,
    facts: moves.Row,
) -> None:
    found = await changes.demand_for_move(session, None, firing.row.id)
    written = moves.start(found.row, found.clocks)
    moves.take(written, action, Act(None, now), course, found.contacts, row, facts)
    await moves.save(session, written)


ENDS: dict[str, Callable[[AsyncSession, Firing, Course, datetime], Awaitable[None]]] = {
    Clock.RATING: _expire,
    Clock.INFO: _go_on_without,
}
