"""What registry tells of nominations, recommendations, projects and services: ids, days and states, no words."""

from collections.abc import Iterable
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import events_pb2, project_pb2, recommendation_pb2, service_record_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events import outbox
from services.registry.models import Nomination, Project, ProjectNode, Recommendation, ServiceRecord, Survey
from services.registry.queries import rebindings, units
from services.registry.rules import Duty, projects, service_records


def project_changed(session: AsyncSession, project: Project, nodes: Iterable[ProjectNode]) -> None:
    event = events_pb2.ProjectChanged(
        project_id=str(project.id),
        serial=projects.serial_of(project.year, project.number),
        year=project.year,
        unit_code=project.unit_code,
        area_code=project.area_code or "",
        state=project_pb2.ProjectState.Value(f"PROJECT_STATE_{project.state}"),
        version=project.version,
    )
    for node in nodes:
        done = node.done_on.isoformat() if node.done_on else ""
        event.nodes.add(node_id=str(node.id), due_on=node.due_on.isoformat(), done_on=done, move_count=node.move_count)
    outbox.add(session, event, str(project.id), project.version)


def service_recorded(session: AsyncSession, record: ServiceRecord, subject: events_pb2.ServiceSubject) -> None:
    event = events_pb2.ServiceRecorded(service=subject, liaison_person_id=str(record.asked_id) if record.asked_id else "")
    if record.answer_until:
        until = Timestamp()
        until.FromDatetime(record.answer_until)
        event.answer_until.CopyFrom(until)
    outbox.add(session, event, str(record.id), record.version)


def service_answered(
    session: AsyncSession, record: ServiceRecord, subject: events_pb2.ServiceSubject, told: Iterable[UUID]
) -> None:
    event = events_pb2.ServiceAnswered(service=subject, recorder_person_ids=[str(person) for person in told])
    outbox.add(session, event, str(record.id), record.version)


def subject_of(record: ServiceRecord, unit_code: str, enterprise_id: UUID) -> events_pb2.ServiceSubject:
    return events_pb2.ServiceSubject(
        service_record_id=str(record.id),
        serial=service_records.serial_of(record.year, record.number),
        year=record.year,
        project_id=str(record.project_id),
        unit_code=unit_code,
        area_code=record.area_code,
        designation_id=str(record.designation_id),
        enterprise_id=str(enterprise_id),
        served_on=record.served_on.isoformat(),
        kind=service_record_pb2.ServiceKind.Value(f"SERVICE_KIND_{record.kind}"),
        state=service_record_pb2.ServiceState.Value(f"SERVICE_STATE_{record.state}"),
        version=record.version,
    )


async def nomination_rejected(session: AsyncSession, nomination: Nomination) -> None:
    """Told to the officers of the area, who may nominate another."""
    officers = await rebindings.staff_with(session, Role.ROLE_AREA_OFFICER, nomination.area_code)
    event = events_pb2.NominationRejected(
        nomination_id=str(nomination.id),
        year=nomination.year,
        unit_code=await units.office_of(session, nomination.area_code),
        officer_ids=[str(person) for person in officers],
        version=nomination.version,
    )
    outbox.add(session, event, str(nomination.id), nomination.version)


async def recommendation_changed(session: AsyncSession, found: Recommendation, addressed: bool) -> None:
    """Told to leaders and contacts of the unit that shall see to it, where it is `addressed` to the unit by this change."""
    survey = await session.get_one(Survey, found.survey_id)
    people: list[UUID] = []
    for duty in Duty if addressed else ():
        people += await units.holders_of(session, found.owner_unit, duty)
    event = events_pb2.RecommendationChanged(
        recommendation_id=str(found.id),
        survey_id=str(found.survey_id),
        owner_unit=found.owner_unit,
        state=recommendation_pb2.RecommendationState.Value(f"RECOMMENDATION_STATE_{found.state}"),
        due_on=found.due_on.isoformat(),
        version=found.version,
        year=survey.year,
        addressed_person_ids=[str(person) for person in dict.fromkeys(people)],
    )
    outbox.add(session, event, str(found.id), found.version)
