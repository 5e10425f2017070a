"""A unit with its people and a project: what tests of projects, services and coverage repeat."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import project_service_pb2 as pb
from fahu.registry.v1 import service_record_service_pb2 as records_pb
from fahu.registry.v1.coverage_service_pb2_grpc import CoverageServiceStub
from fahu.registry.v1.project_pb2 import Project, ProjectContent
from fahu.registry.v1.project_service_pb2_grpc import ProjectServiceStub
from fahu.registry.v1.service_record_pb2 import SERVICE_KIND_VISIT, ServiceRecord
from fahu.registry.v1.service_record_service_pb2_grpc import ServiceRecordServiceStub

from kit.auth import Actor
from kit.calendar import BEIJING
from services.registry.service.people import StaffDraft
from tests import signing
from tests.registry.conftest import YEAR, World
from tests.registry.files import ZHUJING

TODAY = datetime.now(BEIJING).date()
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
CENTRE = signing.person(Role.ROLE_CENTRE_OPERATOR, unit="centre")
SUPERVISOR = signing.person(Role.ROLE_SUPERVISOR, unit="committee")


@dataclass
class Office:
    """One unit's stubs, and a member of its staff."""

    world: World
    actor: Actor
    projects: Any = field(init=False)
    records: Any = field(init=False)
    coverage: Any = field(init=False)

    def __post_init__(self) -> None:
        self.projects = self.world.stub(ProjectServiceStub, self.actor)
        self.records = self.world.stub(ServiceRecordServiceStub, self.actor)
        self.coverage = self.world.stub(CoverageServiceStub, self.actor)

    @property
    def person(self) -> str:
        return self.actor.subject

    async def create(self, title: str = "上门辅导", year: int = YEAR, **more: Any) -> Project:
        request = pb.CreateProjectRequest(year=year, content=content(title, year, **more), request_id=uuid4().hex)
        return (await self.projects.CreateProject(request)).project  # type: ignore[no-any-return]

    async def add_node(self, project: Project, due: date, title: str = "走访") -> Project:
        request = pb.AddNodeRequest(on=on(project), title=title, due_on=due.isoformat())
        return (await self.projects.AddNode(request)).project  # type: ignore[no-any-return]

    async def active(self, *due: date, title: str = "上门辅导", year: int = YEAR, **more: Any) -> Project:
        """A project under way, with nodes due on some days."""
        project = await self.create(title, year, leader_id=self.person, **more)
        for day in due or (date(year, 12, 31),):
            project = await self.add_node(project, day)
        return (await self.projects.ActivateProject(pb.ActivateProjectRequest(on=on(project)))).project  # type: ignore[no-any-return]

    async def serve(self, project: Project, *points: str, day: date = TODAY, note: str = "") -> list[ServiceRecord]:
        request = records_pb.RecordServicesRequest(
            project_id=project.id,
            served_on=day.isoformat(),
            kind=SERVICE_KIND_VISIT,
            note=note,
            designation_ids=points,
            request_id=uuid4().hex,
        )
        return list((await self.records.RecordServices(request)).service_records)


def content(title: str = "上门辅导", year: int = YEAR, **more: Any) -> ProjectContent:
    days = {"starts_on": f"{year}-01-01", "ends_on": f"{year}-12-31"}
    return ProjectContent(title=title, **(days | more))


def on(project: Project) -> pb.ProjectPrecondition:
    return pb.ProjectPrecondition(project_id=project.id, expected_version=project.version, request_id=uuid4().hex)


def on_record(record: ServiceRecord) -> records_pb.ServiceRecordPrecondition:
    return records_pb.ServiceRecordPrecondition(
        service_record_id=record.id, expected_version=record.version, request_id=uuid4().hex
    )


async def office(world: World, unit: str = f"area-{ZHUJING}", *roles: Role.ValueType, phone: str = "") -> Office:
    """Somebody on the staff of a unit; of an area office unless another is named."""
    area = unit.removeprefix("area-") if unit.startswith("area-") else ""
    held = roles or ((Role.ROLE_AREA_OFFICER,) if area else (Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD))
    number = phone or f"139{uuid4().int % 10**8:08}"
    person_id = await world.staff(StaffDraft(unit, frozenset(int(role) for role in held), "王同志", number))
    return Office(world, signing.person(*held, unit=unit, area=area, person_id=person_id))


def days(count: int) -> timedelta:
    return timedelta(days=count)
