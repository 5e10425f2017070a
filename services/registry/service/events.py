"""What registry tells the others: the whole present state of a unit or of a liaison point, and its version."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fahu.registry.v1 import enterprise_pb2, events_pb2, survey_service_pb2, unit_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.events import outbox
from services.registry.models import Designation, Enterprise, Survey, Unit
from services.registry.queries.units import holders_of
from services.registry.rules import Duty


async def unit_changed(session: AsyncSession, unit: Unit) -> None:
    await session.flush()
    contacts = await holders_of(session, unit.code, Duty.CONTACT)
    leaders = await holders_of(session, unit.code, Duty.LEADER)
    event = events_pb2.UnitChanged(
        code=unit.code,
        name=unit.name,
        kind=unit_pb2.UnitKind.Value(f"UNIT_KIND_{unit.kind}"),
        area_code=unit.area_code or "",
        active=unit.active,
        contact_person_ids=[str(person_id) for person_id in contacts],
        leader_person_ids=[str(person_id) for person_id in leaders],
        version=unit.version,
    )
    outbox.add(session, event, unit.code, unit.version)


def point_changed(session: AsyncSession, designation: Designation, enterprise: Enterprise, liaison: UUID | None) -> None:
    event = events_pb2.LiaisonPointChanged(
        designation_id=str(designation.id),
        enterprise_id=str(enterprise.id),
        enterprise_name=enterprise.name,
        year=designation.year,
        area_code=designation.area_code,
        level=enterprise_pb2.Level.Value(f"LEVEL_{designation.level}"),
        active=designation.active,
        liaison_person_id=str(liaison) if liaison else "",
        version=designation.version,
    )
    outbox.add(session, event, str(designation.id), designation.version)


def access_revoked(session: AsyncSession, person_id: UUID, before: datetime, position: int) -> None:
    moment = Timestamp()
    moment.FromDatetime(before)
    outbox.add(session, events_pb2.AccessRevoked(person_id=str(person_id), before=moment), str(person_id), position)


def survey_changed(session: AsyncSession, survey: Survey) -> None:
    event = events_pb2.SurveyChanged(
        survey_id=str(survey.id),
        year=survey.year,
        kind=survey_service_pb2.SurveyKind.Value(f"SURVEY_KIND_{survey.kind}"),
        state=survey_service_pb2.SurveyState.Value(f"SURVEY_STATE_{survey.state}"),
        version=survey.version,
    )
    outbox.add(session, event, str(survey.id), survey.version)


def survey_reminder_due(session: AsyncSession, survey: Survey, people: Sequence[UUID]) -> None:
    reminder_id = str(uuid7())
    event = events_pb2.SurveyReminderDue(
        reminder_id=reminder_id,
        survey_id=str(survey.id),
        year=survey.year,
        closes_on=survey.closes_on.isoformat(),
        liaison_ids=[str(person) for person in people],
    )
    outbox.add(session, event, reminder_id, 1)
