"""Plaques (REG-6): made once for each liaison point of a year, handed over, returned or lost, and made anew then."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from fahu.registry.v1 import events_pb2, plaque_pb2
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from kit.calendar import BEIJING
from kit.errors import StaleVersion
from kit.events import outbox
from services.registry.errors import (
    PlaqueCharacterUnknown,
    PlaqueDayInvalid,
    PlaquePointWithdrawn,
    PlaqueWrongState,
)
from services.registry.models import Designation, Plaque
from services.registry.queries import plaques as queries
from services.registry.queries.plaques import Candidate
from services.registry.rules import Level, plaques
from services.registry.rules.plaques import ENDED, PlaqueState
from services.registry.service import audit
from services.registry.service.audit import Retry


@dataclass(frozen=True, slots=True)
class Errand:
    """One request about one plaque: whose, when, the version they saw, and what makes its retry recognisable."""

    actor: Actor
    plaque_id: UUID
    expected_version: int
    retry: Retry
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(BEIJING).date()


async def make_plaques(
    session: AsyncSession, actor: Actor, year: int, known: frozenset[int], now: datetime
) -> tuple[int, int]:
    """Make what is missing for a year, all of it or nothing. Returns how many are new, and how many are live then."""
    last, today = await queries.lock_numbers(session, year), now.astimezone(BEIJING).date()
    missing = await queries.candidates(session, year, plaques.day_of_names(year, today))
    _check_characters(missing, known)
    made = [_new(one, last + place, today) for place, one in enumerate(missing, 1)]
    session.add_all(made)
    for plaque in made:
        _tell(session, plaque)
    if made:
        await audit.record(session, actor, "PLAQUES_MADE", f"cohort/{year}", now)
    return len(made), await queries.live_count(session, year)


async def issue(session: AsyncSession, errand: Errand, issued_on: date | None, issued_by: UUID | None) -> None:
    """Record the handover: today, and by the caller, unless told otherwise."""
    found = await _to_change(session, errand)
    if found is None:
        return
    plaque, designation = found
    if not designation.active:
        raise PlaquePointWithdrawn
    day, by = issued_on or errand.today, issued_by or errand.actor.person_id
    if not plaques.day_is_good(day, plaque.year, errand.today):
        raise PlaqueDayInvalid
    await queries.check_staff(session, by)
    plaque.issued_on, plaque.issued_by = day, by
    _move(session, plaque, PlaqueState.ISSUED, errand.now)
    await _record(session, errand, "PLAQUE_ISSUED", plaque)


async def end(session: AsyncSession, errand: Errand, wanted: PlaqueState, reason: str) -> None:
    """Record that it came back or is lost."""
    found = await _to_change(session, errand)
    if found is None:
        return
    plaque, _ = found
    _move(session, plaque, wanted, errand.now)
    await _record(session, errand, f"PLAQUE_{wanted}", plaque, reason)


async def reissue(session: AsyncSession, errand: Errand, known: frozenset[int]) -> UUID:
    """Make another one in place of one that came back or is lost. Returns its id."""
    found = await _to_change(session, errand, locks_numbers=True)
    if found is None:
        successor = await queries.successor_of(session, errand.plaque_id)
        assert successor  # noqa: S101 - this very request made it, and plaques are never deleted
        return successor
    plaque, designation = found
    if plaque.state not in ENDED or await queries.successor_of(session, plaque.id):
        raise PlaqueWrongState(plaque_state=plaque.state.lower())
    if not designation.active:
        raise PlaquePointWithdrawn
    last = await queries.lock_numbers(session, plaque.year)
    named = await _named_again(session, plaque, designation, errand.today)
    _check_characters([named], known)
    made = _new(named, last + 1, errand.today, replaces=plaque.id)
    session.add(made)
    _tell(session, made)
    plaque.version += 1  # it has a successor now
    _tell(session, plaque)
    await _record(session, errand, "PLAQUE_REISSUED", plaque)
    return made.id


async def _named_again(session: AsyncSession, plaque: Plaque, designation: Designation, today: date) -> Candidate:
    """The names for what takes its place: the same, unless it came back within its year, which may be for a new name."""
    if plaques.bears_old_names(PlaqueState(plaque.state), plaque.year, today):
        return Candidate(designation, plaque.enterprise_name, plaque.area_name)
    return await queries.candidate(session, designation.id, plaques.day_of_names(plaque.year, today))


async def _to_change(
    session: AsyncSession, errand: Errand, *, locks_numbers: bool = False
) -> tuple[Plaque, Designation] | None:
    """Lock the plaque and check its version. None if this very request was served before."""
    if locks_numbers:  # in the order in which `make_plaques` locks
        view = await queries.plaque_view(session, errand.actor, errand.plaque_id)
        await queries.lock_numbers(session, view.plaque.year)
    plaque, designation = await queries.plaque_to_change(session, errand.actor, errand.plaque_id)
    if await audit.is_repeat(session, errand.actor, errand.retry):
        return None
    if plaque.version != errand.expected_version:
        raise StaleVersion(version=str(plaque.version))
    return plaque, designation


def _move(session: AsyncSession, plaque: Plaque, wanted: PlaqueState, now: datetime) -> None:
    """The one place where a plaque's state changes."""
    if not plaques.may_become(PlaqueState(plaque.state), wanted):
        raise PlaqueWrongState(plaque_state=plaque.state.lower())
    plaque.state = wanted
    plaque.ended_at = now if wanted in ENDED else None
    plaque.version += 1
    _tell(session, plaque)


def _new(one: Candidate, number: int, today: date, replaces: UUID | None = None) -> Plaque:
    designation = one.designation
    return Plaque(
        id=uuid7(),
        designation_id=designation.id,
        year=designation.year,
        number=number,
        serial=plaques.serial(designation.year, number),
        token=secrets.token_urlsafe(plaques.TOKEN_BYTES),
        wording=plaques.wording(Level(designation.level), one.area_name),
        enterprise_name=one.enterprise_name,
        area_name=one.area_name,
        awarded_by=list(plaques.AWARDED_BY),
        made_on=today,
        replaces=replaces,
        state=PlaqueState.MADE,
        version=1,
    )


def _check_characters(found: Sequence[Candidate], known: frozenset[int]) -> None:
    """Refuse names that would be boxes on paper."""
    unknown: dict[str, None] = {}
    names = []
    for one in found:
        if characters := plaques.unknown_characters(one.enterprise_name + one.area_name, known):
            unknown |= dict.fromkeys(characters)
            names.append(one.enterprise_name)
    if names:
        most = plaques.MOST_TOLD
        raise PlaqueCharacterUnknown(characters=plaques.told(list(unknown)[:most]), names="、".join(names[:most]))


def _tell(session: AsyncSession, plaque: Plaque) -> None:
    event = events_pb2.PlaqueChanged(
        plaque_id=str(plaque.id),
        designation_id=str(plaque.designation_id),
        year=plaque.year,
        state=plaque_pb2.PlaqueState.Value(f"PLAQUE_STATE_{plaque.state}"),
        version=plaque.version,
    )
    outbox.add(session, event, str(plaque.id), plaque.version)


async def _record(session: AsyncSession, errand: Errand, action: str, plaque: Plaque, reason: str = "") -> None:
    await audit.record(session, errand.actor, action, f"plaque/{plaque.id}", errand.now, reason, errand.retry)
