"""Starts registry, or runs one of an operator's commands."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import grpc
from fahu.access.v1 import access_pb2
from fahu.registry.v1 import (
    account_service_pb2,
    account_service_pb2_grpc,
    cohort_service_pb2,
    cohort_service_pb2_grpc,
    coverage_service_pb2,
    coverage_service_pb2_grpc,
    designation_service_pb2,
    designation_service_pb2_grpc,
    duty_service_pb2,
    duty_service_pb2_grpc,
    export_service_pb2,
    export_service_pb2_grpc,
    findings_service_pb2,
    findings_service_pb2_grpc,
    invitation_service_pb2,
    invitation_service_pb2_grpc,
    invite_service_pb2,
    invite_service_pb2_grpc,
    liaison_service_pb2,
    liaison_service_pb2_grpc,
    nomination_service_pb2,
    nomination_service_pb2_grpc,
    plaque_service_pb2,
    plaque_service_pb2_grpc,
    project_service_pb2,
    project_service_pb2_grpc,
    rebinding_service_pb2,
    rebinding_service_pb2_grpc,
    recommendation_service_pb2,
    recommendation_service_pb2_grpc,
    registry_service_pb2,
    registry_service_pb2_grpc,
    service_record_service_pb2,
    service_record_service_pb2_grpc,
    survey_answer_service_pb2,
    survey_answer_service_pb2_grpc,
    survey_service_pb2,
    survey_service_pb2_grpc,
)

from kit.assembly import assemble, rebuild_since
from kit.calendar import BEIJING
from kit.db import Database
from kit.errors import ServiceError
from kit.events import outbox
from kit.migrate import upgrade
from kit.rpc.client import RpcChannel
from kit.runtime import main
from kit.settings import DatabaseSettings
from services.registry import commands
from services.registry.drawing.drawer import Drawer
from services.registry.past_demands import PastDemands
from services.registry.personal import Passwords, PersonalData
from services.registry.queries import surveys
from services.registry.rules.service_records import Patience
from services.registry.service import closing, late_nodes, service_records
from services.registry.service.invites import forget_attempts
from services.registry.service.rebindings import expire_old
from services.registry.service.sessions import forget_old
from services.registry.servicer.accounts import AccountServicer
from services.registry.servicer.cohorts import CohortServicer
from services.registry.servicer.coverage import CoverageServicer
from services.registry.servicer.designations import DesignationServicer
from services.registry.servicer.duties import DutyServicer
from services.registry.servicer.exports import ExportServicer
from services.registry.servicer.findings import FindingsServicer
from services.registry.servicer.invitations import InvitationServicer
from services.registry.servicer.invites import InviteServicer
from services.registry.servicer.liaisons import LiaisonServicer
from services.registry.servicer.nominations import NominationServicer
from services.registry.servicer.plaques import PlaqueServicer
from services.registry.servicer.projects import ProjectServicer
from services.registry.servicer.rebindings import RebindingServicer
from services.registry.servicer.recommendations import RecommendationServicer
from services.registry.servicer.registry import RegistryServicer
from services.registry.servicer.service_records import ServiceRecordServicer
from services.registry.servicer.survey_answers import SurveyAnswerServicer
from services.registry.servicer.surveys import SurveyServicer
from services.registry.settings import CommandSettings, RegistrySettings

NAME = "registry"
MIGRATIONS = Path(__file__).parent / "migrations"
DISPATCH_SECONDS = 30.0
SERVICES = [
    registry_service_pb2.DESCRIPTOR.services_by_name["RegistryService"],
    account_service_pb2.DESCRIPTOR.services_by_name["AccountService"],
    cohort_service_pb2.DESCRIPTOR.services_by_name["CohortService"],
    nomination_service_pb2.DESCRIPTOR.services_by_name["NominationService"],
    designation_service_pb2.DESCRIPTOR.services_by_name["DesignationService"],
    survey_service_pb2.DESCRIPTOR.services_by_name["SurveyService"],
    invitation_service_pb2.DESCRIPTOR.services_by_name["InvitationService"],
    survey_answer_service_pb2.DESCRIPTOR.services_by_name["SurveyAnswerService"],
    findings_service_pb2.DESCRIPTOR.services_by_name["FindingsService"],
    recommendation_service_pb2.DESCRIPTOR.services_by_name["RecommendationService"],
    plaque_service_pb2.DESCRIPTOR.services_by_name["PlaqueService"],
    liaison_service_pb2.DESCRIPTOR.services_by_name["LiaisonService"],
    invite_service_pb2.DESCRIPTOR.services_by_name["InviteService"],
    rebinding_service_pb2.DESCRIPTOR.services_by_name["RebindingService"],
    duty_service_pb2.DESCRIPTOR.services_by_name["DutyService"],
    export_service_pb2.DESCRIPTOR.services_by_name["ExportService"],
    project_service_pb2.DESCRIPTOR.services_by_name["ProjectService"],
    service_record_service_pb2.DESCRIPTOR.services_by_name["ServiceRecordService"],
    coverage_service_pb2.DESCRIPTOR.services_by_name["CoverageService"],
]
Work = Callable[..., Awaitable[str]]
Adding = Callable[[grpc.aio.Server], None]


def registrations(db: Database, personal: PersonalData, settings: RegistrySettings, demands: PastDemands) -> list[Adding]:
    """What adds each of the SERVICES to a server."""
    accounts = AccountServicer(db, personal, Passwords(), settings.session_policy())
    invitations = InvitationServicer(db, personal, settings.survey_link)
    invites = InviteServicer(db, personal, timedelta(days=settings.invite_days))
    answers = SurveyAnswerServicer(db, personal)
    plaques = PlaqueServicer(db, personal, Drawer(settings.font_folder, settings.public_url))
    records = ServiceRecordServicer(db, personal, settings.patience())
    findings, recommendations = FindingsServicer(db, personal, demands), RecommendationServicer(db, personal)
    return [
        partial(registry_service_pb2_grpc.add_RegistryServiceServicer_to_server, RegistryServicer(db, personal)),
        partial(account_service_pb2_grpc.add_AccountServiceServicer_to_server, accounts),
        partial(cohort_service_pb2_grpc.add_CohortServiceServicer_to_server, CohortServicer(db, personal)),
        partial(nomination_service_pb2_grpc.add_NominationServiceServicer_to_server, NominationServicer(db, personal)),
        partial(designation_service_pb2_grpc.add_DesignationServiceServicer_to_server, DesignationServicer(db, personal)),
        partial(survey_service_pb2_grpc.add_SurveyServiceServicer_to_server, SurveyServicer(db, personal)),
        partial(invitation_service_pb2_grpc.add_InvitationServiceServicer_to_server, invitations),
        partial(survey_answer_service_pb2_grpc.add_SurveyAnswerServiceServicer_to_server, answers),
        partial(findings_service_pb2_grpc.add_FindingsServiceServicer_to_server, findings),
        partial(recommendation_service_pb2_grpc.add_RecommendationServiceServicer_to_server, recommendations),
        partial(plaque_service_pb2_grpc.add_PlaqueServiceServicer_to_server, plaques),
        partial(liaison_service_pb2_grpc.add_LiaisonServiceServicer_to_server, LiaisonServicer(db, personal)),
        partial(invite_service_pb2_grpc.add_InviteServiceServicer_to_server, invites),
        partial(rebinding_service_pb2_grpc.add_RebindingServiceServicer_to_server, RebindingServicer(db, personal)),
        partial(duty_service_pb2_grpc.add_DutyServiceServicer_to_server, DutyServicer(db, personal)),
        partial(export_service_pb2_grpc.add_ExportServiceServicer_to_server, ExportServicer(db, personal)),
        partial(project_service_pb2_grpc.add_ProjectServiceServicer_to_server, ProjectServicer(db, personal)),
        partial(service_record_service_pb2_grpc.add_ServiceRecordServiceServicer_to_server, records),
        partial(coverage_service_pb2_grpc.add_CoverageServiceServicer_to_server, CoverageServicer(db)),
    ]


async def serve() -> int:
    settings = RegistrySettings()
    personal = PersonalData(settings.load_keyring())
    assembly = await assemble(NAME, settings, MIGRATIONS)

    assembly.runtime.probes.on_start["fonts"] = Drawer(settings.font_folder, settings.public_url).check

    async def tidy() -> None:
        async with assembly.database.begin() as session:
            await forget_old(session, datetime.now(UTC))
            await forget_attempts(session, datetime.now(UTC))
            await expire_old(session, datetime.now(UTC))

    assembly.runtime.every(600, "sessions housekeeping", tidy)
    database, patience = assembly.database, settings.patience()
    assembly.runtime.every(settings.sweep_seconds, "late nodes", lambda: tell_late_nodes(database))
    assembly.runtime.every(settings.sweep_seconds, "unanswered services", lambda: see_to_answers(database, patience))
    assembly.runtime.every(settings.sweep_seconds, "surveys that are over", lambda: close_surveys(database, personal))
    dispatch = RpcChannel(settings.dispatch_target, assembly.signer, DISPATCH_SECONDS)
    added = registrations(assembly.database, personal, settings, PastDemands(dispatch))
    status = await assembly.serve(SERVICES, access_pb2.rule, added)
    await dispatch.close()
    return status


async def tell_late_nodes(database: Database) -> None:
    """Until a batch is not full: then nothing more is due."""
    looked_at = late_nodes.BATCH
    while looked_at == late_nodes.BATCH:
        async with database.begin() as session:
            looked_at = await late_nodes.sweep(session, datetime.now(UTC))


async def close_surveys(database: Database, personal: PersonalData) -> None:
    """Each in a transaction of its own; of several replicas the first does it, the others find it done."""
    now = datetime.now(UTC)
    async with database.read() as session:
        found = await surveys.over(session, now.astimezone(BEIJING).date())
    for survey_id in found:
        async with database.begin() as session:
            await closing.close_when_over(session, personal, survey_id, now)


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
