"""Look-backs (回头看): somebody who had no part in an answer checks whether it held (DEM-8)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import uuid_utils.compat
from fahu.dispatch.v1 import demand_pb2
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch import errors, rules
from services.dispatch.clocks import Name, Start
from services.dispatch.models import DemandReply, LookBack
from services.dispatch.moves import Row
from services.dispatch.queries import handling, look_backs
from services.dispatch.queries.reference import CENTRE_UNIT
from services.dispatch.rules import Action, Clock, LookBackOrigin, LookBackOutcome, Party
from services.dispatch.service.change import Change, save, take
from services.dispatch.service.reworking import rework

CLOCK = Name(Clock.LOOK_BACK)


@dataclass(frozen=True, slots=True)
class Replier:
    """Whose work is looked back on; without a reply it is that of the agency in the lead."""

    round: int
    unit_code: str
    person_id: UUID | None = None
    signed_by: UUID | None = None


async def replier_of(session: AsyncSession, demand: Row) -> Replier:
    """Who answered last."""
    found = await handling.latest_reply(session, demand["id"])
    return by_reply(found[0]) if found else Replier(demand["round"], demand["lead_unit_code"])


def by_reply(reply: DemandReply) -> Replier:
    return Replier(reply.round, reply.unit_code, reply.person_id, reply.signed_by)


def also_told(replier: Replier) -> tuple[Party, ...]:
    """Where the centre itself replied, only a supervisor may look back."""
    return (Party.SUPERVISOR,) if replier.unit_code == CENTRE_UNIT else ()


def start_of(day: date | None = None) -> Start:
    """The clock of a look-back: its usual term, or until a day."""
    return Start(CLOCK, Party.CENTRE, day=day)


def facts_of(origin: LookBackOrigin) -> Row:
    return {"origin": demand_pb2.LookBackOrigin.Value(f"LOOK_BACK_ORIGIN_{origin}")}


def row_of(
    demand_id: UUID,
    replier: Replier,
    origin: LookBackOrigin,
    now: datetime,
    opened_by: UUID | None,
    sample_id: UUID | None = None,
) -> LookBack:
    """An open look-back."""
    return LookBack(
        id=uuid_utils.compat.uuid7(),
        demand_id=demand_id,
        round=replier.round,
        origin=origin,
        sample_id=sample_id,
        opened_by=opened_by,
        opened_at=now,
        replied_by=replier.person_id,
        replied_unit=replier.unit_code,
        attempts=0,
        note="",
        recorded_unit="",
    )


async def open_look_back(change: Change, reason: str) -> None:
    """Have somebody look back on a demand of one's own motion."""
    rules.check_move(Action.OPEN_LOOK_BACK, change.state)
    if await look_backs.open_of(change.session, change.on.demand_id):
        raise errors.LookBackOpen
    replier, origin = await replier_of(change.session, change.row), LookBackOrigin.OWN_MOTION
    act = change.act(reason, also_told=also_told(replier))
    take(change, Action.OPEN_LOOK_BACK, act, None, facts_of(origin), starts=[start_of()])
    await save(change)
    change.session.add(row_of(change.on.demand_id, replier, origin, change.now, change.actor.person_id))


async def owe_for_bad_rating(change: Change, reply: DemandReply) -> None:
    """Write down that a bad rating calls for a look-back; one that is open already serves, and is due anew."""
    replier, origin = by_reply(reply), LookBackOrigin.BAD_RATING
    found = await look_backs.open_of(change.session, change.on.demand_id)
    if found is None:
        change.session.add(row_of(change.on.demand_id, replier, origin, change.now, None))
        return
    found.origin = origin
    _refresh(found, replier)


def _refresh(found: LookBack, replier: Replier) -> None:
    """A look-back opened before the answer is about the answer all the same."""
    found.round, found.replied_by, found.replied_unit = replier.round, replier.person_id, replier.unit_code


async def record_look_back(change: Change, outcome: LookBackOutcome, note: str) -> None:
    """Write down what a look-back found, and do what follows from it."""
    rules.check_move(Action.LOOK_BACK, change.state)
    found = await look_backs.open_of(change.session, change.on.demand_id)
    if found is None:
        raise errors.LookBackNotFound
    replier = await replier_of(change.session, change.row)
    _check_four_eyes(change, replier)
    _refresh(found, replier)
    unreached = outcome is LookBackOutcome.UNREACHABLE
    found.attempts += unreached
    if unreached and found.attempts < rules.ATTEMPTS:
        take(change, Action.NOTE_UNREACHED, change.act(note), None, _outcome(outcome))
        await save(change)
        return
    take(change, Action.LOOK_BACK, change.act(note), None, _outcome(outcome))
    await _follow(change, outcome)
    await save(change)
    found.outcome, found.note = outcome, note
    found.recorded_by, found.recorded_unit, found.recorded_at = change.actor.person_id, change.actor.unit_code, change.now


def _check_four_eyes(change: Change, replier: Replier) -> None:
    same_unit = replier.unit_code and replier.unit_code == change.actor.unit_code
    if same_unit or change.actor.person_id in (replier.person_id, replier.signed_by):
        raise errors.LookBackByReplier


async def _follow(change: Change, outcome: LookBackOutcome) -> None:
    may_rate = any(clock["kind"] == Clock.RATING and not clock["stopped_at"] for clock in change.written.clocks)
    action = rules.after_look_back(outcome, change.state, may_rate=may_rate)
    if action is Action.REWORK:
        await rework(change)
    elif action:
        take(change, action, change.act())


def _outcome(outcome: LookBackOutcome) -> Row:
    return {"outcome": demand_pb2.LookBackOutcome.Value(f"LOOK_BACK_OUTCOME_{outcome}")}
