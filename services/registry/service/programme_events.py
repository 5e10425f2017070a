"""What registry tells of projects and of services to enterprises: ids, days and states, never what people wrote."""

from collections.abc import Iterable
from uuid import UUID

from fahu.registry.v1 import events_pb2, project_pb2, service_record_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events import outbox
from services.registry.models import Project, ProjectNode, ServiceRecord
from services.registry.rules import projects, service_records


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
