"""Demands out of on-site consultations (CON, DEM-2): one of each record whose enterprise agreed, routed as any other is."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fahu.dispatch.v1 import events_pb2
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.db import Run, driver_of
from kit.events import outbox
from services.dispatch import errors, moves
from services.dispatch.moves import Course
from services.dispatch.queries.intake import Intake, intakes
from services.dispatch.rules import UNSURE
from services.dispatch.service import intake
from services.dispatch.service.intake import Draft


async def file(
    session: AsyncSession,
    record_id: UUID,
    by: Actor,
    draft: Draft,
    years: Sequence[int],
    course: Course,
    now: datetime,
) -> None:
    """Take the demand in, once however often this is told, and tell courses which it is.

    The request id is made of the record's, so that the second of two is no new demand. It is a demand of the first of the
    years in which the enterprise is a liaison point, never of the year of now: the bus may bring word of a consent after New
    Year. Raises EnterpriseNotDesignated for who is a point in none of them.
    """
    enterprise_id = draft.enterprise_id
    assert enterprise_id  # noqa: S101 - a record without one is never agreed to
    run = driver_of(session)
    draft, found, year = await _of_year(run, draft, enterprise_id, years)
    key = f"consultation/{record_id}"
    row = intake.new_row(by, draft, found, enterprise_id, year, now)
    row |= {"request_id": key, "request_hash": hashlib.sha256(key.encode()).digest()}
    written, _ = intake.routed(row, by, found, course, now)
    if not await moves.save_new(run, [written]):
        return
    outbox.written(session, written.events)
    event = events_pb2.ConsultationFollowUpFiled(consultation_record_id=str(record_id), demand_id=str(written.demand["id"]))
    outbox.add(session, event, str(record_id), 1)


async def _of_year(run: Run, draft: Draft, enterprise_id: UUID, years: Sequence[int]) -> tuple[Draft, Intake, int]:
    """What taking it in depends on, in the first year in which it can be; "unsure" stands for a category that is unknown."""
    for year in years:
        (found,) = await intakes(run, [(draft.category_code, enterprise_id)], year)
        if not found.category_known:
            draft = replace(draft, category_code=UNSURE)
            (found,) = await intakes(run, [(UNSURE, enterprise_id)], year)
        if found.designation_id is not None:
            return draft, found, year
    raise errors.EnterpriseNotDesignated(year=str(years[0]))
