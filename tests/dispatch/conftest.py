"""A real dispatch behind a real channel, over a database of its own, with a small world: agencies, a centre, enterprises."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from fahu.access.v1 import access_pb2
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from sqlalchemy import text

from kit import migrate
from kit.auth import Actor
from kit.blobs import FolderBlobs
from kit.calendar import WorkingCalendar
from kit.context import CallContext, enter_call, new_request_id
from kit.db import Database
from kit.events import outbox
from kit.rpc.client import Refusal, RpcChannel, refusal_of
from kit.rpc.server import RpcServer
from kit.scanning import NoScanner
from kit.uploads import Checker
from services.dispatch.__main__ import MIGRATIONS, SERVICES, registrations
from services.dispatch.filing import Filing
from services.dispatch.models import Base
from services.dispatch.moves import Course
from services.dispatch.rules import Terms
from services.dispatch.service.reference import KEEP_POINT, KEEP_UNIT, load_categories
from tests import signing
from tests.conftest import MakeDatabase

AREA = "310116101"
FILES = tuple(service.file.name.removesuffix(".proto").replace("/", ".") for service in SERVICES)


@dataclass(frozen=True)
class Enterprise:
    id: UUID = field(default_factory=uuid4)
    liaison: UUID = field(default_factory=uuid4)
    area: str = AREA

    def actor(self) -> Actor:
        return signing.person(Role.ROLE_LIAISON, organisation=self.id, area=self.area, person_id=self.liaison)


MODULES = tuple((import_module(f"{file}_pb2"), import_module(f"{file}_pb2_grpc")) for file in FILES)


class Stubs:
    """One stub for all services of dispatch: their RPCs have names of their own."""

    def __init__(self, channel: RpcChannel) -> None:
        for (messages, grpc_module), service in zip(MODULES, SERVICES, strict=True):
            stub = getattr(grpc_module, f"{service.name}Stub")(channel)
            for method in service.methods:
                setattr(self, method.name, getattr(stub, method.name))
                REQUESTS[method.name] = getattr(messages, method.input_type.name)


REQUESTS: dict[str, Any] = {}


@dataclass
class World:
    """Everyone who takes part, and a stub that speaks for whoever is named."""

    database: Database
    stub: Any
    course: Course
    enterprise: Enterprise
    neighbour: Enterprise
    last_year: Enterprise
    contacts: dict[str, UUID]
    leaders: dict[str, UUID]

    def agency(self, unit: str = "hrss", *roles: Role.ValueType) -> Actor:
        given = roles or (Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER)
        return signing.person(*given, unit=unit, person_id=self.contacts.get(unit))

    def leader(self, unit: str = "hrss") -> Actor:
        return signing.person(Role.ROLE_AGENCY_LEAD, unit=unit, person_id=self.leaders[unit])

    def centre_lead(self) -> Actor:
        return signing.person(Role.ROLE_CENTRE_LEAD, unit="centre")

    def centre(self) -> Actor:
        return signing.person(Role.ROLE_CENTRE_OPERATOR, unit="centre")

    def officer(self, area: str = AREA) -> Actor:
        return signing.person(Role.ROLE_AREA_OFFICER, unit=f"area-{area}", area=area)

    def supervisor(self) -> Actor:
        return signing.person(Role.ROLE_SUPERVISOR, unit="committee")

    async def call(self, actor: Actor, method: str, request: Any) -> Any:
        enter_call(CallContext(new_request_id(), signing.token_of(actor)))
        return await getattr(self.stub, method)(request)

    async def submit(self, actor: Actor | None = None, **fields: Any) -> Any:
        return (await self.call(actor or self.enterprise.actor(), "SubmitDemand", draft(**fields))).demand

    async def move(self, actor: Actor, method: str, demand: Any, **fields: Any) -> Any:
        request = REQUESTS[method](on=on(demand), **fields)
        return (await self.call(actor, method, request)).demand

    async def refused(self, actor: Actor, method: str, request: Any) -> Refusal:
        """Make a call that must fail, and must leave no trace."""
        before = await self.snapshot()
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await self.call(actor, method, request)
        assert await self.snapshot() == before
        return refusal_of(refused.value)

    async def snapshot(self) -> dict[str, Any]:
        """A digest of all that the database holds, by table."""
        tables = sorted(Base.metadata.tables)
        digests = [f"(SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t)" for name in tables]
        (row,) = await self.sql(f"SELECT {', '.join(digests)}")
        return dict(zip(tables, row, strict=True))

    async def sql(self, query: str, **values: Any) -> list[Any]:
        """Ask, or change, the database behind the service's back."""
        async with self.database.read() as session:
            result = await session.execute(text(query), values)
            return list(result.all()) if result.returns_rows else []  # type: ignore[attr-defined]

    async def events(self, demand_id: str) -> list[str]:
        async with self.database.read() as session:
            found = await session.scalars(
                text("SELECT type FROM outbox WHERE aggregate_id = :id ORDER BY aggregate_version, id"), {"id": demand_id}
            )
            return [name.rpartition(".")[2] for name in found]


def draft(**fields: Any) -> rpc.SubmitDemandRequest:
    values: dict[str, Any] = {
        "kind": 1,
        "category_code": "hrss",
        "title": "裁员三人的经济补偿怎么算",
        "body": "我公司因订单减少，拟与三名员工解除劳动合同，想了解补偿标准和程序。",
        "request_id": uuid4().hex,
    }
    return rpc.SubmitDemandRequest(**(values | fields))


def on(demand: Any, **fields: Any) -> rpc.Precondition:
    values = {"demand_id": demand.id, "expected_version": demand.version, "request_id": uuid4().hex}
    return rpc.Precondition(**(values | fields))


def migrated(url: str) -> None:
    migrate.upgrade(MIGRATIONS, url)


async def populate(
    database: Database, enterprises: dict[Enterprise, int], contacts: dict[str, UUID], leaders: dict[str, UUID]
) -> None:
    async with database.begin() as session:
        await load_categories(session)
        kinds = {"centre": "CENTRE", "committee": "SUPERVISOR"}
        for position, (code, person_id) in enumerate(contacts.items()):
            values = {
                "code": code,
                "name": f"单位{position}",
                "kind": kinds.get(code, "AGENCY"),
                "active": True,
                "version": 1,
            }
            await session.execute(
                KEEP_UNIT, values | {"contact_ids": [person_id], "leader_ids": [leaders[code]] if code in leaders else []}
            )
        silent = {
            "code": "court",
            "name": "区法院",
            "kind": "AGENCY",
            "active": True,
            "version": 1,
            "contact_ids": [],
            "leader_ids": [],
        }
        await session.execute(KEEP_UNIT, silent)
        for number, (enterprise, year) in enumerate(enterprises.items()):
            point = {
                "designation_id": uuid4(),
                "enterprise_id": enterprise.id,
                "enterprise_name": f"金山示例{number}有限公司",
                "year": year,
                "area_code": enterprise.area,
                "active": True,
                "liaison_person_id": enterprise.liaison,
                "at": datetime.now(UTC),
                "version": 1,
            }
            await session.execute(KEEP_POINT, point)


@asynccontextmanager
async def served(database: Database, course: Course) -> AsyncIterator[Any]:
    """A real server over this database, and a stub that calls it."""
    filing = Filing(database, FolderBlobs(Path(mkdtemp())), Checker(), NoScanner())
    server = RpcServer(
        SERVICES, access_pb2.rule, registrations(database, course, filing), signing.verifier(), "dispatch.fahu"
    )
    port = await server.start("127.0.0.1", 0)
    channel = RpcChannel(f"127.0.0.1:{port}")
    yield Stubs(channel)
    await channel.close()
    await server.stop(0)


@pytest.fixture(scope="module")
async def world(make_database: MakeDatabase) -> AsyncIterator[World]:
    database = Database(make_database("dispatch", migrated))
    database.before_commit = outbox.flush
    # A longer cap than the default, so that there is always a free day within it.
    course = Course(WorkingCalendar.from_library(), Terms(promise_cap=10))
    year = course.calendar.day_of(datetime.now(UTC)).year
    mine, neighbour, former = Enterprise(), Enterprise(area="310116102"), Enterprise()
    contacts = {code: uuid4() for code in ("hrss", "eco_env", "centre", "committee")}
    leaders = {"hrss": uuid4()}
    await populate(database, {mine: year, neighbour: year, former: year - 1}, contacts, leaders)
    async with served(database, course) as stub:
        yield World(database, stub, course, mine, neighbour, former, contacts, leaders)
    await database.close()
