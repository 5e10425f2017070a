"""A real registry behind a real channel, over a database of its own that holds the notice's areas and units."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import grpc
import pytest
from fahu.access.v1 import access_pb2
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import year_service_pb2 as years
from fahu.dispatch.v1.year_service_pb2_grpc import YearServiceServicer, add_YearServiceServicer_to_server
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import registry_service_pb2 as pb
from fahu.registry.v1.account_service_pb2_grpc import AccountServiceStub
from fahu.registry.v1.cohort_service_pb2_grpc import CohortServiceStub
from fahu.registry.v1.designation_service_pb2_grpc import DesignationServiceStub
from fahu.registry.v1.findings_service_pb2_grpc import FindingsServiceStub
from fahu.registry.v1.invitation_service_pb2_grpc import InvitationServiceStub
from fahu.registry.v1.nomination_service_pb2_grpc import NominationServiceStub
from fahu.registry.v1.plaque_service_pb2_grpc import PlaqueServiceStub
from fahu.registry.v1.recommendation_service_pb2_grpc import RecommendationServiceStub
from fahu.registry.v1.registry_service_pb2_grpc import RegistryServiceStub
from fahu.registry.v1.survey_answer_service_pb2_grpc import SurveyAnswerServiceStub
from fahu.registry.v1.survey_service_pb2_grpc import SurveyServiceStub
from google.protobuf.message import Message
from sqlalchemy import text

from kit import migrate
from kit.auth import Actor, TokenSigner
from kit.crypto import Keyring
from kit.db import Database
from kit.events import outbox
from kit.rpc.client import Refusal, RpcChannel, refusal_of
from kit.rpc.server import RpcServer
from services.registry.__main__ import MIGRATIONS, SERVICES, registrations
from services.registry.past_demands import PastDemands
from services.registry.personal import PersonalData
from services.registry.rules import year_of
from services.registry.rules.sessions import SessionPolicy
from services.registry.service import people, units
from services.registry.service.audit import OPERATOR
from services.registry.service.people import StaffDraft
from services.registry.settings import RegistrySettings
from stack.programs import FONTS
from tests import signing
from tests.conftest import MakeDatabase
from tests.registry.files import Line, csv_file

KEYRING_TEXT = Keyring.generate()
PUBLIC_URL = "https://fahu.example"
YEAR = year_of(datetime.now(UTC))
LEAD = signing.person(Role.ROLE_CENTRE_LEAD, unit="centre")
EVENTS: dict[str, Any] = {
    one.full_name: getattr(events_pb2, name) for name, one in events_pb2.DESCRIPTOR.message_types_by_name.items()
}
SURVEY_LINK = "https://fahu.example/survey#"
INVITES_LIVE = timedelta(days=14)
SETTINGS: dict[str, Any] = {"survey_link": SURVEY_LINK, "font_folder": FONTS, "public_url": PUBLIC_URL}
PATIENCE = RegistrySettings.model_construct(**SETTINGS).patience()
STUBS: dict[str, Any] = {
    "accounts": AccountServiceStub,
    "registry": RegistryServiceStub,
    "survey_answers": SurveyAnswerServiceStub,
    "cohorts": CohortServiceStub,
    "nominations": NominationServiceStub,
    "designations": DesignationServiceStub,
    "surveys": SurveyServiceStub,
    "invitations": InvitationServiceStub,
    "findings": FindingsServiceStub,
    "recommendations": RecommendationServiceStub,
    "plaques": PlaqueServiceStub,
}
FOR_GATEWAY = ("accounts", "survey_answers")


class Speaker(TokenSigner):
    """Signs every call of a channel in the name of one person."""

    def __init__(self, actor: Actor, key: str = "") -> None:
        super().__init__(key or signing.keys()[0]["gateway"])
        self._actor = actor

    def for_service(self) -> str:
        return self.for_person(self._actor)


class Years(YearServiceServicer):
    """Dispatch, as far as registry asks it: says of each year what it was told to say."""

    def __init__(self) -> None:
        self.courses: dict[int, list[years.CategoryCourse]] = {}
        self.away = False

    async def CountYear(self, request: years.CountYearRequest, context: Any) -> years.CountYearResponse:
        if self.away:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        return years.CountYearResponse(courses=self.courses.get(request.year, []))


@dataclass
class World:
    """The running service, its database behind it, and stubs that speak for whoever is named."""

    database: Database
    personal: PersonalData
    target: str
    policy: SessionPolicy
    channels: list[RpcChannel]
    dispatch: Years

    def _channel(self, signer: TokenSigner) -> RpcChannel:
        self.channels.append(RpcChannel(self.target, signer))
        return self.channels[-1]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A stub of one of the STUBS, speaking for a person or a service: if none is named, for whoever it is made for."""
        if name not in STUBS:
            raise AttributeError(name)
        kind = STUBS[name]
        usual = "gateway" if name in FOR_GATEWAY else LEAD

        def stub(actor: Actor | str = usual) -> Any:
            return kind(self._channel(signing.signer(actor) if isinstance(actor, str) else Speaker(actor)))

        return stub

    def stub(self, kind: Callable[[Any], Any], actor: Actor | str = LEAD) -> Any:
        """A stub of any of registry's services."""
        return kind(self._channel(signing.signer(actor) if isinstance(actor, str) else Speaker(actor)))

    async def import_lines(self, *lines: Line, year: int = YEAR) -> Any:
        request = pb.ImportCohortRequest(year=year, file_name="名单.csv", content=csv_file(lines))
        return await self.registry().ImportCohort(request)

    async def enterprise(self, line: Line, year: int = YEAR) -> Any:
        """The enterprise of a line that was imported, as the centre sees it."""
        found = await self.registry().ListEnterprises(pb.ListEnterprisesRequest(year=year, text=line.uscc))
        return found.enterprises[0]

    async def staff(self, draft: StaffDraft) -> UUID:
        async with self.database.begin() as session:
            return (await people.put_staff(session, self.personal, OPERATOR, draft, datetime.now(UTC)))[0]

    async def events(self, kind: type[Message], aggregate_id: str = "") -> list[Any]:
        """Events of a kind in the order they were written, of one aggregate if named."""
        rows = await self.rows("SELECT type, aggregate_id, payload FROM outbox ORDER BY created_at, id")
        wanted = [row for row in rows if row[0] == kind.DESCRIPTOR.full_name and aggregate_id in ("", row[1])]
        return [EVENTS[row[0]].FromString(row[2]) for row in wanted]

    async def rows(self, query: str, **params: object) -> list[Any]:
        async with self.database.read() as session:
            return list(await session.execute(text(query), params))

    async def change(self, statement: str, **params: object) -> None:
        async with self.database.begin() as session:
            await session.execute(text(statement), params)

    async def snapshot(self) -> dict[str, int]:
        """How many rows each table holds that an import or appointment writes to, and how many events there are."""
        tables = ("enterprise", "enterprise_year", "cohort", "designation", "liaison", "person", "audit", "outbox")
        return {table: (await self.rows(f"SELECT count(*) FROM {table}"))[0][0] for table in tables}


async def refusal(call: Awaitable[Any]) -> Refusal:
    """Why a call is refused; fails if it is not."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return refusal_of(caught.value)


async def race(*calls: Awaitable[Any]) -> tuple[list[Any], list[str]]:
    """Run calls at once: the answers of those that passed, and the reasons of those that were refused."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    refused = [refusal_of(result).reason for result in results if isinstance(result, grpc.aio.AioRpcError)]
    return [result for result in results if not isinstance(result, BaseException)], refused


def prepare(url: str) -> None:
    """Migrate, and load the notice's data."""
    migrate.upgrade(MIGRATIONS, url)

    async def load() -> None:
        database = Database(url)
        database.before_commit = outbox.flush
        async with database.begin() as session:
            await units.load_reference(session, OPERATOR, datetime.now(UTC))
        await database.close()

    asyncio.run(load())


@pytest.fixture
async def world(make_database: MakeDatabase) -> AsyncIterator[World]:
    url = await asyncio.to_thread(make_database, "registry", prepare)
    database, personal = Database(url), PersonalData(Keyring.parse(KEYRING_TEXT))
    database.before_commit = outbox.flush
    settings = RegistrySettings.model_construct(**SETTINGS)
    dispatch = Years()
    service = years.DESCRIPTOR.services_by_name["YearService"]
    adding = partial(add_YearServiceServicer_to_server, dispatch)
    neighbour = RpcServer([service], access_pb2.rule, [adding], signing.verifier(), "dispatch.fahu")
    asking = RpcChannel(f"127.0.0.1:{await neighbour.start('127.0.0.1', 0)}", signing.signer("registry"))
    added = registrations(database, personal, settings, PastDemands(asking))
    server = RpcServer(SERVICES, access_pb2.rule, added, signing.verifier(), "registry.fahu")
    port = await server.start("127.0.0.1", 0)
    channels = [asking]
    yield World(database, personal, f"127.0.0.1:{port}", settings.session_policy(), channels, dispatch)
    for channel in channels:
        await channel.close()
    await server.stop(0.1)
    await neighbour.stop(0)
    await database.close()
