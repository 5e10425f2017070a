"""Composition root of dispatch, and its commands: migrate, load-categories, load-calendar, redrive, rebuild."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import grpc
from fahu.access.v1 import access_pb2
from fahu.dispatch.v1 import (
    attachment_service_pb2,
    calendar_service_pb2,
    co_handling_service_pb2,
    dispatch_service_pb2,
    guard_service_pb2,
    handling_service_pb2,
    joint_case_service_pb2,
    look_back_service_pb2,
    on_behalf_service_pb2,
    reply_template_service_pb2,
    return_service_pb2,
    routing_service_pb2,
    supervision_service_pb2,
    term_service_pb2,
    year_service_pb2,
)
from fahu.dispatch.v1.attachment_service_pb2_grpc import add_AttachmentServiceServicer_to_server
from fahu.dispatch.v1.calendar_service_pb2_grpc import add_CalendarServiceServicer_to_server
from fahu.dispatch.v1.co_handling_service_pb2_grpc import add_CoHandlingServiceServicer_to_server
from fahu.dispatch.v1.dispatch_service_pb2_grpc import add_DispatchServiceServicer_to_server
from fahu.dispatch.v1.guard_service_pb2_grpc import add_GuardServiceServicer_to_server
from fahu.dispatch.v1.handling_service_pb2_grpc import add_HandlingServiceServicer_to_server
from fahu.dispatch.v1.joint_case_service_pb2_grpc import add_JointCaseServiceServicer_to_server
from fahu.dispatch.v1.look_back_service_pb2_grpc import add_LookBackServiceServicer_to_server
from fahu.dispatch.v1.on_behalf_service_pb2_grpc import add_OnBehalfServiceServicer_to_server
from fahu.dispatch.v1.reply_template_service_pb2_grpc import add_ReplyTemplateServiceServicer_to_server
from fahu.dispatch.v1.return_service_pb2_grpc import add_ReturnServiceServicer_to_server
from fahu.dispatch.v1.routing_service_pb2_grpc import add_RoutingServiceServicer_to_server
from fahu.dispatch.v1.supervision_service_pb2_grpc import add_SupervisionServiceServicer_to_server
from fahu.dispatch.v1.term_service_pb2_grpc import add_TermServiceServicer_to_server
from fahu.dispatch.v1.year_service_pb2_grpc import add_YearServiceServicer_to_server

from kit import migrate, runtime
from kit.assembly import Assembly, assemble, rebuild_since, redrive_all
from kit.auth import TokenSigner
from kit.calendar import WorkingCalendar
from kit.db import Database
from kit.filing import MAX_REQUEST_BYTES
from kit.rpc import carrier
from kit.rpc.client import RpcChannel
from kit.settings import DatabaseSettings
from kit.uploads import Checker
from services.dispatch.calendars import CalendarKeeper, tables_of
from services.dispatch.filing import Filing
from services.dispatch.follow_ups import FollowUps
from services.dispatch.handlers import HANDLERS, from_courses
from services.dispatch.moves import Course
from services.dispatch.service import calendars, parking, search
from services.dispatch.service.deadlines import BATCH, sweep
from services.dispatch.service.reference import load_categories
from services.dispatch.servicer.attachments import AttachmentServicer
from services.dispatch.servicer.calendars import CalendarServicer
from services.dispatch.servicer.co_handling import CoHandlingServicer
from services.dispatch.servicer.demands import DispatchServicer
from services.dispatch.servicer.guards import GuardServicer
from services.dispatch.servicer.handling import HandlingServicer
from services.dispatch.servicer.joint_cases import JointCaseServicer
from services.dispatch.servicer.look_backs import LookBackServicer
from services.dispatch.servicer.on_behalf import OnBehalfServicer
from services.dispatch.servicer.returns import ReturnServicer
from services.dispatch.servicer.routing import RoutingServicer
from services.dispatch.servicer.supervision import SupervisionServicer
from services.dispatch.servicer.templates import ReplyTemplateServicer
from services.dispatch.servicer.terms import TermServicer
from services.dispatch.servicer.years import YearServicer
from services.dispatch.settings import DispatchSettings

NAME = "dispatch"
MIGRATIONS = Path(__file__).parent / "migrations"
SERVICES = [
    dispatch_service_pb2.DESCRIPTOR.services_by_name["DispatchService"],
    handling_service_pb2.DESCRIPTOR.services_by_name["HandlingService"],
    attachment_service_pb2.DESCRIPTOR.services_by_name["AttachmentService"],
    look_back_service_pb2.DESCRIPTOR.services_by_name["LookBackService"],
    supervision_service_pb2.DESCRIPTOR.services_by_name["SupervisionService"],
    return_service_pb2.DESCRIPTOR.services_by_name["ReturnService"],
    co_handling_service_pb2.DESCRIPTOR.services_by_name["CoHandlingService"],
    routing_service_pb2.DESCRIPTOR.services_by_name["RoutingService"],
    calendar_service_pb2.DESCRIPTOR.services_by_name["CalendarService"],
    term_service_pb2.DESCRIPTOR.services_by_name["TermService"],
    joint_case_service_pb2.DESCRIPTOR.services_by_name["JointCaseService"],
    reply_template_service_pb2.DESCRIPTOR.services_by_name["ReplyTemplateService"],
    on_behalf_service_pb2.DESCRIPTOR.services_by_name["OnBehalfService"],
    guard_service_pb2.DESCRIPTOR.services_by_name["GuardService"],
    year_service_pb2.DESCRIPTOR.services_by_name["YearService"],
    carrier.SERVICE,
]
# Well within the time in which the bus wants an event acknowledged.
COURSES_SECONDS = 3.0


async def serve() -> int:
    settings = DispatchSettings()
    assembly = await assemble(NAME, settings, MIGRATIONS)
    # Until this process has learned what the database has: a demand may come in before, and its terms should not move after.
    course = Course(WorkingCalendar.from_library(), settings.terms())
    keeper = CalendarKeeper(assembly.database, course)
    assembly.runtime.probes.on_start["calendar"] = keeper.learn
    assembly.runtime.every(settings.sweep_seconds, "calendar", lambda: keeper.look(datetime.now(UTC)))
    assembly.consume("registry", HANDLERS)
    courses = RpcChannel(settings.courses_target, assembly.signer, COURSES_SECONDS)
    assembly.consume("courses", from_courses(FollowUps(courses), course))
    assembly.runtime.on_stop(courses.close)
    assembly.runtime.every(settings.sweep_seconds, "sweeper", lambda: sweep_all(assembly, course))
    assembly.runtime.every(1, "search", lambda: search.fill_all(assembly.database, search.LATELY))
    assembly.runtime.every(60, "search stragglers", lambda: search.fill_all(assembly.database, search.FAR))
    filing = Filing(assembly.database, settings.blobs(), Checker(), settings.scanner())
    assembly.runtime.every(settings.sweep_seconds, "attachments", lambda: filing.sweep(datetime.now(UTC)))
    assembly.runtime.on_stop(filing.aclose)
    servicers = registrations(assembly.database, course, filing)
    return await assembly.serve(SERVICES, access_pb2.rule, servicers, MAX_REQUEST_BYTES)


def registrations(database: Database, course: Course, filing: Filing) -> list[Callable[[grpc.aio.Server], None]]:
    """The servicers of all SERVICES, in their order, for a server."""
    return [
        partial(add_DispatchServiceServicer_to_server, DispatchServicer(database, course)),
        partial(add_HandlingServiceServicer_to_server, HandlingServicer(database, course)),
        partial(add_AttachmentServiceServicer_to_server, AttachmentServicer(database, filing)),
        partial(add_LookBackServiceServicer_to_server, LookBackServicer(database, course)),
        partial(add_SupervisionServiceServicer_to_server, SupervisionServicer(database, course)),
        partial(add_ReturnServiceServicer_to_server, ReturnServicer(database, course)),
        partial(add_CoHandlingServiceServicer_to_server, CoHandlingServicer(database, course)),
        partial(add_RoutingServiceServicer_to_server, RoutingServicer(database)),
        partial(add_GuardServiceServicer_to_server, GuardServicer(database, course)),
        partial(add_JointCaseServiceServicer_to_server, JointCaseServicer(database, course)),
        partial(add_ReplyTemplateServiceServicer_to_server, ReplyTemplateServicer(database)),
        partial(add_OnBehalfServiceServicer_to_server, OnBehalfServicer(database, course)),
        partial(add_CalendarServiceServicer_to_server, CalendarServicer(database, course)),
        partial(add_TermServiceServicer_to_server, TermServicer(database, course)),
        partial(add_YearServiceServicer_to_server, YearServicer(database)),
    ]


async def sweep_all(assembly: Assembly, course: Course) -> None:
    """Sweep batch by batch until nothing is due, and revive what waited for a condition that is met."""
    looked_at = BATCH
    while looked_at == BATCH:
        async with assembly.database.begin() as session:
            looked_at = await sweep(session, course, datetime.now(UTC))
    revived = parking.BATCH
    while revived == parking.BATCH:
        async with assembly.database.begin() as session:
            revived = await parking.revive(session, course, datetime.now(UTC))


async def redrive() -> str:
    """Hand all dead letters to their handlers again. What courses told is fetched from it anew."""
    settings = DispatchSettings()
    database = Database(settings.database_url.get_secret_value())
    course = Course(WorkingCalendar.from_library(), settings.terms())
    await CalendarKeeper(database, course).learn()
    await database.close()
    courses = RpcChannel(settings.courses_target, TokenSigner(settings.signing_key()), COURSES_SECONDS)
    done = await redrive_all(NAME, HANDLERS, from_courses(FollowUps(courses), course))
    await courses.close()
    return done


async def load() -> str:
    database = Database(DatabaseSettings().database_url.get_secret_value())
    async with database.begin() as session:
        count = await load_categories(session)
    await database.close()
    return f"{count} categories"


async def load_calendar(file: str = "") -> str:
    """Load the years of a file, or those of the library that the calendar lacks. Running services notice by themselves."""
    given = tables_of(Path(file)) if file else None
    database = Database(DatabaseSettings().database_url.get_secret_value())
    async with database.begin() as session:
        tables = await calendars.of_library(session) if given is None else given
        count = await calendars.load_years(session, tables, datetime.now(UTC))
    await database.close()
    return f"{count} years"


if __name__ == "__main__":
    commands = {
        "migrate": lambda: migrate.upgrade(MIGRATIONS, DatabaseSettings().database_url.get_secret_value()),
        "load-categories": load,
        "load-calendar": load_calendar,
        "redrive": redrive,
        "rebuild": rebuild_since,
    }
    runtime.main(NAME, serve, **commands)
