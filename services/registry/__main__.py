"""Starts registry, or runs one of an operator's commands."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
from fahu.access.v1 import access_pb2
from fahu.registry.v1 import (
    account_service_pb2,
    account_service_pb2_grpc,
    duty_service_pb2,
    duty_service_pb2_grpc,
    export_service_pb2,
    export_service_pb2_grpc,
    invite_service_pb2,
    invite_service_pb2_grpc,
    liaison_service_pb2,
    liaison_service_pb2_grpc,
    rebinding_service_pb2,
    rebinding_service_pb2_grpc,
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
from services.registry.personal import Passwords, PersonalData
from services.registry.service.invites import forget_attempts
from services.registry.service.rebindings import expire_old
from services.registry.service.sessions import forget_old
from services.registry.servicer.accounts import AccountServicer
from services.registry.servicer.duties import DutyServicer
from services.registry.servicer.exports import ExportServicer
from services.registry.servicer.invites import InviteServicer
from services.registry.servicer.liaisons import LiaisonServicer
from services.registry.servicer.rebindings import RebindingServicer
from services.registry.servicer.registry import RegistryServicer
from services.registry.settings import CommandSettings, RegistrySettings

NAME = "registry"
MIGRATIONS = Path(__file__).parent / "migrations"
SERVICES = [
    registry_service_pb2.DESCRIPTOR.services_by_name["RegistryService"],
    account_service_pb2.DESCRIPTOR.services_by_name["AccountService"],
    liaison_service_pb2.DESCRIPTOR.services_by_name["LiaisonService"],
    invite_service_pb2.DESCRIPTOR.services_by_name["InviteService"],
    rebinding_service_pb2.DESCRIPTOR.services_by_name["RebindingService"],
    duty_service_pb2.DESCRIPTOR.services_by_name["DutyService"],
    export_service_pb2.DESCRIPTOR.services_by_name["ExportService"],
]
Work = Callable[..., Awaitable[str]]
Registration = Callable[[grpc.aio.Server], None]


async def serve() -> int:
    settings = RegistrySettings()
    personal = PersonalData(settings.load_keyring())
    assembly = await assemble(NAME, settings, MIGRATIONS)
    registry = RegistryServicer(assembly.database, personal)
    accounts = AccountServicer(assembly.database, personal, Passwords(), settings.session_policy())

    async def tidy() -> None:
        async with assembly.database.begin() as session:
            await forget_old(session, datetime.now(UTC))
            await forget_attempts(session, datetime.now(UTC))
            await expire_old(session, datetime.now(UTC))

    assembly.runtime.every(600, "sessions housekeeping", tidy)
    registrations = [
        lambda server: registry_service_pb2_grpc.add_RegistryServiceServicer_to_server(registry, server),
        lambda server: account_service_pb2_grpc.add_AccountServiceServicer_to_server(accounts, server),
        *about_liaisons(assembly.database, personal, timedelta(days=settings.invite_days)),
    ]
    return await assembly.serve(SERVICES, access_pb2.rule, registrations)


def about_liaisons(database: Database, personal: PersonalData, invite_life: timedelta) -> list[Registration]:
    """Contacts, how they get in, who answers in each unit, and the lists of both."""
    liaisons, invites = LiaisonServicer(database, personal), InviteServicer(database, personal, invite_life)
    rebindings, duties = RebindingServicer(database, personal), DutyServicer(database, personal)
    exports = ExportServicer(database, personal)
    return [
        lambda server: liaison_service_pb2_grpc.add_LiaisonServiceServicer_to_server(liaisons, server),
        lambda server: invite_service_pb2_grpc.add_InviteServiceServicer_to_server(invites, server),
        lambda server: rebinding_service_pb2_grpc.add_RebindingServiceServicer_to_server(rebindings, server),
        lambda server: duty_service_pb2_grpc.add_DutyServiceServicer_to_server(duties, server),
        lambda server: export_service_pb2_grpc.add_ExportServiceServicer_to_server(exports, server),
    ]


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
