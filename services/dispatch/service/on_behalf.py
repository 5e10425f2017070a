"""Filing on behalf, many demands at once: each checked and routed as a single one is, and all written or none (DEM-2).

Single submissions go another way (intake.py), which this one does not touch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.db import driver_of
from kit.errors import FieldViolation, ServiceError
from kit.events import outbox
from kit.idempotency import check_same
from services.dispatch import errors, moves
from services.dispatch.models import DemandFiling
from services.dispatch.moves import Course
from services.dispatch.queries import on_behalf as queries
from services.dispatch.queries.intake import Intake, intakes, with_subjects
from services.dispatch.service import intake
from services.dispatch.service.intake import Draft

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Filed:
    """One demand as it was taken down, and the rules of the contract that its fields break."""

    draft: Draft
    violations: tuple[FieldViolation, ...]

    def breaks(self, field: str) -> bool:
        return any(one.field == field for one in self.violations)


async def file_demands(
    session: AsyncSession,
    actor: Actor,
    channel: str,
    filed: Sequence[Filed],
    request_id: str,
    request_hash: bytes,
    course: Course,
    now: datetime,
) -> DemandFiling:
    """Take all of them in. Raises DemandsInvalid with everything that is wrong with any."""
    filing = DemandFiling(
        id=uuid_utils.compat.uuid7(),
        person_id=actor.person_id,
        unit_code=actor.unit_code,
        channel=channel,
        size=len(filed),
        filed_at=now,
        request_id=request_id,
        request_hash=request_hash,
    )
    if not await queries.create(session, filing):
        earlier = await queries.of_request(session, actor, request_id)
        assert earlier  # noqa: S101 - filings are never deleted
        check_same(earlier.request_hash, request_hash)
        return earlier
    year = course.calendar.day_of(now).year
    wanted = [(one.draft.category_code, one.draft.enterprise_id or NOBODY) for one in filed]
    found = await intakes(driver_of(session), wanted, year)
    if any(one.draft.subject_unit_code for one in filed):
        found = await with_subjects(driver_of(session), found, [one.draft.subject_unit_code for one in filed])
    _check_all(actor, filed, found, year)
    await _take_in(session, actor, filing, list(zip(filed, found, strict=True)), year, course)
    return filing


def _check_all(actor: Actor, filed: Sequence[Filed], found: Sequence[Intake], year: int) -> None:
    wrong = [
        replace(fault, field=f"demands[{place}].{fault.field}")
        for place, (one, known) in enumerate(zip(filed, found, strict=True))
        for fault in _faults(actor, one, known, year)
    ]
    if wrong:
        raise errors.DemandsInvalid(wrong)


def _faults(actor: Actor, one: Filed, known: Intake, year: int) -> Iterator[FieldViolation]:
    """Everything that is wrong with one of them."""
    yield from one.violations
    if not known.category_known and not one.breaks("category_code"):
        yield _fault("category_code", errors.CategoryUnknown())
    if not one.breaks("enterprise_id"):
        try:
            intake.enterprise_of(actor, one.draft)
            intake.check(actor, one.draft, replace(known, category_known=True), year)
        except ServiceError as refusal:
            yield _fault(refusal.metadata.get("field", "enterprise_id"), refusal)


def _fault(field: str, refusal: ServiceError) -> FieldViolation:
    return FieldViolation(field, refusal.reason, str(refusal))


async def _take_in(
    session: AsyncSession,
    actor: Actor,
    filing: DemandFiling,
    good: Sequence[tuple[Filed, Intake]],
    year: int,
    course: Course,
) -> None:
    """Route them, and write them in one statement."""
    batch = []
    for place, (one, known) in enumerate(good):
        row = intake.new_row(actor, one.draft, known, one.draft.enterprise_id or NOBODY, year, filing.filed_at)
        row |= {"request_id": queries.key_of(filing.id, place), "request_hash": filing.request_hash}
        batch.append(intake.routed(row, actor, known, course, filing.filed_at)[0])
    await moves.save_new(driver_of(session), batch)
    outbox.written(session, [event for written in batch for event in written.events])
