"""Composition root of courses, and its commands: migrate, load-groups, redrive, rebuild."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import grpc
from fahu.access.v1 import access_pb2
from fahu.courses.v1 import (
    attendance_service_pb2,
    booking_service_pb2,
    calendar_feed_service_pb2,
    catalogue_service_pb2,
    consultation_record_service_pb2,
    consultation_service_pb2,
    corps_service_pb2,
    courseware_file_service_pb2,
    courseware_service_pb2,
    evaluation_service_pb2,
    lecture_request_service_pb2,
    lecture_service_pb2,
    need_service_pb2,
    slot_booking_service_pb2,
)
from fahu.courses.v1.attendance_service_pb2_grpc import add_AttendanceServiceServicer_to_server
from fahu.courses.v1.booking_service_pb2_grpc import add_BookingServiceServicer_to_server
from fahu.courses.v1.calendar_feed_service_pb2_grpc import add_CalendarFeedServiceServicer_to_server
from fahu.courses.v1.catalogue_service_pb2_grpc import add_CatalogueServiceServicer_to_server
from fahu.courses.v1.consultation_record_service_pb2_grpc import add_ConsultationRecordServiceServicer_to_server
from fahu.courses.v1.consultation_service_pb2_grpc import add_ConsultationServiceServicer_to_server
from fahu.courses.v1.corps_service_pb2_grpc import add_CorpsServiceServicer_to_server
from fahu.courses.v1.courseware_file_service_pb2_grpc import add_CoursewareFileServiceServicer_to_server
from fahu.courses.v1.courseware_service_pb2_grpc import add_CoursewareServiceServicer_to_server
from fahu.courses.v1.evaluation_service_pb2_grpc import add_EvaluationServiceServicer_to_server
from fahu.courses.v1.lecture_request_service_pb2_grpc import add_LectureRequestServiceServicer_to_server
from fahu.courses.v1.lecture_service_pb2_grpc import add_LectureServiceServicer_to_server
from fahu.courses.v1.need_service_pb2_grpc import add_NeedServiceServicer_to_server
from fahu.courses.v1.slot_booking_service_pb2_grpc import add_SlotBookingServiceServicer_to_server
from sqlalchemy.ext.asyncio import AsyncSession

from kit import migrate, runtime
from kit.assembly import assemble, rebuild_since, redrive_all
from kit.db import Database
from kit.filing import MAX_REQUEST_BYTES
from kit.rpc import carrier
from kit.settings import DatabaseSettings
from kit.uploads import Checker
from services.courses.filing import Filing
from services.courses.handlers import FROM_DISPATCH, HANDLERS
from services.courses.service import booking_moves, reminders, request_moves
from services.courses.service.reference import load_groups_and_zones
from services.courses.servicer.attendance import AttendanceServicer
from services.courses.servicer.bookings import BookingServicer
from services.courses.servicer.calendar_feeds import CalendarFeedServicer
from services.courses.servicer.catalogues import CatalogueServicer
from services.courses.servicer.consultation_records import ConsultationRecordServicer
from services.courses.servicer.consultations import ConsultationServicer
from services.courses.servicer.corps import CorpsServicer
from services.courses.servicer.courseware import CoursewareServicer
from services.courses.servicer.courseware_files import CoursewareFileServicer
from services.courses.servicer.evaluations import EvaluationServicer
from services.courses.servicer.lecture_requests import LectureRequestServicer
from services.courses.servicer.lectures import LectureServicer
from services.courses.servicer.needs import NeedServicer
from services.courses.servicer.slot_bookings import SlotBookingServicer
from services.courses.settings import CoursesSettings

NAME = "courses"
MIGRATIONS = Path(__file__).parent / "migrations"
SERVICES = [
    lecture_service_pb2.DESCRIPTOR.services_by_name["LectureService"],
    booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"],
    lecture_request_service_pb2.DESCRIPTOR.services_by_name["LectureRequestService"],
    consultation_service_pb2.DESCRIPTOR.services_by_name["ConsultationService"],
    slot_booking_service_pb2.DESCRIPTOR.services_by_name["SlotBookingService"],
    consultation_record_service_pb2.DESCRIPTOR.services_by_name["ConsultationRecordService"],
    corps_service_pb2.DESCRIPTOR.services_by_name["CorpsService"],
    courseware_service_pb2.DESCRIPTOR.services_by_name["CoursewareService"],
    courseware_file_service_pb2.DESCRIPTOR.services_by_name["CoursewareFileService"],
    need_service_pb2.DESCRIPTOR.services_by_name["NeedService"],
    catalogue_service_pb2.DESCRIPTOR.services_by_name["CatalogueService"],
    attendance_service_pb2.DESCRIPTOR.services_by_name["AttendanceService"],
    evaluation_service_pb2.DESCRIPTOR.services_by_name["EvaluationService"],
    calendar_feed_service_pb2.DESCRIPTOR.services_by_name["CalendarFeedService"],
    carrier.SERVICE,
]


Sweep = Callable[[AsyncSession, datetime], Awaitable[int]]
# Each by itself, so that one which fails does not keep the others from their work.
SWEEPS: dict[str, Sweep] = {
    "offers": booking_moves.end_offers,
    "queues": booking_moves.end_queues,
    "turns": request_moves.look_at_clocks,
}


async def serve() -> int:
    settings = CoursesSettings()
    assembly = await assemble(NAME, settings, MIGRATIONS)
    assembly.consume("registry", HANDLERS)
    assembly.consume("dispatch", FROM_DISPATCH)
    for name, end in SWEEPS.items():
        assembly.runtime.every(settings.sweep_seconds, name, partial(sweep, assembly.database, end))
    remind = partial(reminders.remind, before=timedelta(hours=settings.reminder_hours))
    assembly.runtime.every(settings.sweep_seconds, "reminders", partial(sweep, assembly.database, remind))
    filing = Filing(assembly.database, settings.blobs(), Checker(), settings.scanner())
    assembly.runtime.every(settings.sweep_seconds, "files", lambda: filing.sweep(datetime.now(UTC)))
    assembly.runtime.on_stop(filing.aclose)
    servicers = registrations(assembly.database, settings, filing)
    return await assembly.serve(SERVICES, access_pb2.rule, servicers, MAX_REQUEST_BYTES)


def registrations(database: Database, settings: CoursesSettings, filing: Filing) -> list[Callable[[grpc.aio.Server], None]]:
    """The servicers of all SERVICES, in their order, for a server."""
    return [
        partial(add_LectureServiceServicer_to_server, LectureServicer(database, settings.lecture_terms())),
        partial(add_BookingServiceServicer_to_server, BookingServicer(database)),
        partial(add_LectureRequestServiceServicer_to_server, LectureRequestServicer(database, settings.request_terms())),
        partial(add_ConsultationServiceServicer_to_server, ConsultationServicer(database, settings.consultation_terms())),
        partial(add_SlotBookingServiceServicer_to_server, SlotBookingServicer(database)),
        partial(add_ConsultationRecordServiceServicer_to_server, ConsultationRecordServicer(database)),
        partial(add_CorpsServiceServicer_to_server, CorpsServicer(database)),
        partial(add_CoursewareServiceServicer_to_server, CoursewareServicer(database)),
        partial(add_CoursewareFileServiceServicer_to_server, CoursewareFileServicer(database, filing)),
        partial(add_NeedServiceServicer_to_server, NeedServicer(database)),
        partial(add_CatalogueServiceServicer_to_server, CatalogueServicer(database)),
        partial(add_AttendanceServiceServicer_to_server, AttendanceServicer(database, settings.attendance_terms())),
        partial(add_EvaluationServiceServicer_to_server, EvaluationServicer(database)),
        partial(add_CalendarFeedServiceServicer_to_server, CalendarFeedServicer(database)),
    ]


async def sweep(database: Database, end: Sweep) -> None:
    """Let end what has come to its time, so many at a time until none is left."""
    looked_at = 1
    while looked_at:
        async with database.begin() as session:
            looked_at = await end(session, datetime.now(UTC))


async def load() -> str:
    database = Database(DatabaseSettings().database_url.get_secret_value())
    async with database.begin() as session:
        count = await load_groups_and_zones(session)
    await database.close()
    return f"{count} groups and zones"


if __name__ == "__main__":
    commands = {
        "migrate": lambda: migrate.upgrade(MIGRATIONS, DatabaseSettings().database_url.get_secret_value()),
        "load-groups": load,
        "redrive": lambda: redrive_all(NAME, HANDLERS, FROM_DISPATCH),
        "rebuild": rebuild_since,
    }
    runtime.main(NAME, serve, **commands)
