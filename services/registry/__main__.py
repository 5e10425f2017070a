"""Starts registry, or runs one of an operator's commands."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from fahu.access.v1 import access_pb2
from fahu.registry.v1 import (
    account_service_pb2,
    account_service_pb2_grpc,
    plaque_service_pb2,
    plaque_service_pb2_grpc,
    registry_service_pb2,
    registry_service_pb2_grpc,
)

from kit.assembly import assemble, rebuild_since
from kit.db import Database
from kit.errors import ServiceError
from kit.events import outbox
from kit.migrate import upgrade
from kit.runtime import main
from kit.settings import DatabaseSettings
from services.registry import commands
from services.registry.drawing.drawer import Drawer
from services.registry.personal import Passwords, PersonalData
from services.registry.service.sessions import forget_old
from services.registry.servicer.accounts import AccountServicer
from services.registry.servicer.plaques import PlaqueServicer
from services.registry.servicer.registry import RegistryServicer
from services.registry.settings import CommandSettings, RegistrySettings

NAME = "registry"
MIGRATIONS = Path(__file__).parent / "migrations"
SERVICES = [
    registry_service_pb2.DESCRIPTOR.services_by_name["RegistryService"],
    account_service_pb2.DESCRIPTOR.services_by_name["AccountService"],
    plaque_service_pb2.DESCRIPTOR.services_by_name["PlaqueService"],
]
Work = Callable[..., Awaitable[str]]


async def serve() -> int:
    settings = RegistrySettings()
    personal = PersonalData(settings.load_keyring())
    assembly = await assemble(NAME, settings, MIGRATIONS)
    registry = RegistryServicer(assembly.database, personal)
    accounts = AccountServicer(assembly.database, personal, Passwords(), settings.session_policy())

    drawer = Drawer(settings.font_folder, settings.public_url)
    papers = PlaqueServicer(assembly.database, personal, drawer)
    assembly.runtime.probes.on_start["fonts"] = drawer.check

    async def tidy() -> None:
        async with assembly.database.begin() as session:
            await forget_old(session, datetime.now(UTC))

    assembly.runtime.every(600, "sessions housekeeping", tidy)
    registrations = [
        lambda server: registry_service_pb2_grpc.add_RegistryServiceServicer_to_server(registry, server),
        lambda server: account_service_pb2_grpc.add_AccountServiceServicer_to_server(accounts, server),
        lambda server: plaque_service_pb2_grpc.add_PlaqueServiceServicer_to_server(papers, server),
    ]
    return await assembly.serve(SERVICES, access_pb2.rule, registrations)


def migrate() -> None:
    upgrade(MIGRATIONS, DatabaseSettings().database_url.get_secret_value())


def command(work: Work) -> Work:
    """A command with what it works on; a refusal becomes a line and exit status 1."""

    async def run(*arguments: str) -> str:
        settings = CommandSettings()
        database = Database(settings.database_url.get_secret_value())
        database.before_commit = outbox.flush
        try:
            return await work(database, PersonalData(settings.load_keyring()), *arguments)
        except ServiceError as error:
            raise SystemExit(f"{error.reason}: {error}") from error
        finally:
            await database.close()

    return run


if __name__ == "__main__":
    main(
        NAME,
        serve,
        migrate=migrate,
        rebuild=rebuild_since,
        announce=command(commands.announce),
        **{
            "load-reference": command(commands.load_reference),
            "import-cohort": command(commands.import_cohort),
            "add-staff": command(commands.add_staff),
            "end-staff": command(commands.end_staff),
            "set-duty": command(commands.set_duty),
            "unbind-wechat": command(commands.unbind_wechat),
            "rotate-keys": command(commands.rotate_keys),
            "check-audit": command(commands.check_audit),
        },
    )
