"""Demands out of on-site consultations (CON, DEM-2): one of each record whose enterprise agreed, routed as any other is."""

import hashlib
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fahu.dispatch.v1 import events_pb2
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.db import driver_of
from kit.events import outbox
from services.dispatch import errors, moves
from services.dispatch.moves import Course
from services.dispatch.queries.intake import intakes
from services.dispatch.rules import UNSURE
from services.dispatch.service import intake
from services.dispatch.service.intake import Draft


async def file(session: AsyncSession, record_id: UUID, by: Actor, draft: Draft, course: Course, now: datetime) -> None:
    """Take the demand in, once however often this is told, and tell courses which it is.

    The request id is made of the record's, so that the second of two is no new demand. A category that dispatch does not
    know is left to the centre. Raises EnterpriseNotDesignated for who is no liaison point of this year.
    """
    enterprise_id = draft.enterprise_id
    assert enterprise_id  # noqa: S101 - a record without one is never agreed to
    year, run = course.calendar.day_of(now).year, driver_of(session)
    (found,) = await intakes(run, [(draft.category_code, enterprise_id)], year)
    if not found.category_known:
        draft = replace(draft, category_code=UNSURE)
        (found,) = await intakes(run, [(UNSURE, enterprise_id)], year)
    if found.designation_id is None:
        raise errors.EnterpriseNotDesignated(year=str(year))
    key = f"consultation/{record_id}"
    row = intake.new_row(by, draft, found, enterprise_id, year, now)
    row |= {"request_id": key, "request_hash": hashlib.sha256(key.encode()).digest()}
    written, _ = intake.routed(row, by, found, course, now)
    if not await moves.save_new(run, [written]):
        return
    outbox.written(session, written.events)
    event = events_pb2.ConsultationFollowUpFiled(consultation_record_id=str(record_id), demand_id=str(written.demand["id"]))
    outbox.add(session, event, str(record_id), 1)
