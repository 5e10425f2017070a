"""Needs: added, put better, retired. Those that nothing answers are what courseware is still to be made for."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from kit.db import constraint_of
from services.courses import errors
from services.courses.models import Need
from services.courses.queries import needs as queries
from services.courses.queries.courseware import agency_at_work
from services.courses.service.errands import Errand, check_version

SAME = "uq_need_text"


@dataclass(frozen=True, slots=True)
class NeedDraft:
    """What is said of a need; of its agency and its category at least one."""

    unit_code: str
    category_code: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Which need, in the version that the caller saw."""

    need_id: UUID
    version: int


async def add(errand: Errand, year: int, given: NeedDraft) -> UUID:
    """Add one. Returns its id; a retry that of the first time."""
    if subject := await errand.subject():
        return UUID(subject.rpartition("/")[2])
    need = Need(
        id=uuid7(),
        year=year,
        created_by=errand.actor.person_id,
        created_at=errand.now,
        version=0,
    )
    await _write(errand, need, given)
    errand.session.add(need)
    await _save(errand, need, "NEED_ADDED")
    return need.id


async def update(errand: Errand, seen: Seen, given: NeedDraft) -> None:
    """Put it better."""
    need = await _begin(errand, seen)
    if need is None:
        return
    await _write(errand, need, given)
    await _save(errand, need, "NEED_CHANGED")


async def retire(errand: Errand, seen: Seen, reason: str) -> None:
    """It is no need any more. Courseware that answers it keeps naming it."""
    need = await _begin(errand, seen)
    if need is None:
        return
    need.end_reason = reason
    await _save(errand, need, "NEED_RETIRED", reason)


async def _begin(errand: Errand, seen: Seen) -> Need | None:
    """The locked need, in the version that the caller saw; None for a request that was served before."""
    need = await queries.need_to_change(errand.session, seen.need_id)
    if await errand.is_repeat():
        return None
    check_version(need.version, seen.version)
    if need.end_reason is not None:
        raise errors.NeedRetired
    return need


async def _write(errand: Errand, need: Need, given: NeedDraft) -> None:
    if given.unit_code:
        await agency_at_work(errand.session, given.unit_code)
    need.unit_code, need.category_code = given.unit_code or None, given.category_code or None
    need.text, need.source = given.text, given.source


async def _save(errand: Errand, need: Need, action: str, reason: str = "") -> None:
    need.version += 1
    need.changed_at = errand.now
    try:
        await errand.session.flush()
    except IntegrityError as error:
        if constraint_of(error) == SAME:
            raise errors.NeedExists from error
        raise
    await errand.record(action, f"need/{need.id}", reason)
