"""A real registry that knows where WeChat reaches people, on a port of its own, and can go away."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from fahu.access.v1 import access_pb2
from fahu.registry.v1 import account_service_pb2
from fahu.registry.v1.account_service_pb2_grpc import add_AccountServiceServicer_to_server

import services.registry
from kit import migrate
from kit.crypto import Keyring
from kit.db import Database
from kit.rpc.server import RpcServer
from services.registry.models import Person
from services.registry.personal import Passwords, PersonalData
from services.registry.rules.sessions import SessionPolicy
from services.registry.servicer.accounts import AccountServicer
from tests import signing
from tests.conftest import MakeDatabase

MIGRATIONS = Path(services.registry.__file__).parent / "migrations"


@dataclass
class Registry:
    """The roster: people with or without WeChat."""

    database: Database
    personal: PersonalData
    server: RpcServer
    port: int

    @classmethod
    async def start(cls, make_database: MakeDatabase) -> "Registry":
        database = Database(make_database("notify_registry", lambda url: migrate.upgrade(MIGRATIONS, url)))
        personal = PersonalData(Keyring.parse(Keyring.generate()))
        servicer = AccountServicer(database, personal, Passwords(), SessionPolicy(timedelta(days=30), timedelta(minutes=1)))
        server = RpcServer(
            [account_service_pb2.DESCRIPTOR.services_by_name["AccountService"]],
            access_pb2.rule,
            [lambda server: add_AccountServiceServicer_to_server(servicer, server)],
            signing.verifier(),
            "registry.fahu",
        )
        return cls(database, personal, server, await server.start("127.0.0.1", 0))

    async def stop(self) -> None:
        await self.server.stop(0)
        await self.database.close()

    async def bind(self, person_id: UUID) -> str:
        """Somebody who has signed in through WeChat. Returns their openid."""
        openid, phone = f"openid-{person_id.hex}", f"139{uuid4().int % 10**8:08}"
        async with self.database.begin() as session:
            session.add(
                Person(
                    id=person_id,
                    name=self.personal.seal(Person.name, person_id, "张三"),
                    phone=self.personal.seal(Person.phone, person_id, phone),
                    phone_index=self.personal.phone_index(phone),
                    openid=self.personal.seal(Person.openid, person_id, openid),
                    openid_index=self.personal.openid_index(openid),
                    active=True,
                    created_at=datetime.now(UTC),
                )
            )
        return openid
