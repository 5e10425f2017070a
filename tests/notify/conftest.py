"""A real notify behind a real channel, over a database of its own, beside a real registry and the WeChat sandbox."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uuid_utils.compat
from fahu.access.v1 import access_pb2
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2, events_pb2
from fahu.notify.v1 import notify_service_pb2 as rpc
from fahu.notify.v1.notification_pb2 import DeliveryState
from fahu.notify.v1.notify_service_pb2_grpc import NotifyServiceStub, add_NotifyServiceServicer_to_server
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import text

from kit import migrate
from kit.auth import Actor
from kit.context import CallContext, enter_call, new_request_id
from kit.db import Database
from kit.events import outbox
from kit.events.handling import Delivery, Handling
from kit.rpc.client import RpcChannel
from kit.rpc.server import RpcServer
from kit.wechat import WechatClient
from services.notify.__main__ import MIGRATIONS, NAME, SERVICES
from services.notify.addresses import AddressBook
from services.notify.handlers import everything
from services.notify.live import OpenPages
from services.notify.rules import Purpose
from services.notify.sender import Sender
from services.notify.servicer import NotifyServicer
from services.notify.settings import DEMO_TEMPLATES, WechatSettings
from stack.wechat_sandbox import DEMO_APP_ID, DEMO_SECRET
from stack.wechat_server import WechatSandbox
from tests import signing
from tests.conftest import MakeDatabase
from tests.notify.people import Registry

TABLES = "notification, delivery, consent, call_task, unit_name, outbox, inbox, dead_letter"
TASK, PROGRESS, REPLY = (DEMO_TEMPLATES[purpose].id for purpose in Purpose)
FIVE_MINUTES = 300
SEND = "/cgi-bin/message/subscribe/send"
HANDLERS = everything(OpenPages())
LIAISON = Role.ROLE_LIAISON
CONTACT = Role.ROLE_AGENCY_CONTACT


def stamp(moment: datetime) -> Timestamp:
    result = Timestamp()
    result.FromDatetime(moment)
    return result


def subject(demand_id: UUID | None = None, version: int = 2, unit: str = "hrss") -> events_pb2.Subject:
    return events_pb2.Subject(
        demand_id=str(demand_id or uuid4()),
        serial="FH2026-000123",
        version=version,
        state=demand_pb2.STATE_DISPATCHED,
        enterprise_id=str(uuid4()),
        lead_unit_code=unit,
        round=1,
    )


def audience(liaison: Sequence[UUID] = (), agency: Sequence[UUID] = (), centre: Sequence[UUID] = ()) -> events_pb2.Audience:
    return events_pb2.Audience(liaison_ids=map(str, liaison), agency_ids=map(str, agency), centre_ids=map(str, centre))


def dispatched(
    agency: UUID, *liaisons: UUID, demand_id: UUID | None = None, version: int = 2
) -> events_pb2.DemandDispatched:
    due = stamp(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
    people = audience(liaisons, [agency])
    return events_pb2.DemandDispatched(
        demand=subject(demand_id), audience=people, automatic=True, rule_version=1, due_at=due
    )


def replied(liaison: UUID, demand_id: UUID | None = None) -> events_pb2.DemandReplied:
    return events_pb2.DemandReplied(
        demand=subject(demand_id), audience=audience([liaison]), kind=demand_pb2.REPLY_KIND_ANSWER
    )


def accepted(liaison: UUID) -> events_pb2.DemandAccepted:
    return events_pb2.DemandAccepted(demand=subject(), audience=audience([liaison]))


def delivery_of(event: Message) -> Delivery:
    """The event as a consumer hands it over."""
    about: Any = event
    demand = getattr(about, "demand", None)
    return Delivery(
        id=uuid_utils.compat.uuid7(),
        type=event.DESCRIPTOR.full_name,
        event=event,
        at=datetime.now(UTC),
        aggregate_id=demand.demand_id if demand else str(event.ListFields()[0][1]),  # a subject's id is its first field
        version=demand.version if demand else about.version,
        request_id=new_request_id(),
    )


@dataclass
class Clock:
    """A clock that tests turn."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def turn(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass
class World:
    """notify and whom it works with."""

    database: Database
    stub: NotifyServiceStub
    registry: Registry
    wechat: WechatClient
    control: httpx.AsyncClient
    clock: Clock = field(default_factory=Clock)

    def sender(self, registry_port: int | None = None, wechat: WechatClient | None = None) -> Sender:
        """One more replica's sender."""
        channel = RpcChannel(f"127.0.0.1:{registry_port or self.registry.port}", signing.signer("notify"), 2.0)
        settings = WechatSettings(wechat_app_id=DEMO_APP_ID, wechat_secret=DEMO_SECRET)
        return Sender(self.database, wechat or self.wechat, AddressBook(channel), settings, self.clock)

    async def happen(self, *events: Message) -> list[Delivery]:
        """These events reach notify."""
        return await self.deliver([delivery_of(event) for event in events])

    async def deliver(self, deliveries: list[Delivery]) -> list[Delivery]:
        async with self.database.begin() as session:
            await Handling(NAME, HANDLERS).effect(session, deliveries)
        return deliveries

    async def call(self, actor: Actor, method: str, **fields: Any) -> Any:
        enter_call(CallContext(new_request_id(), signing.token_of(actor)))
        return await getattr(self.stub, method)(getattr(rpc, f"{method}Request")(**fields))

    async def inbox(self, person: UUID, **fields: Any) -> list[Any]:
        return list((await self.call(liaison(person), "ListNotifications", **fields)).notifications)

    async def agree(self, person: UUID, template_id: str, times: int = 1) -> None:
        """The person taps "agree": WeChat knows it, and the mini-program tells notify."""
        for _ in range(times):
            await self.record(person, template_id)
        body = {"openid": f"openid-{person.hex}", "template_id": template_id, "count": times}
        (await self.control.post("/consent", json=body)).raise_for_status()

    async def record(self, person: UUID, template_id: str) -> None:
        await self.call(liaison(person), "RecordConsent", template_ids=[template_id], request_id=uuid4().hex)

    async def credits(self, person: UUID, template_id: str) -> int:
        answer = await self.call(liaison(person), "ListTemplates")
        return next(int(t.credits) for t in answer.templates if t.id == template_id)

    async def received(self, person: UUID) -> list[dict[str, Any]]:
        """What WeChat brought to the person."""
        answer = await self.control.get("/messages", params={"openid": f"openid-{person.hex}"})
        return list(answer.json())

    async def fault(self, **fault: int | str) -> None:
        (await self.control.post("/fault", json=fault)).raise_for_status()

    async def deliveries(self, demand: Any) -> list[Any]:
        """How the messages about an event's demand travelled, as the centre sees it."""
        answer = await self.call(centre(), "ListDeliveries", subject_id=delivery_of(demand).aggregate_id)
        return list(answer.deliveries)

    async def bound(self, *template_ids: str) -> UUID:
        """Somebody whom WeChat reaches, who agreed to these templates once each."""
        person = uuid4()
        await self.registry.bind(person)
        for template_id in template_ids:
            await self.agree(person, template_id)
        return person

    async def state(self, event: Any, person: UUID | None = None) -> str:
        """How far the one message about an event's demand got; the one to a person, if named."""
        (delivery,) = [one for one in await self.deliveries(event) if person is None or one.person_id == str(person)]
        return DeliveryState.Name(delivery.state).removeprefix("DELIVERY_STATE_")

    async def pass_time(self, sender: Sender, seconds: int, step: int = 5) -> None:
        """Let the sender do its rounds for so long."""
        for _ in range(0, seconds, step):
            await sender.deliver_batch()
            await sender.expire()
            self.clock.turn(step)

    async def calls(self, **fields: Any) -> list[Any]:
        return list((await self.call(centre(), "ListCallTasks", **fields)).call_tasks)


def liaison(person: UUID) -> Actor:
    return signing.person(LIAISON, organisation=uuid4(), area="310116101", person_id=person)


def centre(person: UUID | None = None) -> Actor:
    return signing.person(Role.ROLE_CENTRE_OPERATOR, unit="centre", person_id=person)


@pytest.fixture(scope="session")
def sandbox(server_dir: Path) -> Iterator[WechatSandbox]:
    server = WechatSandbox.start(server_dir / "notify-wechat")
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def registry(make_database: MakeDatabase) -> AsyncIterator[Registry]:
    registry = await Registry.start(make_database)
    yield registry
    await registry.stop()


@pytest.fixture(scope="session")
def database_url(make_database: MakeDatabase) -> str:
    return make_database("notify", lambda url: migrate.upgrade(MIGRATIONS, url))


@pytest.fixture(scope="session")
async def serving(database_url: str, registry: Registry, sandbox: WechatSandbox) -> AsyncIterator[World]:
    database = Database(database_url)
    database.before_commit = outbox.flush
    servicer = NotifyServicer(database, DEMO_TEMPLATES)
    register = [lambda server: add_NotifyServiceServicer_to_server(servicer, server)]
    server = RpcServer(SERVICES, access_pb2.rule, register, signing.verifier(), "notify.fahu")
    port = await server.start("127.0.0.1", 0)
    channel = RpcChannel(f"127.0.0.1:{port}")
    stub: Any = NotifyServiceStub(channel)  # type: ignore[call-overload]  # it does what a channel does
    wechat = WechatClient(app_id=DEMO_APP_ID, secret=DEMO_SECRET, base_url=sandbox.url, timeout=2.0)
    async with wechat, httpx.AsyncClient(base_url=f"{sandbox.url}/sandbox") as control:
        yield World(database, stub, registry, wechat, control)
    await channel.close()
    await server.stop(0)
    await database.close()


@pytest.fixture
async def world(serving: World) -> World:
    """Everything empty, the clock right, WeChat well."""
    async with serving.database.begin() as session:
        await session.execute(text(f"TRUNCATE {TABLES}"))
    (await serving.control.delete("/fault")).raise_for_status()
    serving.clock.ahead = timedelta()
    return serving
