"""Records of consultations as they are read, and who the visitors were."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import PermissionDenied
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.courses.errors import ConsultationRecordNotFound, EnterpriseNotDesignated
from services.courses.models import Consultation, ConsultationRecord, LiaisonPoint, Unit
from services.courses.queries.access import agreed_to, of_own_group, own_record, record_visible_to


@dataclass(frozen=True, slots=True)
class RecordFilter:
    year: int
    consultation_id: UUID | None
    follow_up_state: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record with its session, and for a file the name of the unit that wrote it."""

    record: ConsultationRecord
    consultation: Consultation
    unit_name: str = ""


def _views(visible: Any) -> Select[ConsultationRecord, Consultation]:
    query = select(ConsultationRecord, Consultation)
    return query.join(Consultation, Consultation.id == ConsultationRecord.consultation_id).where(visible)


async def record_view(session: AsyncSession, actor: Actor, record_id: UUID) -> RecordView:
    """One record. Raises ConsultationRecordNotFound also for one that the caller may not see."""
    return await _one(session, _views(record_visible_to(actor)), record_id)


async def agreed_record(session: AsyncSession, actor: Actor, record_id: UUID) -> RecordView:
    """A record that its enterprise agreed to send on, for dispatch."""
    return await _one(session, _views(agreed_to(actor)), record_id)


async def _one(session: AsyncSession, query: Select[ConsultationRecord, Consultation], record_id: UUID) -> RecordView:
    query = query.where(ConsultationRecord.id == record_id).execution_options(populate_existing=True)
    row = (await session.execute(query)).first()
    if row is None:
        raise ConsultationRecordNotFound
    return RecordView(*row)


async def records_page(
    session: AsyncSession, actor: Actor, wanted: RecordFilter, page_size: int, page_token: str
) -> tuple[Sequence[RecordView], str]:
    """One page, newest first, and the token of the next."""
    of, state = str(wanted.consultation_id), wanted.follow_up_state
    filtered_by = fingerprint(list="consultation_records", consultation=of, state=state, year=wanted.year)
    query, size = _wanted(actor, wanted), normal_page_size(page_size)
    if page_token:
        query = query.where(ConsultationRecord.id < decode_token(page_token, filtered_by, kinds=(UUID,))[0])
    rows = await session.execute(query.order_by(ConsultationRecord.id.desc()).limit(size + 1))
    views = [RecordView(*row) for row in rows]
    if len(views) <= size:
        return views, ""
    return views[:size], encode_token(filtered_by, (views[size - 1].record.id,))


async def records_for_file(session: AsyncSession, actor: Actor, wanted: RecordFilter, most: int) -> Sequence[RecordView]:
    """So many records at most that are wanted and that the caller may read, in the order in which they were made."""
    name = func.coalesce(Unit.name, ConsultationRecord.unit_code)
    query = _wanted(actor, wanted).add_columns(name).outerjoin(Unit, Unit.code == ConsultationRecord.unit_code)
    rows = await session.execute(query.order_by(ConsultationRecord.id).limit(most))
    return [RecordView(*row) for row in rows]


def _wanted(actor: Actor, wanted: RecordFilter) -> Select[ConsultationRecord, Consultation]:
    query = _views(record_visible_to(actor))
    if wanted.consultation_id:
        query = query.where(ConsultationRecord.consultation_id == wanted.consultation_id)
    if wanted.follow_up_state:
        query = query.where(ConsultationRecord.follow_up_state == wanted.follow_up_state)
    return query.where(Consultation.year == wanted.year) if wanted.year else query


async def recorded_to_change(session: AsyncSession, actor: Actor, record_id: UUID) -> ConsultationRecord:
    """The locked record of a session of the caller's group; PermissionDenied for who only reads it."""
    return await _locked(session, actor, record_id, of_own_group(actor))


async def own_to_answer(session: AsyncSession, actor: Actor, record_id: UUID) -> ConsultationRecord:
    """The locked record of the caller's enterprise."""
    return await _locked(session, actor, record_id, own_record(actor))


async def _locked(session: AsyncSession, actor: Actor, record_id: UUID, allowed: Any) -> ConsultationRecord:
    query = _views(record_visible_to(actor)).add_columns(allowed).where(ConsultationRecord.id == record_id)
    row = (await session.execute(query)).first()
    if row is None:
        raise ConsultationRecordNotFound
    if not row[2]:
        raise PermissionDenied
    return await lock_record(session, record_id)


async def lock_record(session: AsyncSession, record_id: UUID) -> ConsultationRecord:
    """The record as it is once nobody else changes it."""
    query = select(ConsultationRecord).where(ConsultationRecord.id == record_id).with_for_update(key_share=True)
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def point(session: AsyncSession, designation_id: UUID, year: int) -> LiaisonPoint:
    """A liaison point of the year that walked in."""
    found = await session.get(LiaisonPoint, designation_id)
    if found is None or found.year != year or not found.active:
        raise EnterpriseNotDesignated(year=str(year))
    return found


async def present_contact(session: AsyncSession, designation_id: UUID | None) -> UUID | None:
    """Who speaks for the enterprise now."""
    found = await session.get(LiaisonPoint, designation_id) if designation_id else None
    return found.liaison_person_id if found else None
