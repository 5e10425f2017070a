"""What registry tells the others: the whole present state of a unit, a liaison point or a cohort, and its version."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import account_pb2, cohort_service_pb2, enterprise_pb2, events_pb2, survey_service_pb2, unit_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.events import outbox
from services.registry.models import Cohort, Designation, Enterprise, Rebinding, Survey, Unit
from services.registry.queries import rebindings
from services.registry.queries.units import holders_of
from services.registry.rules import Duty, year_of
from services.registry.rules.rebindings import serial_of


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


def cohort_changed(session: AsyncSession, cohort: Cohort) -> None:
    event = events_pb2.CohortChanged(
        year=cohort.year,
        state=cohort_service_pb2.CohortState.Value(f"COHORT_STATE_{cohort.state}"),
        origin=cohort_service_pb2.CohortOrigin.Value(f"COHORT_ORIGIN_{cohort.origin}"),
        version=cohort.version,
    )
    outbox.add(session, event, str(cohort.year), cohort.version)


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


async def rebinding_changed(session: AsyncSession, found: Rebinding, now: datetime) -> None:
    """Told to whoever may decide it, and at an objection to the centre; never to the person in these parts."""
    leads = await rebindings.staff_with(session, Role.ROLE_CENTRE_LEAD)
    operators = await rebindings.staff_with(session, Role.ROLE_CENTRE_OPERATOR)
    area = await rebindings.area_of_contact(session, found.person_id, year_of(now))
    officers = await rebindings.staff_with(session, Role.ROLE_AREA_OFFICER, area) if area else []
    event = events_pb2.RebindingChanged(
        rebinding_id=str(found.id),
        serial=serial_of(found.id),
        person_id=str(found.person_id),
        state=account_pb2.RebindingState.Value(f"REBINDING_STATE_{found.state}"),
        decider_ids=_others(found.person_id, officers, leads),
        centre_ids=_others(found.person_id, leads, operators),
        version=found.version,
    )
    event.effective_at.FromDatetime(found.effective_at)
    outbox.add(session, event, str(found.id), found.version)


async def liaison_resigned(session: AsyncSession, enterprise: Enterprise, area_code: str) -> None:
    leads = await rebindings.staff_with(session, Role.ROLE_CENTRE_LEAD)
    officers = await rebindings.staff_with(session, Role.ROLE_AREA_OFFICER, area_code) if area_code else []
    event = events_pb2.LiaisonResigned(
        enterprise_id=str(enterprise.id),
        enterprise_name=enterprise.name,
        appointer_ids=[str(one) for one in dict.fromkeys([*officers, *leads])],
        version=enterprise.version,
    )
    outbox.add(session, event, str(enterprise.id), enterprise.version)


def _others(person_id: UUID, *groups: list[UUID]) -> list[str]:
    return [str(one) for one in dict.fromkeys(one for group in groups for one in group) if one != person_id]
