"""A generated database with a real dispatch before it, and callers of each role."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fahu.access.v1 import access_pb2
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1.dispatch_service_pb2_grpc import DispatchServiceStub, add_DispatchServiceServicer_to_server
from sqlalchemy import event

from benchmarks.generate.cast import Cast
from kit.auth import Actor, TokenSigner, TokenVerifier, generate_keys
from kit.calendar import WorkingCalendar
from kit.context import CallContext, enter_call, new_request_id
from kit.db import Database
from kit.events import outbox
from kit.rpc.client import RpcChannel
from kit.rpc.server import RpcServer
from services.dispatch.__main__ import SERVICES
from services.dispatch.moves import Course
from services.dispatch.rules import Terms
from services.dispatch.service import search
from services.dispatch.servicer.demands import DispatchServicer

PRIVATE, PUBLIC = generate_keys(["gateway", "dispatch"])
SIGNER = TokenSigner(PRIVATE["gateway"])
Statement = tuple[str, Any]


@dataclass
class World:
    """One database of so many demands, and the door to it."""

    number: int
    database: Database
    cast: Cast
    stub: Any
    statements: list[Statement] = field(default_factory=list)

    async def call(self, token: str, method: str, request: Any) -> Any:
        enter_call(CallContext(new_request_id(), token))
        return await getattr(self.stub, method)(request)


def eyes(cast: Cast) -> dict[str, str]:
    """A token for one of each kind of reader: who sees all, an agency's handler, a contact, an area's officer."""
    first = cast.enterprises[0]
    officer = _person(Role.ROLE_AREA_OFFICER, unit_code=f"area-{first.area}", area_code=first.area)
    return {
        "supervisor": SIGNER.for_person(_person(Role.ROLE_SUPERVISOR, unit_code="committee")),
        "handler": SIGNER.for_person(_person(Role.ROLE_AGENCY_HANDLER, unit_code="hrss")),
        "contact": contact(cast, 0),
        "officer": SIGNER.for_person(officer),
    }


def contact(cast: Cast, number: int) -> str:
    one = cast.enterprises[number % len(cast.enterprises)]
    person = _person(Role.ROLE_LIAISON, person_id=one.liaison, organisation_id=one.id, area_code=one.area)
    return SIGNER.for_person(person)


def _person(role: int, person_id: UUID | None = None, **more: Any) -> Actor:
    values = {"unit_code": "", "organisation_id": None, "area_code": ""} | more
    return Actor(subject=str(person_id or uuid4()), roles=frozenset({int(role)}), **values)


async def _find_words(database: Database) -> None:
    """As dispatch does beside its calls."""
    while True:
        await search.fill_all(database, search.LATELY)
        await asyncio.sleep(1)


@asynccontextmanager
async def served(url: str, number: int, cast: Cast) -> AsyncIterator[World]:
    """Dispatch's own servicer behind a real gRPC server and channel."""
    database = Database(url)
    database.before_commit = outbox.flush
    servicer = DispatchServicer(database, Course(WorkingCalendar.from_library(), Terms()))
    add = [lambda server: add_DispatchServiceServicer_to_server(servicer, server)]
    server = RpcServer(SERVICES[:1], access_pb2.rule, add, TokenVerifier(PUBLIC), "dispatch.fahu")
    channel = RpcChannel(f"127.0.0.1:{await server.start('127.0.0.1', 0)}")
    world = World(number, database, cast, DispatchServiceStub(channel))  # type: ignore[call-overload]

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        world.statements.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    words = asyncio.create_task(_find_words(database))
    try:
        yield world
    finally:
        words.cancel()
        await channel.close()
        await server.stop(0)
        await database.close()
