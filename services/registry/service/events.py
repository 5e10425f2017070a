"""What registry tells the others: the whole present state of a unit or of a liaison point, and its version."""

from datetime import datetime
from uuid import UUID

from fahu.registry.v1 import enterprise_pb2, events_pb2, recommendation_pb2, unit_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events import outbox
from services.registry.models import Designation, Enterprise, Recommendation, Unit
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


def recommendation_changed(session: AsyncSession, found: Recommendation) -> None:
    event = events_pb2.RecommendationChanged(
        recommendation_id=str(found.id),
        survey_id=str(found.survey_id),
        owner_unit=found.owner_unit,
        state=recommendation_pb2.RecommendationState.Value(f"RECOMMENDATION_STATE_{found.state}"),
        due_on=found.due_on.isoformat(),
        version=found.version,
    )
    outbox.add(session, event, str(found.id), found.version)
