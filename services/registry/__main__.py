"""Starts registry, or runs one of an operator's commands."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from fahu.access.v1 import access_pb2
from fahu.registry.v1 import account_service_pb2, account_service_pb2_grpc, registry_service_pb2, registry_service_pb2_grpc
from fahu.registry.v1 import coverage_service_pb2 as coverage_pb2
from fahu.registry.v1 import project_service_pb2 as project_pb2
from fahu.registry.v1 import service_record_service_pb2 as service_record_pb2
from fahu.registry.v1.coverage_service_pb2_grpc import add_CoverageServiceServicer_to_server
from fahu.registry.v1.project_service_pb2_grpc import add_ProjectServiceServicer_to_server
from fahu.registry.v1.service_record_service_pb2_grpc import add_ServiceRecordServiceServicer_to_server

from kit.assembly import assemble, rebuild_since
from kit.db import Database
from kit.errors import ServiceError
from kit.events import outbox
from kit.migrate import upgrade
from kit.runtime import main
from kit.settings import DatabaseSettings
from services.registry import commands
from services.registry.personal import Passwords, PersonalData
from services.registry.rules.service_records import Patience
from services.registry.service import late_nodes, service_records
from services.registry.service.sessions import forget_old
from services.registry.servicer.accounts import AccountServicer
from services.registry.servicer.coverage import CoverageServicer
from services.registry.servicer.projects import ProjectServicer
from services.registry.servicer.registry import RegistryServicer
from services.registry.servicer.service_records import ServiceRecordServicer
from services.registry.settings import CommandSettings, RegistrySettings

NAME = "registry"
MIGRATIONS = Path(__file__).parent / "migrations"
SERVICES = [
    registry_service_pb2.DESCRIPTOR.services_by_name["RegistryService"],
    account_service_pb2.DESCRIPTOR.services_by_name["AccountService"],
    project_pb2.DESCRIPTOR.services_by_name["ProjectService"],
    service_record_pb2.DESCRIPTOR.services_by_name["ServiceRecordService"],
    coverage_pb2.DESCRIPTOR.services_by_name["CoverageService"],
]
Work = Callable[..., Awaitable[str]]


async def serve() -> int:
    settings = RegistrySettings()
    personal = PersonalData(settings.load_keyring())
    assembly = await assemble(NAME, settings, MIGRATIONS)
    registry = RegistryServicer(assembly.database, personal)
    patience = settings.patience()
    accounts = AccountServicer(assembly.database, personal, Passwords(), settings.session_policy())

    async def tidy() -> None:
        async with assembly.database.begin() as session:
            await forget_old(session, datetime.now(UTC))

    assembly.runtime.every(600, "sessions housekeeping", tidy)
    database, seconds = assembly.database, settings.sweep_seconds
    services = ServiceRecordServicer(database, personal, patience)
    assembly.runtime.every(seconds, "late nodes", lambda: tell_late_nodes(database))
    assembly.runtime.every(seconds, "unanswered services", lambda: see_to_answers(database, patience))
    registrations = [
        lambda server: registry_service_pb2_grpc.add_RegistryServiceServicer_to_server(registry, server),
        lambda server: account_service_pb2_grpc.add_AccountServiceServicer_to_server(accounts, server),
        lambda server: add_ProjectServiceServicer_to_server(ProjectServicer(database, personal), server),
        lambda server: add_ServiceRecordServiceServicer_to_server(services, server),
        lambda server: add_CoverageServiceServicer_to_server(CoverageServicer(database), server),
    ]
    return await assembly.serve(SERVICES, access_pb2.rule, registrations)


async def tell_late_nodes(database: Database) -> None:
    """Until a batch is not full: then nothing more is due."""
    looked_at = late_nodes.BATCH
    while looked_at == late_nodes.BATCH:
        async with database.begin() as session:
            looked_at = await late_nodes.sweep(session, datetime.now(UTC))


async def see_to_answers(database: Database, patience: Patience) -> None:
    """Ask who could not be asked before, and count again what waited for a holiday notice."""
    async with database.begin() as session:
        await service_records.ask_again(session, patience, datetime.now(UTC))
        await service_records.recount(session, patience, datetime.now(UTC))


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
